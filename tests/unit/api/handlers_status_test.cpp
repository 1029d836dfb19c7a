#include "tests/unit/api/api_fixture.hpp"

namespace genisys::api {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class StatusApi : public ApiTest {};

TEST_F(StatusApi, AnswersReadsAtOnce) {
  given("web");
  for (const char* path : {"/service", "/service/web", "/service/web/status", "/status"}) {
    const Reply reply = reply_to(request(Method::get, path));
    EXPECT_TRUE(std::holds_alternative<Response>(reply)) << path;
  }
}

TEST_F(StatusApi, ShowsWhatTheControllerPublished) {
  given("web", 2);
  board_.publish({converged_status("web")});
  const Response response = get("/service/web/status");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  const std::string index = std::to_string(number(board_.index_of(name("web"))));
  EXPECT_EQ(response.body,
            R"({"running_resources":2,"name":"web","desired":2,"ready":2,"updated":2,)"
            R"("terminating":0,"adopted":0,"converged":true,"generation":2,)"
            R"("observed_generation":2,"index":)" +
                index + R"(,"observed_at":"2024-05-01T10:20:30.000Z","conditions":[],"slots":[]})");
  EXPECT_EQ(header(response, "X-Genisys-Index"), index);
  EXPECT_EQ(header(response, "ETag"), "\"2\"");
}

TEST_F(StatusApi, ShowsANewObservationEvenWhenNothingElseChanged) {
  given("web", 2);
  state::ServiceStatus status = converged_status("web");
  board_.publish({status});
  const Response before = get("/service/web/status");
  status.observed_at += std::chrono::seconds(5);
  board_.publish({status});
  const Response after = get("/service/web/status");
  EXPECT_THAT(after.body, HasSubstr("10:20:35.000Z"));
  EXPECT_EQ(header(after, "X-Genisys-Index"), header(before, "X-Genisys-Index"));
}

TEST_F(StatusApi, ShowsTheNewestOfTheRecordAndThePublishedStatusHoweverOftenItIsRead) {
  given("web", 2);
  const auto shows = [&](const char* part) {
    const std::string body = get("/service/web/status").body;
    return body == get("/service/web/status").body && body.find(part) != body.npos;
  };
  EXPECT_TRUE(shows("NotObserved"));
  state::ServiceStatus status = converged_status("web");
  board_.publish({status});
  EXPECT_TRUE(shows(R"("converged":true)"));
  status.ready = 1;
  board_.publish({status});
  EXPECT_TRUE(shows(R"("ready":1)"));
  ASSERT_EQ(post("/service/web/scale", R"({"number":3})").status, 200);
  EXPECT_TRUE(shows(R"("desired":3)"));
  board_.publish({});
  EXPECT_TRUE(shows(R"("running_resources":0)"));
}

TEST_F(StatusApi, ForgetsTheTextsOfServicesThatAreGone) {
  given("web", 1);
  ASSERT_EQ(get("/service/web/status").status, 200);
  test::run_coro(io_, store_.commit([](state::Draft& draft) {
    draft.erase(*state::ServiceName::parse("web"));
  }));
  EXPECT_EQ(get("/service/web/status").status, 404);
  given("web");
  EXPECT_THAT(get("/service/web/status").body, HasSubstr(R"("generation":1,)"));
}

TEST_F(StatusApi, ShowsAllServicesByName) {
  EXPECT_EQ(get("/status").body, "{}");
  given("web", 2);
  given("db");
  board_.publish({converged_status("web")});
  const Response response = get("/status");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"db":)" + get("/service/db/status").body + R"(,"web":)" +
                               get("/service/web/status").body + "}");
  EXPECT_EQ(header(response, "X-Genisys-Index"), std::to_string(number(board_.index())));
}

TEST_F(StatusApi, KnowsNoServiceThatIsNotThere) {
  EXPECT_EQ(get("/service/web/status").status, 404);
  EXPECT_EQ(get("/service/-web/status").status, 404);
  EXPECT_EQ(get("/service/web/status?wait=30s&for=converged").status, 404);
}

TEST_F(StatusApi, NeverShowsAnIndexBelowTheBoards) {
  // As after a restart: the store knows the service, the board does not yet.
  given("web");
  state::StatusBoard fresh(io_.get_executor(), state::Index{5000}, 100);
  Context restarted{
      .store = store_, .board = fresh, .clock = clock_, .preview = {}, .metrics_text = {}};
  const Reply reply = dispatch(routes(), restarted, request(Method::get, "/service/web/status"));
  EXPECT_EQ(header(std::get<Response>(reply), "X-Genisys-Index"), "4999");
}

TEST_F(StatusApi, RefusesADoubtfulWait) {
  given("web");
  for (const char* query : {"wait=61s&for=converged", "wait=30s", "for=converged", "index=3",
                            "wait=3s&for=x", "wait=3s&for=converged&index=3", "wiat=3s"}) {
    for (const char* path : {"/service/web/status?", "/status?"}) {
      const Response response = get(std::string(path) + query);
      EXPECT_EQ(response.status, 400) << path << query;
      EXPECT_EQ(response.content_type, "application/problem+json");
    }
  }
}

