#include "state/definition.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/state/definition_texts.hpp"

namespace genisys::state {
namespace {

using testing::HasSubstr;
using Pairs = std::map<std::string, std::string>;
using Words = std::vector<std::string>;

TEST(ServiceName, IsSafeInAPathALabelAndAContainersName) {
  for (const std::string& text : {std::string("a"), std::string("0"), std::string("My.Service_1-x"),
                                  std::string(63, 'a'), std::string("a..b")}) {
    const auto name = ServiceName::parse(text);
    ASSERT_TRUE(name) << text;
    EXPECT_EQ(name->str(), text);
  }
  for (const std::string& text :
       {std::string(), std::string(64, 'a'), std::string("."), std::string(".."),
        std::string("-rf"), std::string("_a"), std::string("a/b"), std::string("a b"),
        std::string("%2e"), std::string("é"), std::string("аpple"), std::string("😀"),
        std::string("a\n"), std::string("a\0b", 3), std::string("a:b"), std::string("a*")}) {
    EXPECT_FALSE(ServiceName::parse(text)) << text;
  }
}

TEST(Definition, ReadsTheManualsExample) {
  const Definition web = decode(R"({
    "name": "helloworld", "image": "tutum/hello-world:latest", "command": "/run.sh",
    "environment": {"VAR_A": "value", "VAR_B": "value"}, "ports": ["8080", "8081"]})");
  EXPECT_EQ(web.name.str(), "helloworld");
  EXPECT_EQ(web.image.str(), "tutum/hello-world:latest");
  EXPECT_EQ(web.command->words, Words{"/run.sh"});
  EXPECT_EQ(*web.environment, (Pairs{{"VAR_A", "value"}, {"VAR_B", "value"}}));
  ASSERT_EQ(web.ports->size(), 2U);
  EXPECT_EQ((*web.ports)[1].container, 8081);
}

TEST(Definition, TakesNullForUnset) {
  EXPECT_EQ(decode(R"({"name": "web", "image": "nginx:1", "command": null, "environment": null,
                       "ports": null, "labels": null, "stop_signal": null, "stop_grace_period": null,
                       "healthcheck": null, "volumes": null, "pull_policy": null, "deploy": null})"),
            decode(R"({"name": "web", "image": "nginx:1"})"));
}

TEST(Definition, TakesItsNameFromWhereItStands) {
  Problems problems;
  const auto web = ServiceName::parse("web");
  const auto nameless = read_json(R"({"image": "nginx:1"})", problems);
  EXPECT_EQ(decode_definition(*nameless, web, "", problems)->name, *web);
  const auto same = read_json(R"({"name": "web", "image": "nginx:1"})", problems);
  EXPECT_TRUE(decode_definition(*same, web, "", problems));
  const auto other = read_json(R"({"name": "db", "image": "nginx:1"})", problems);
  EXPECT_FALSE(decode_definition(*other, web, "/x", problems));
  EXPECT_THAT(render(problems), HasSubstr("1:10 /x/name: 'db' differs from 'web'"));
}

TEST(Definition, TellsEveryProblemAtOnce) {
  Problems problems;
  const auto value = read_json(
      "{\"imgae\": \"nginx:1\",\n \"environment\": {\"A\": null, \"B\": [1]},\n"
      " \"ports\": [\"80\", \"x\", true], \"command\": 5, \"zzz\": 1}",
      problems);
  EXPECT_FALSE(decode_definition(*value, std::nullopt, "/web", problems));
  std::vector<std::string> pointers;
  for (const Problem& problem : problems) pointers.push_back(problem.pointer);
  EXPECT_THAT(pointers,
              testing::UnorderedElementsAre("/web/imgae", "/web/zzz", "/web/name", "/web/image",
                                            "/web/command", "/web/environment/A",
                                            "/web/environment/B", "/web/ports/1", "/web/ports/2"));
  EXPECT_THAT(render(problems),
              HasSubstr("1:2 /web/imgae: unknown key 'imgae': did you mean 'image'?"));
  EXPECT_THAT(render(problems), HasSubstr("2:23 /web/environment/A: has no value"));
}

