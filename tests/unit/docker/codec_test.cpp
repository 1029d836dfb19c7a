#include "docker/codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "docker/engine_time.hpp"

namespace genisys::docker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

const std::string kId = "45eac7bbf2f5ba58dab6bf6b8b09c9b2ae1dd4de4a0a8d32aef1de5b1bf8f0aa";

// The members of one entry of a list, after its id.
std::string list_of(const std::string& members) {
  return R"([{"Id":")" + kId + R"(",)" + members + "}]";
}

TEST(DecodeList, ReadsWhatAnEngineSends) {
  const auto list = decode_list(list_of(R"json(
      "Names":["/other/alias","/web-1"],"Image":"demo:1","ImageID":"sha256:0","Command":"sleep",
      "Created":1795340782,
      "Ports":[{"IP":"::","PrivatePort":8080,"PublicPort":32838,"Type":"tcp"},
               {"PrivatePort":9,"Type":"udp"},
               {"IP":"0.0.0.0","PrivatePort":8080,"PublicPort":32838,"Type":"tcp"}],
      "Labels":{"a":"1","b":""},"State":"running","Status":"Up 2 minutes (healthy)",
      "HostConfig":{"NetworkMode":"default"},"NetworkSettings":{"Networks":{}},"Mounts":[])json"));
  ASSERT_TRUE(list) << list.error().message;
  ASSERT_EQ(list->size(), 1u);
  const Container& container = list->front();
  EXPECT_EQ(container.id.str(), kId);
  EXPECT_EQ(container.name, "web-1");
  EXPECT_EQ(container.image, "demo:1");
  EXPECT_EQ(container.state, ContainerState::running);
  EXPECT_EQ(container.health, Health::healthy);
  EXPECT_EQ(container.exit_code, std::nullopt);
  EXPECT_THAT(container.labels, ElementsAre(Pair("a", "1"), Pair("b", "")));
  EXPECT_THAT(container.ports, ElementsAre(PublishedPort{"0.0.0.0", 32838, 8080, "tcp"},
                                           PublishedPort{"::", 32838, 8080, "tcp"}));
  EXPECT_EQ(container.created, 1795340782);
}

TEST(DecodeList, TakesMissingAndNullForEmpty) {
  for (const char* members :
       {R"("x":1)", R"("Names":null,"Ports":null,"Labels":null,"State":null,"Created":null)"}) {
    const auto list = decode_list(list_of(members));
    ASSERT_TRUE(list) << list.error().message;
    EXPECT_EQ(list->front().name, "");
    EXPECT_EQ(list->front().state, ContainerState::unknown);
    EXPECT_THAT(list->front().labels, IsEmpty());
  }
}

TEST(DecodeList, OfNothingIsEmpty) {
  const auto list = decode_list("[]\n");
  ASSERT_TRUE(list);
  EXPECT_THAT(*list, IsEmpty());
}

struct StatusRow {
  const char* name;
  const char* state;
  const char* status;
  Health health;
  std::optional<int> exit_code;
};
void PrintTo(const StatusRow& row, std::ostream* out) { *out << row.status; }

class StatusText : public ::testing::TestWithParam<StatusRow> {};

TEST_P(StatusText, TellsHealthAndExitCode) {
  const StatusRow& row = GetParam();
  const auto list = decode_list(
      list_of(std::string(R"("State":")") + row.state + R"(","Status":")" + row.status + R"(")"));
  ASSERT_TRUE(list);
  EXPECT_EQ(to_string(list->front().state), row.state);
  EXPECT_EQ(list->front().health, row.health);
  EXPECT_EQ(list->front().exit_code, row.exit_code);
}

INSTANTIATE_TEST_SUITE_P(
    Codec, StatusText,
    ::testing::Values(
        StatusRow{"Created", "created", "Created", Health::none, {}},
        StatusRow{"Up", "running", "Up Less than a second", Health::none, {}},
        StatusRow{"Starting", "running", "Up 3 seconds (health: starting)", Health::starting, {}},
        StatusRow{"Healthy", "running", "Up 3 seconds (healthy)", Health::healthy, {}},
        StatusRow{"Unhealthy", "running", "Up 3 seconds (unhealthy)", Health::unhealthy, {}},
        StatusRow{"Paused", "paused", "Up 9 seconds (Paused)", Health::none, {}},
        StatusRow{"Restarting", "restarting", "Restarting (3) a second ago", Health::none, {}},
        StatusRow{"Exited", "exited", "Exited (137) 2 minutes ago", Health::none, 137},
        StatusRow{"ExitedNegative", "exited", "Exited (-1) 2 minutes ago", Health::none, -1},
        StatusRow{"ExitedOddly", "exited", "Exited (x) ago", Health::none, {}},
        StatusRow{"ExitedCut", "exited", "Exited (1", Health::none, {}},
        StatusRow{"Removing", "removing", "Removal In Progress", Health::none, {}},
        StatusRow{"Dead", "dead", "Dead", Health::none, {}}),
    [](const auto& row) { return row.param.name; });

struct Bad {
  const char* name;
  std::string body;
};
void PrintTo(const Bad& row, std::ostream* out) { *out << row.body.substr(0, 80); }

class MalformedList : public ::testing::TestWithParam<Bad> {};

TEST_P(MalformedList, IsAnErrorAndNeverAShorterList) {
  const auto list = decode_list(GetParam().body);
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().kind, ErrorKind::protocol);
  EXPECT_TRUE(list.error().outcome_unknown());
}

std::string good_and(const std::string& entry) {
  return R"([{"Id":")" + kId + R"("},)" + entry + "]";
}

INSTANTIATE_TEST_SUITE_P(
    Codec, MalformedList,
    ::testing::Values(
        Bad{"Empty", ""}, Bad{"Html", "<html>"}, Bad{"Null", "null"}, Bad{"Object", "{}"},
        Bad{"Number", "0.00000000001e-2147483639"}, Bad{"Cut", good_and("{}").substr(0, 75)},
        Bad{"Trailing", "[] []"}, Bad{"TrailingNul", std::string("[]\0x", 4)},
        Bad{"InvalidUtf8", list_of("\"Image\":\"\xff\"")},
        Bad{"LoneSurrogate", list_of(R"("Image":"\udc00")")}, Bad{"EntryNull", good_and("null")},
        Bad{"EntryNumber", good_and("1")}, Bad{"NoId", good_and("{}")},
        Bad{"ShortId", good_and(R"({"Id":"abc"})")}, Bad{"IdNumber", good_and(R"({"Id":1})")},
        Bad{"NamesText", list_of(R"("Names":"/a")")},
        Bad{"NamesOfNumbers", list_of(R"("Names":[[]])")},
        Bad{"LabelsList", list_of(R"("Labels":[])")},
        Bad{"LabelObject", list_of(R"("Labels":{"a":{}})")},
        Bad{"PortsObject", list_of(R"("Ports":{})")}, Bad{"PortNumber", list_of(R"("Ports":[1])")},
        Bad{"PortTooLarge", list_of(R"("Ports":[{"PublicPort":65536}])")},
        Bad{"PortNegative", list_of(R"("Ports":[{"PublicPort":-1}])")},
        Bad{"PortFraction", list_of(R"("Ports":[{"PublicPort":1.5}])")},
        Bad{"StateList", list_of(R"("State":[])")},
        Bad{"CreatedHuge", list_of(R"("Created":99999999999999999999)")},
        Bad{"CreatedHostile", list_of(R"("Created":0.00000000001e-2147483639)")}),
    [](const auto& row) { return row.param.name; });

TEST(Decoders, SurviveDeepNesting) {
  constexpr std::size_t kDepth = 500'000;
  const std::string open(kDepth, '[');
  const std::string closed = open + std::string(kDepth, ']');
  EXPECT_FALSE(decode_list(open));
  EXPECT_FALSE(decode_list(closed));
  EXPECT_TRUE(decode_list(list_of(R"("Mounts":)" + closed)));
  EXPECT_FALSE(decode_inspect(closed));
  EXPECT_EQ(decode_error(closed).message, closed);
}

TEST(Decoders, SurviveEveryPrefix) {
  const std::string body = list_of(R"("Names":["/a"],"Labels":{"k":"\u00e4"},"Created":1)");
  for (std::size_t length = 0; length < body.size(); ++length) {
    EXPECT_FALSE(decode_list(body.substr(0, length))) << length;
  }
  EXPECT_TRUE(decode_list(body));
}

TEST(DecodeList, ReadsTenThousandContainers) {
  std::string body = "[";
  for (int i = 0; i < 10'000; ++i) {
    std::string id = kId;
    const std::string digits = std::to_string(i);
    id.replace(id.size() - digits.size(), digits.size(), digits);
    body += (i == 0 ? "" : ",") + (R"({"Id":")" + id + R"(","Names":["/n"],"State":"running"})");
  }
  const auto list = decode_list(body + "]");
  ASSERT_TRUE(list);
  EXPECT_EQ(list->size(), 10'000u);
}

TEST(DecodeInspect, ReadsWhatAnEngineSends) {
  const auto detail = decode_inspect(R"({"Id":")" + kId + R"(","Name":"/web-1",
      "Created":"2026-11-22T12:00:00.5Z","Image":"sha256:0","RestartCount":0,
      "State":{"Status":"exited","Running":false,"OOMKilled":true,"ExitCode":137,"Error":"boom",
               "StartedAt":"2026-11-22T12:00:01.000000001Z","FinishedAt":"0001-01-01T00:00:00Z",
               "Health":{"Status":"unhealthy","FailingStreak":3}},
      "Config":{"Image":"demo:1","Tty":true,"Labels":{"a":"1"}},
      "NetworkSettings":{"Ports":{"80/tcp":[{"HostIp":"::","HostPort":"8080"},
                                            {"HostIp":"0.0.0.0","HostPort":"8080"}],
                                  "81/udp":null,"82/tcp":[{"HostIp":"","HostPort":""}]}}})");
  ASSERT_TRUE(detail) << detail.error().message;
  EXPECT_EQ(detail->container.name, "web-1");
  EXPECT_EQ(detail->container.image, "demo:1");
  EXPECT_EQ(detail->container.state, ContainerState::exited);
  EXPECT_EQ(detail->container.exit_code, 137);
  EXPECT_EQ(detail->container.health, Health::unhealthy);
  EXPECT_EQ(detail->container.created, 1795348800);
  EXPECT_THAT(detail->container.labels, ElementsAre(Pair("a", "1")));
  EXPECT_THAT(detail->container.ports, ElementsAre(PublishedPort{"0.0.0.0", 8080, 80, "tcp"},
                                                   PublishedPort{"::", 8080, 80, "tcp"}));
  EXPECT_EQ(detail->exit_code, 137);
  EXPECT_EQ(detail->error, "boom");
  EXPECT_TRUE(detail->oom_killed);
  EXPECT_TRUE(detail->tty);
  EXPECT_EQ(detail->started_at->time_since_epoch(), std::chrono::nanoseconds(1795348801000000001));
  EXPECT_EQ(detail->finished_at, std::nullopt);
}

TEST(DecodeInspect, RefusesWhatIsNoContainer) {
  EXPECT_FALSE(decode_inspect("[]"));
  EXPECT_FALSE(decode_inspect("{}"));
  const std::string begin = R"({"Id":")" + kId + R"(",)";
  EXPECT_TRUE(decode_inspect(begin + R"("State":null})"));
  EXPECT_FALSE(decode_inspect(begin + R"("State":"running"})"));
  EXPECT_FALSE(decode_inspect(begin + R"("State":{"OOMKilled":"yes"}})"));
  EXPECT_FALSE(decode_inspect(begin + R"("State":{"StartedAt":"yesterday"}})"));
  EXPECT_FALSE(decode_inspect(begin + R"("NetworkSettings":{"Ports":{"x":[]}}})"));
  EXPECT_FALSE(decode_inspect(
      begin + R"("NetworkSettings":{"Ports":{"80/\udc00":[{"HostPort":"8080"}]}}})"));
  EXPECT_FALSE(
      decode_inspect(begin + R"("NetworkSettings":{"Ports":{"80/tcp":[{"HostPort":"x"}]}}})"));
}

TEST(EngineTime, ReadsRfc3339) {
  const auto read = [](std::string_view text) {
    std::optional<EngineTime> time;
    return parse_engine_time(text, time) && time ? time->time_since_epoch().count() : -1;
  };
  EXPECT_EQ(read("1970-01-01T00:00:01Z"), 1'000'000'000);
  EXPECT_EQ(read("1970-01-01T00:00:00.123456789Z"), 123'456'789);
  EXPECT_EQ(read("1970-01-01T00:00:00.1234567899Z"), 123'456'789);
  EXPECT_EQ(read("1970-01-01T02:00:00+02:00"), 0);
  EXPECT_EQ(read("1969-12-31T23:30:00-00:30"), 0);
  EXPECT_EQ(read("0001-01-01T00:00:00Z"), -1);
  EXPECT_EQ(read("9999-01-01T00:00:00Z"), -1);
  std::optional<EngineTime> time;
  for (const char* text :
       {"", "x", "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00",
        "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Zx", "2026-01-01 00:00:00Z"}) {
    EXPECT_FALSE(parse_engine_time(text, time)) << text;
  }
}

TEST(DecodeInfo, ReadsWhoAnswers) {
  const auto info = decode_info(
      R"({"ID":"A:B","Driver":"overlay2","ServerVersion":"20.10.24","NCPU":2,"Swarm":{}})");
  ASSERT_TRUE(info);
  EXPECT_EQ(*info, (EngineInfo{"A:B", "overlay2", "20.10.24", "", 2}));
  EXPECT_FALSE(decode_info(R"({"NCPU":[]})"));
}

TEST(DecodeIds, RefuseAnswersWithoutOne) {
  EXPECT_EQ(decode_created(R"({"Id":")" + kId + R"(","Warnings":[]})")->str(), kId);
  EXPECT_FALSE(decode_created(R"({"Warnings":[]})"));
  EXPECT_FALSE(decode_created(""));
  EXPECT_EQ(*decode_image_id(R"({"Id":"sha256:1"})"), "sha256:1");
  EXPECT_FALSE(decode_image_id("{}"));
}

struct EventRow {
  const char* name;
  const char* action;
  EventAction expected;
};

class EventActions : public ::testing::TestWithParam<EventRow> {};

std::string event_of(const std::string& type, const std::string& action) {
  return R"({"status":"x","Type":")" + type + R"(","Action":")" + action + R"(","Actor":{"ID":")" +
         kId + R"(","Attributes":{"signal":"15","name":"web-1"}},"timeNano":5})";
}