TEST_F(StatusApi, AnswersAsSoonAsItIsConverged) {
  given("web", 2);
  auto answer = start_get("/service/web/status?wait=30s&for=converged");
  EXPECT_FALSE(answer.done());
  state::ServiceStatus status = converged_status("web");
  status.converged = false;
  board_.publish({status});
  test::run_ready(io_);
  EXPECT_FALSE(answer.done());
  status.converged = true;
  board_.publish({status});
  test::run_ready(io_);
  ASSERT_TRUE(answer.done());
  const Response response = answer.get();
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr(R"("converged":true)"));
}

TEST_F(StatusApi, AnswersAtOnceWhenItIsConvergedAlready) {
  given("web", 2);
  board_.publish({converged_status("web")});
  EXPECT_TRUE(start_get("/service/web/status?wait=30s&for=converged").done());
  EXPECT_TRUE(start_get("/status?wait=30s&for=converged").done());
}

TEST_F(StatusApi, ANewTargetIsWaitedFor) {
  given("web", 2);
  board_.publish({converged_status("web")});
  ASSERT_EQ(post("/service/web/scale", R"({"number":3})").status, 200);
  auto answer = start_get("/service/web/status?wait=30s&for=converged");
  EXPECT_FALSE(answer.done());
  board_.publish({converged_status("web")});
  EXPECT_THAT(answer.get().body, StartsWith(R"({"running_resources":3,)"));
}

TEST_F(StatusApi, AnswersWhatIsTrueWhenTheWaitIsOver) {
  given("web", 2);
  for (const char* query : {"wait=0s&for=converged", "wait=1ms&for=converged",
                            "wait=0s&index=999999", "wait=1ms&index=999999"}) {
    const Response response = get(std::string("/service/web/status?") + query);
    EXPECT_EQ(response.status, 200) << query;
    EXPECT_THAT(response.body, HasSubstr(R"("converged":false)")) << query;
    EXPECT_EQ(get(std::string("/status?") + query).status, 200) << query;
  }
}

TEST_F(StatusApi, AnswersAsSoonAsTheIndexIsNewer) {
  given("web", 2);
  given("db");
  const Response seen = get("/service/web/status");
  auto answer = start_get("/service/web/status?wait=30s&index=" + *header(seen, "X-Genisys-Index"));
  EXPECT_FALSE(answer.done());
  ASSERT_EQ(post("/service/db/scale", R"({"number":1})").status, 200);
  EXPECT_FALSE(answer.done());
  ASSERT_EQ(post("/service/web/scale", R"({"number":3})").status, 200);
  const Response response = answer.get();
  EXPECT_THAT(response.body, HasSubstr(R"("desired":3)"));
  EXPECT_GT(std::stoull(*header(response, "X-Genisys-Index")),
            std::stoull(*header(seen, "X-Genisys-Index")));
}

TEST_F(StatusApi, SeesAWriteThatHappenedBeforeTheWait) {
  given("web");
  const std::string seen = *header(get("/service/web/status"), "X-Genisys-Index");
  ASSERT_EQ(post("/service/web/scale", R"({"number":3})").status, 200);
  EXPECT_TRUE(start_get("/service/web/status?wait=30s&index=" + seen).done());
  EXPECT_TRUE(start_get("/status?wait=30s&index=" + seen).done());
}

TEST_F(StatusApi, EndsAWaitWhenTheServiceIsGone) {
  given("web", 1);
  auto converged = start_get("/service/web/status?wait=30s&for=converged");
  auto newer = start_get("/service/web/status?wait=30s&index=999999");
  ASSERT_EQ(del("/service/web").status, 202);
  EXPECT_FALSE(converged.done());
  test::run_coro(io_, store_.commit([](state::Draft& draft) {
    state::forget_service(draft, *state::ServiceName::parse("web"));
  }));
  EXPECT_EQ(converged.get().status, 404);
  // It asked for what this state file never counted to; the end of the program ends it too.
  board_.stop();
  EXPECT_EQ(newer.get().status, 404);
}

TEST_F(StatusApi, EndsAllWaitsWhenTheBoardStops) {
  given("web", 1);
  auto one = start_get("/service/web/status?wait=30s&for=converged");
  auto all = start_get("/status?wait=30s&index=999999");
  board_.stop();
  EXPECT_EQ(one.get().status, 200);
  EXPECT_EQ(all.get().status, 200);
  EXPECT_EQ(get("/service/web/status?wait=30s&for=converged").status, 200);
}

TEST_F(StatusApi, WaitsForEveryServiceThatHasATarget) {
  given("web", 2);
  given("db", 1);
  given("idle");
  auto answer = start_get("/status?wait=30s&for=converged");
  board_.publish({converged_status("web")});
  test::run_ready(io_);
  EXPECT_FALSE(answer.done());
  board_.publish({converged_status("web"), converged_status("db")});
  const Response response = answer.get();
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, StartsWith(R"({"db":{"running_resources":1,)"));
}

TEST_F(StatusApi, AnswersForAnyServiceWhenTheIndexIsNewer) {
  given("web");
  auto answer = start_get("/status?wait=30s&index=" + *header(get("/status"), "X-Genisys-Index"));
  EXPECT_FALSE(answer.done());
  given("db");
  EXPECT_THAT(answer.get().body, StartsWith(R"({"db":)"));
}

}  // namespace
}  // namespace genisys::api