TEST(Definition, DoesNotAnswerAFloodOfUnknownKeysWithAnother) {
  std::string text = R"({"name": "web", "image": "nginx:1")";
  for (int i = 0; i < 5000; ++i) text += fmt::format(", \"k{}\": 0", i);
  Problems problems;
  EXPECT_FALSE(decode(text + "}", problems));
  EXPECT_LT(problems.size(), 20U);
  EXPECT_THAT(problems.back().message, HasSubstr("more unknown keys"));
}

struct Refused {
  const char* name;
  std::string field;
  std::string reason;
};

class DefinitionRefuses : public testing::TestWithParam<Refused> {};

TEST_P(DefinitionRefuses, WithPointerAndReason) {
  Problems problems;
  EXPECT_FALSE(
      decode(R"({"name": "web", "image": "nginx:1", )" + GetParam().field + "}", problems));
  EXPECT_THAT(render(problems), HasSubstr(GetParam().reason));
  for (const Problem& problem : problems) EXPECT_GT(problem.at.line, 0U) << problem.message;
}

std::string entries(int count, const char* format) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    if (i != 0) text += ", ";
    text += fmt::format(fmt::runtime(format), i);
  }
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    Definition, DefinitionRefuses,
    testing::Values(
        Refused{"command_number", R"("command": 5)",
                "/command: must be a string or a list of strings, not a number"},
        Refused{"command_map", R"("command": {})", "/command: must be"},
        Refused{"command_boolean", R"("command": false)", "not a boolean"},
        Refused{"command_open_quote", R"("command": "sh -c 'x")",
                "/command: the command: a single quote is not closed"},
        Refused{"command_number_within", R"("command": ["sleep", 60])",
                "/command/1: must be a string, not a number: write it in quotes"},
        Refused{"command_null_within", R"("command": [null])", "/command/0"},
        Refused{"command_empty_program", R"("command": "'' x")", "first word is empty"},
        Refused{"command_empty_program_in_list", R"("command": ["", "x"])", "first word is empty"},
        Refused{"command_too_many_words", R"("command": [)" + entries(257, "\"{}\"") + "]",
                "257 words"},
        Refused{"command_too_long", R"("command": [")" + std::string(129 * 1024, 'x') + "\"]",
                "allowed"},
        Refused{"environment_string", R"("environment": "A=1")",
                "/environment: must be a map or a list"},
        Refused{"environment_null_value", R"("environment": {"A": null})",
                "write the value, \"\" for an empty one"},
        Refused{"environment_list_value", R"("environment": {"A": []})",
                "/environment/A: must be a string, a number or a boolean, not a list"},
        Refused{"environment_empty_name", R"("environment": {"": "x"})",
                "/environment/: a variable must have a name"},
        Refused{"environment_equals_in_name", R"("environment": {"A=B": "x"})",
                "must not hold '='"},
        Refused{"environment_newline_in_name", R"("environment": {"A\nB": "x"})", "must not hold"},
        Refused{"environment_slash_in_pointer", R"("environment": {"a/b~": null})",
                "/environment/a~1b~0: has no value"},
        Refused{"environment_entry_without_equals", R"("environment": ["A=1", "HOME"])",
                "/environment/1: has no '='"},
        Refused{"environment_entry_without_name", R"("environment": ["=1"])",
                "/environment/0: a variable must"},
        Refused{"environment_entry_number", R"("environment": [1])",
                "/environment/0: must be a string"},
        Refused{"environment_twice", R"("environment": ["A=1", "A=2"])",
                "/environment/1: the variable 'A' is given twice"},
        Refused{"environment_too_many", R"("environment": {)" + entries(257, "\"A{}\": 1") + "}",
                "257 entries"},
        Refused{"environment_value_too_long",
                R"("environment": {"A": ")" + std::string(32 * 1024 + 1, 'x') + "\"}",
                "32769 bytes"},
        Refused{"environment_too_long_in_all",
                R"("environment": {)" +
                    entries(5, ("\"A{}\": \"" + std::string(32 * 1024, 'x') + "\"").c_str()) + "}",
                "bytes in all"},
        Refused{"ports_string", R"("ports": "8080")", "/ports: must be a list such as"},
        Refused{"ports_number", R"("ports": 8080)", "/ports: must be a list"},
        Refused{"ports_boolean", R"("ports": [true])", "/ports/0: must be a string or an integer"},
        Refused{"ports_fraction", R"("ports": [8080.0])", "/ports/0: '8080.0' is not a port"},
        Refused{"ports_exponent", R"("ports": [8e3])", "/ports/0"},
        Refused{"ports_zero", R"("ports": [0])", "/ports/0"},
        Refused{"ports_negative", R"("ports": [-1])", "/ports/0"},
        Refused{"ports_above", R"("ports": [65536])", "/ports/0"},
        Refused{"ports_range_twice", R"("ports": ["80-90", "85"])",
                "/ports/1: '85' takes the same port as '85'"},
        Refused{"ports_fixed_twice", R"("ports": ["8081:80", "8081:81"])",
                "/ports/1: '8081:81' takes the same port as '8081:80'"},
        Refused{"ports_ranges_overlap", R"("ports": ["8000-8009:80", "8009:81"])", "/ports/1"},
        Refused{"ports_same_twice", R"("ports": ["8080", 8080])", "/ports/1"},
        Refused{"ports_same_with_protocol", R"("ports": ["80", "80/tcp"])", "/ports/1"},
        Refused{"ports_too_many", R"("ports": [)" + entries(257, "1{:03}") + "]", "257 entries"},
        Refused{"ports_too_many_in_ranges", R"("ports": ["1-200", "1001-1200"])",
                "/ports: more ports than the 256 allowed"},
        Refused{"labels_string", R"("labels": "a=b")", "/labels: must be a map or a list"},
        Refused{"labels_reserved", R"("labels": {"io.genisys.service": "x"})",
                "/labels/io.genisys.service: the label"},
        Refused{"labels_reserved_ignore", R"("labels": ["io.genisys.ignore"])", "is reserved"},
        Refused{"labels_twice", R"("labels": ["a=1", "a=2"])", "the label 'a' is given twice"},
        Refused{"signal_unknown", R"("stop_signal": "SIGFOO")",
                "/stop_signal: 'SIGFOO' is not a signal"},
        Refused{"signal_zero", R"("stop_signal": 0)", "number from 1 to 64"},
        Refused{"signal_65", R"("stop_signal": "65")", "/stop_signal"},
        Refused{"signal_negative", R"("stop_signal": -15)", "/stop_signal"},
        Refused{"signal_fraction", R"("stop_signal": 1.5)", "/stop_signal"},
        Refused{"signal_empty", R"("stop_signal": "")", "/stop_signal"},
        Refused{"signal_list", R"("stop_signal": [])", "/stop_signal: must be"},
        Refused{"signal_real_time_above", R"("stop_signal": "SIGRTMIN+16")", "/stop_signal"},
        Refused{"signal_sig_alone", R"("stop_signal": "SIG")", "/stop_signal"},
        Refused{"grace_negative", R"("stop_grace_period": -1)",
                "/stop_grace_period: '-1' is not a duration"},
        Refused{"grace_word", R"("stop_grace_period": "soon")", "write it like 10s"},
        Refused{"grace_boolean", R"("stop_grace_period": true)", "must be a duration"},
        Refused{"grace_huge", R"("stop_grace_period": 99999999999999999999)", "/stop_grace_period"},
        Refused{"image_number", R"("Image": 5)", "unknown key 'Image': did you mean 'image'?"},
        Refused{"unknown_near", R"("enviroment": {})", "did you mean 'environment'?"},
        Refused{"unknown_far", R"("zzzzzzzzz": true)",
                "/zzzzzzzzz: unknown key 'zzzzzzzzz': the keys are name, image"},
        Refused{"known_and_not_acted_on", R"("build": ".")",
                "/build: build is not acted on: builds nothing: build and push the image"},
        Refused{"unknown_of_compose", R"("deplyo": {})", "did you mean 'deploy'?"}),
    [](const auto& test) { return test.param.name; });

