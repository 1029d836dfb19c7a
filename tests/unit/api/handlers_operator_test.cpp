#include "api/parameters.hpp"
#include "tests/unit/api/api_fixture.hpp"

namespace genisys::api {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class OperatorApi : public ApiTest {
 protected:
  void change_image(std::string_view image) {
    ASSERT_EQ(put("/service/web", R"({"image":")" + std::string(image) + R"("})").status, 200);
  }
  std::vector<state::JournalEntry> journal() {
    return test::run_coro(io_, store_.journal({.limit = 1000}));
  }
};

TEST_F(OperatorApi, PausesAndResumes) {
  given("web", 2);
  const Response paused = post("/service/web/pause", "");
  EXPECT_EQ(paused.status, 200);
  EXPECT_THAT(paused.body, StartsWith(R"({"running_resources":0,"name":"web","desired":2,)"));
  EXPECT_EQ(header(paused, "X-Genisys-Index"), std::to_string(number(board_.index())));
  EXPECT_TRUE(record("web").paused);

  const Response resumed = post("/service/web/resume", "");
  EXPECT_EQ(resumed.status, 200);
  EXPECT_FALSE(record("web").paused);
}

TEST_F(OperatorApi, ClearsALadder) {
  given("web", 2);
  const std::uint64_t before = record("web").backoff_resets;
  const Response response = del("/service/web/backoff");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, StartsWith(R"({"running_resources":0,"name":"web",)"));
  EXPECT_EQ(record("web").backoff_resets, before + 1);
}

TEST_F(OperatorApi, GoesBackToARevision) {
  given("web", 2);
  change_image("nginx:1.26");
  change_image("nginx:1.27");
  const Response response = post("/service/web/rollback", R"({"revision": "1"})");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, StartsWith(R"({"name":"web","image":"nginx:1.25",)"));
  EXPECT_EQ(header(response, "ETag"), entity_tag(record("web").generation));
  EXPECT_EQ(header(response, "Location"), std::nullopt);
  EXPECT_EQ(record("web").definition.image.str(), "nginx:1.25");
}

TEST_F(OperatorApi, GoesBackToTheOneBeforeUnlessTold) {
  for (const char* body : {"", "{}"}) {
    ASSERT_LT(put("/service/web", R"({"image":"nginx:1.25"})").status, 300);
    change_image("nginx:1.26");
    const Response response = post("/service/web/rollback", body);
    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(record("web").definition.image.str(), "nginx:1.25") << body;
  }
}

TEST_F(OperatorApi, GoesBackToTheStableOne) {
  given("web", 2);
  test::run_coro(io_, store_.commit([](state::Draft& draft) {
    state::Service stable = *draft.find(*state::ServiceName::parse("web"));
    stable.stable = stable.revision;
    draft.put(stable);
  }));
  change_image("nginx:1.26");
  change_image("nginx:1.27");
  EXPECT_EQ(post("/service/web/rollback", "").status, 200);
  EXPECT_EQ(record("web").definition.image.str(), "nginx:1.25");
}