TEST_P(EventActions, AreTold) {
  const auto event = decode_event(event_of("container", GetParam().action));
  ASSERT_TRUE(event && *event);
  EXPECT_EQ((*event)->action, GetParam().expected);
  EXPECT_EQ((*event)->id.str(), kId);
  EXPECT_EQ((*event)->signal, GetParam().expected == EventAction::kill ? "15" : "");
  EXPECT_EQ((*event)->time.time_since_epoch().count(), 5);
}

INSTANTIATE_TEST_SUITE_P(
    Codec, EventActions,
    ::testing::Values(EventRow{"Create", "create", EventAction::create},
                      EventRow{"Start", "start", EventAction::start},
                      EventRow{"Die", "die", EventAction::die},
                      EventRow{"Kill", "kill", EventAction::kill},
                      EventRow{"Stop", "stop", EventAction::stop},
                      EventRow{"Destroy", "destroy", EventAction::destroy},
                      EventRow{"RemoveOnPodman", "remove", EventAction::destroy},
                      EventRow{"Rename", "rename", EventAction::rename},
                      EventRow{"Pause", "pause", EventAction::pause},
                      EventRow{"Unpause", "unpause", EventAction::unpause},
                      EventRow{"Oom", "oom", EventAction::oom},
                      EventRow{"Health", "health_status: healthy", EventAction::health},
                      EventRow{"Other", "resize", EventAction::other}),
    [](const auto& row) { return row.param.name; });