TEST(Definition, RefusesWhatHasNoImageOrIsNoMap) {
  for (const char* text :
       {R"({"name": "web"})", R"({"name": "web", "image": null})", R"({"name": "web", "image": 5})",
        R"({"name": "web", "image": "nginx"})"}) {
    Problems problems;
    EXPECT_FALSE(decode(text, problems));
    ASSERT_EQ(problems.size(), 1U) << text;
    EXPECT_EQ(problems[0].pointer, "/image");
  }
  for (const char* text : {"[]", "null", "\"web\"", "5"}) {
    Problems problems;
    EXPECT_FALSE(decode(text, problems));
    EXPECT_THAT(render(problems), HasSubstr("a definition must be a map"));
  }
  for (const char* text :
       {R"({"image": "nginx:1"})", R"({"name": null, "image": "nginx:1"})",
        R"({"name": "", "image": "nginx:1"})", R"({"name": 5, "image": "nginx:1"})",
        R"({"name": "a/b", "image": "nginx:1"})"}) {
    Problems problems;
    EXPECT_FALSE(decode(text, problems));
    ASSERT_EQ(problems.size(), 1U) << text;
    EXPECT_EQ(problems[0].pointer, "/name");
  }
}

TEST(Definition, ReadsTheEnvironmentInEveryForm) {
  const Pairs expected = {{"A", "x=y"}, {"B", "8080"}, {"C", "true"}, {"D", ""}, {"E", "1.50"}};
  EXPECT_EQ(
      *with(R"("environment": {"A": "x=y", "B": 8080, "C": true, "D": "", "E": 1.50})").environment,
      expected);
  EXPECT_EQ(*with(R"("environment": ["A=x=y", "B=8080", "C=true", "D=", "E=1.50"])").environment,
            expected);
  EXPECT_EQ(with(R"("environment": {"a.b-c d": "1"})").environment->count("a.b-c d"), 1U);
}