TEST_F(OperatorApi, KnowsNoRevisionThatIsNotKept) {
  given("web", 2);
  const state::SnapshotPtr before = store_.snapshot();
  for (const char* body : {R"({"revision": 7})", R"({"revision": 0})",
                           R"({"revision": 18446744073709551616})", R"({"revision": "x"})"}) {
    const Response response = post("/service/web/rollback", body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_THAT(response.body, HasSubstr(R"("pointer":"/revision")")) << body;
  }
  EXPECT_EQ(store_.snapshot()->services, before->services);
}

TEST_F(OperatorApi, LetsContainersRunWhenAskedTo) {
  given("web", 2);
  const Response response = del("/service/web?keep=containers");
  EXPECT_EQ(response.status, 202);
  EXPECT_TRUE(record("web").removing);
  EXPECT_TRUE(record("web").keep_containers);
  given("db", 1);
  EXPECT_EQ(del("/service/db").status, 202);
  EXPECT_FALSE(record("db").keep_containers);
  EXPECT_EQ(del("/service/db?keep=all").status, 400);
}

TEST_F(OperatorApi, RemovesVolumesOnlyWhenAskedTo) {
  given("web", 2);
  EXPECT_EQ(del("/service/web?volumes=keep").status, 400);
  const Response both = del("/service/web?volumes=remove&keep=containers");
  EXPECT_EQ(both.status, 400);
  EXPECT_THAT(both.body, HasSubstr("does not go with 'keep=containers'"));
  EXPECT_FALSE(record("web").removing);
  EXPECT_EQ(del("/service/web?volumes=remove").status, 202);
  EXPECT_TRUE(record("web").remove_volumes);
}

TEST_F(OperatorApi, EmptiesTheSlotsThatAScaleNames) {
  given("web", 4);
  const Response response = post("/service/web/scale", R"({"number": "2", "remove": [1, "3"]})");
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(record("web").desired, 2U);
  EXPECT_EQ(record("web").vacated, (std::set<std::uint32_t>{1, 3}));
  EXPECT_EQ(post("/service/web/scale", R"({"number": 2, "remove": [0]})").status, 400);
  EXPECT_EQ(post("/scale", R"({"web": 2, "remove": [1]})").status, 400);
}

// Every write that an operator has.
struct Write {
  std::string name;
  Method method;
  std::string path;
  bool takes_condition;
};
void PrintTo(const Write& row, std::ostream* out) { *out << row.name; }

class OperatorWrite : public OperatorApi, public testing::WithParamInterface<Write> {
 protected:
  OperatorWrite() {
    given("web", 2);
    change_image("nginx:1.26");
    if (GetParam().name == "Resume") {
      EXPECT_EQ(post("/service/web/pause", "").status, 200);
    }
    before_ = store_.snapshot();
  }
  Request write(std::string query = "") const {
    return request(GetParam().method, GetParam().path + query);
  }

  state::SnapshotPtr before_;
};

TEST_P(OperatorWrite, ChangesNothingInADryRun) {
  planned_ = {{.action = "stop", .service = name("web"), .cause = state::Reason::outdated}};
  const Response response = send(write("?dry_run=true"));
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, StartsWith(R"({"dry_run":true,"effect":"changed","actions":[{)"));
  EXPECT_EQ(store_.snapshot()->services, before_->services);
  EXPECT_NE(previewed_.services, before_->services);
}

TEST_P(OperatorWrite, TellsTheJournalWhoAskedForIt) {
  const std::uint64_t last = store_.last_entry();
  ASSERT_LT(send(write()).status, 300);
  const std::vector<state::JournalEntry> entries = journal();
  ASSERT_FALSE(entries.empty());
  EXPECT_GT(entries.back().id, last);
  EXPECT_EQ(entries.back().kind, state::EntryKind::wanted);
  EXPECT_EQ(entries.back().by, "api");
  EXPECT_EQ(entries.back().service, name("web"));
}

TEST_P(OperatorWrite, TellsTheJournalWhoseTokenItWas) {
  Request asked = write();
  asked.author = "deploy";
  ASSERT_LT(send(std::move(asked)).status, 300);
  EXPECT_EQ(journal().back().by, "deploy");
}

TEST_P(OperatorWrite, IsRefusedWhenItsConditionIsOutOfDate) {
  const Response response = send_if("\"1\"", write());
  EXPECT_EQ(response.status, GetParam().takes_condition ? 412 : 400);
  EXPECT_EQ(store_.snapshot()->services, before_->services);
}

TEST_P(OperatorWrite, KnowsNoServiceThatIsNotThere) {
  ASSERT_EQ(GetParam().path.find("/service/web"), 0U);
  const std::string rest = GetParam().path.substr(12);
  EXPECT_EQ(send(request(GetParam().method, "/service/db" + rest)).status, 404);
  EXPECT_EQ(send(request(GetParam().method, "/service/-db" + rest)).status, 404);
}

TEST_P(OperatorWrite, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(send(write("?dryrun=true")).status, 400);
  EXPECT_EQ(send(write("?dry_run=yes")).status, 400);
  if (GetParam().method == Method::post) {
    EXPECT_EQ(post(GetParam().path, R"({"for": "1h"})").status, 400);
  }
  EXPECT_EQ(store_.snapshot()->services, before_->services);
}

INSTANTIATE_TEST_SUITE_P(Writes, OperatorWrite,
                         testing::ValuesIn(std::vector<Write>{
                             {"Pause", Method::post, "/service/web/pause", true},
                             {"Resume", Method::post, "/service/web/resume", true},
                             {"Backoff", Method::del, "/service/web/backoff", false},
                             {"Rollback", Method::post, "/service/web/rollback", true},
                             {"Remove", Method::del, "/service/web", true},
                         }),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace genisys::api