TEST(DecodeEvent, SkipsWhatIsNoHint) {
  for (const auto& text :
       {event_of("container", "exec_create: sh"), event_of("container", "exec_die"),
        event_of("network", "connect"), std::string("{}")}) {
    const auto event = decode_event(text);
    ASSERT_TRUE(event) << text;
    EXPECT_FALSE(*event) << text;
  }
  EXPECT_FALSE(decode_event("{"));
  EXPECT_FALSE(decode_event(R"({"Type":"container","Action":"die","Actor":{"ID":"x"}})"));
}

TEST(DecodePullStep, TellsProgressFromFailure) {
  EXPECT_EQ(*decode_pull_step(R"({"status":"Downloading","progressDetail":{},"id":"d33e"})"),
            (PullStep{"Downloading", "d33e", {}}));
  EXPECT_EQ(decode_pull_step(R"({"errorDetail":{"message":"unknown blob"},"error":"x"})")->error,
            "unknown blob");
  EXPECT_EQ(decode_pull_step(R"({"error":"x"})")->error, "x");
  EXPECT_EQ(decode_pull_step(R"({"errorDetail":{}})")->error, "");
  EXPECT_FALSE(decode_pull_step(R"({"status":[]})"));
}

}  // namespace
}  // namespace genisys::docker