TEST(Definition, ReadsLabelsInEveryForm) {
  const Pairs expected = {{"a", "1"}, {"b", ""}, {"io.genisysx", "y"}};
  EXPECT_EQ(*with(R"("labels": {"a": 1, "b": null, "io.genisysx": "y"})").labels, expected);
  EXPECT_EQ(*with(R"("labels": ["a=1", "b", "io.genisysx=y"])").labels, expected);
}

TEST(Definition, KeepsACommandAsGivenBesideItsWords) {
  const Definition text = with(R"("command": "sh -c 'echo hi'")");
  EXPECT_EQ(std::get<std::string>(text.command->given), "sh -c 'echo hi'");
  EXPECT_EQ(text.command->words, (Words{"sh", "-c", "echo hi"}));
  const Definition list = with(R"("command": ["sh", "-c", "echo hi"])");
  EXPECT_EQ(std::get<Words>(list.command->given), text.command->words);
  EXPECT_EQ(list.command->words, text.command->words);
  EXPECT_TRUE(with(R"("command": "")").command->words.empty());
  EXPECT_TRUE(with(R"("command": [])").command->words.empty());
}

TEST(Definition, ReadsSignals) {
  for (const char* text :
       {"SIGTERM", "TERM", "sigint", "SIGRTMIN+3", "RTMAX-1", "SIGRTMAX", "64", "1"}) {
    EXPECT_EQ(with(fmt::format("\"stop_signal\": \"{}\"", text)).stop_signal, text);
  }
  EXPECT_EQ(with(R"("stop_signal": 15)").stop_signal, "15");
}

TEST(Definition, ReadsTheGracePeriod) {
  using namespace std::chrono_literals;
  EXPECT_EQ(with(R"("stop_grace_period": "1m30s")").stop_grace_period, 90s);
  EXPECT_EQ(with(R"("stop_grace_period": 10)").stop_grace_period, 10s);
  EXPECT_EQ(with(R"("stop_grace_period": "0s")").stop_grace_period, 0ms);
}

TEST(Definition, AcceptsWhatIsJustWithinTheLimits) {
  EXPECT_EQ(with(R"("environment": {)" + entries(256, "\"A{}\": 1") + "}").environment->size(),
            256U);
  EXPECT_EQ(with(R"("environment": {"A": ")" + std::string(32 * 1024, 'x') + "\"}")
                .environment->at("A")
                .size(),
            32U * 1024);
  EXPECT_EQ(with(R"("ports": [)" + entries(256, "1{:03}") + "]").ports->size(), 256U);
  EXPECT_EQ(with(R"("command": [)" + entries(256, "\"{}\"") + "]").command->words.size(), 256U);
}

TEST(MaxReplicas, IsOneWhereANetworkGivesAFixedAddress) {
  EXPECT_EQ(max_replicas(with(R"("networks": {"a": {"ipv4_address": "10.0.0.9"}})")), 1U);
  EXPECT_EQ(max_replicas(with(R"("ports": ["9000-9009:80"],
                                 "networks": {"a": {"ipv6_address": "fd00::9"}})")),
            1U);
}

TEST(MaxReplicas, IsTheNarrowestFixedPort) {
  EXPECT_EQ(max_replicas(decode(R"({"name": "web", "image": "nginx:1"})")), std::nullopt);
  EXPECT_EQ(max_replicas(with(R"("ports": [])")), std::nullopt);
  EXPECT_EQ(max_replicas(with(R"("ports": ["8080", "127.0.0.1::81"])")), std::nullopt);
  EXPECT_EQ(max_replicas(with(R"("ports": ["8081:80"])")), 1U);
  EXPECT_EQ(max_replicas(with(R"("ports": ["53", "9000-9009:80"])")), 10U);
  EXPECT_EQ(max_replicas(with(R"("ports": ["9000-9009:80", "9100-9104:81"])")), 5U);
  EXPECT_EQ(max_replicas(with(R"("ports": ["1-65535:80"])")), 65535U);
  EXPECT_EQ(max_replicas(with(R"("ports": ["3000-3009", "8000-8009:80-89"])")), 1U);
  EXPECT_EQ(max_replicas(with(R"("networks": {"a": {"aliases": ["x"]}})")), std::nullopt);
}

struct Order {
  const char* name;
  std::string fields;
  bool with_one;
  bool with_two;
};

class NeedsStopFirst : public testing::TestWithParam<Order> {};

TEST_P(NeedsStopFirst, WhereBothCannotBeThere) {
  const Definition definition = with(GetParam().fields);
  EXPECT_EQ(needs_stop_first(definition, 0), GetParam().with_one);
  EXPECT_EQ(needs_stop_first(definition, 1), GetParam().with_one);
  EXPECT_EQ(needs_stop_first(definition, 2), GetParam().with_two);
}

INSTANTIATE_TEST_SUITE_P(
    Definition, NeedsStopFirst,
    testing::Values(
        Order{"plain", "", false, false},
        Order{"ephemeral_port", R"("ports": [80, "127.0.0.1::81"])", false, false},
        Order{"fixed_port", R"("ports": [80, "8081:81"])", true, true},
        Order{"range_of_ports", R"("ports": ["9000-9009:80"])", true, true},
        Order{"writable_volume", R"("volumes": ["conf:/etc/app:ro", "data:/data"])", true, false},
        Order{"read_only_volume", R"("volumes": ["data:/data:ro"])", false, false},
        Order{"no_volumes", R"("volumes": [])", false, false},
        Order{"fixed_address", R"("networks": {"a": {"ipv4_address": "10.0.0.9"}})", true, true},
        Order{"writable_path", R"("volumes": ["/srv:/srv"])", true, false},
        Order{"read_only_path", R"("volumes": ["/srv:/srv:ro"])", false, false},
        Order{"anonymous_volume", R"("volumes": ["/cache"])", false, false},
        Order{"file_system_in_memory",
              R"("tmpfs": "/run", "volumes": [{"type": "tmpfs", "target": "/tmp"}])", false, false},
        Order{"writable_volume_in_the_long_syntax",
              R"("volumes": [{"type": "volume", "source": "data", "target": "/data"}])", true,
              false},
        Order{"whatever_the_definition_says",
              R"("ports": ["81:80"], "deploy": {"update_config": {"order": "start-first"}})", true,
              true}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace genisys::state
