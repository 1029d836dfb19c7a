#include "tests/unit/api/api_fixture.hpp"

namespace genisys::api {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ScaleApi : public ApiTest {};

TEST_F(ScaleApi, RecordsTheTargetAndAnswersTheStatus) {
  given("web");
  const Response response = post("/service/web/scale", R"({"number": 3})");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body,
              StartsWith(R"({"running_resources":0,"name":"web","desired":3,"ready":0)"));
  EXPECT_THAT(response.body, HasSubstr(R"("converged":false,"generation":2,)"));
  EXPECT_THAT(response.body, HasSubstr(R"("reason":"NotObserved")"));
  EXPECT_EQ(header(response, "ETag"), "\"2\"");
  EXPECT_EQ(header(response, "X-Genisys-Index"), std::to_string(number(board_.index())));
  EXPECT_EQ(record("web").desired, 3U);
}

TEST_F(ScaleApi, TakesTheDigitsOfHttpie) {
  given("web");
  EXPECT_EQ(post("/service/web/scale", R"({"number": "3"})").status, 200);
  EXPECT_EQ(record("web").desired, 3U);
}

TEST_F(ScaleApi, DoesNotClaimConvergenceOnAnOlderTarget) {
  given("web", 2);
  board_.publish({converged_status("web")});
  EXPECT_THAT(get("/service/web/status").body, HasSubstr(R"("converged":true)"));
  const Response response = post("/service/web/scale", R"({"number": 3})");
  EXPECT_THAT(response.body, StartsWith(R"({"running_resources":2,"name":"web","desired":3,)"));
  EXPECT_THAT(response.body, HasSubstr(R"("converged":false)"));
}

TEST_F(ScaleApi, ARepeatedScaleChangesNothing) {
  given("web", 3);
  const state::SnapshotPtr before = store_.snapshot();
  const state::Index index = board_.index();
  const Response again = post("/service/web/scale", R"({"number": "3"})");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(header(again, "ETag"), "\"2\"");
  EXPECT_EQ(before->services, store_.snapshot()->services);
  EXPECT_EQ(board_.index(), index);
}

TEST_F(ScaleApi, ZeroIsATarget) {
  given("web");
  EXPECT_THAT(get("/service/web/status").body, HasSubstr(R"("desired":null)"));
  EXPECT_EQ(post("/service/web/scale", R"({"number": 0})").status, 200);
  EXPECT_EQ(record("web").desired, 0U);
  EXPECT_EQ(record("web").generation, state::Generation{2});
}

TEST_F(ScaleApi, RefusesWhatIsNoTargetAndChangesNothing) {
  given("web", 1);
  const state::SnapshotPtr before = store_.snapshot();
  for (const char* number : {"-1", "1.5", "1001", "1e9", "99999999999999999999", "\"\"", "true",
                             "null", "\"x\"", "[]"}) {
    const Response response =
        post("/service/web/scale", R"({"number":)" + std::string(number) + "}");
    EXPECT_EQ(response.status, 400) << number;
    EXPECT_EQ(response.content_type, "application/problem+json") << number;
    EXPECT_THAT(response.body, HasSubstr(R"("pointer":"/number")")) << number;
    EXPECT_EQ(post("/scale", R"({"web":)" + std::string(number) + "}").status, 400) << number;
  }
  EXPECT_EQ(store_.snapshot(), before);
}

TEST_F(ScaleApi, NamesEverythingThatIsWrongAtOnce) {
  given("web");
  const Response response = post("/service/web/scale", R"({"number":-1,"nmber":2,"x":3})");
  EXPECT_EQ(response.status, 400);
  for (const char* pointer : {"/number", "/nmber", "/x"}) {
    EXPECT_THAT(response.body, HasSubstr('"' + std::string(pointer) + '"'));
  }
}

TEST_F(ScaleApi, KeepsToTheConfiguredLimit) {
  context_.max_replicas = 5;
  given("web", 5);
  const Response response = post("/service/web/scale", R"({"number":6})");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("limits.replicas allows (5)"));
}

TEST_F(ScaleApi, KeepsToWhatTheHostPortsAllow) {
  ASSERT_EQ(put("/service/web", R"({"image":"nginx:1.25","ports":["8081:80"]})").status, 201);
  EXPECT_EQ(post("/service/web/scale", R"({"number":1})").status, 200);
  const Response single = post("/service/web/scale", R"({"number":2})");
  EXPECT_EQ(single.status, 400);
  EXPECT_THAT(single.body, HasSubstr(R"("pointer":"/number")"));
  const Response many = post("/scale", R"({"web":2})");
  EXPECT_EQ(many.status, 400);
  EXPECT_THAT(many.body, HasSubstr(R"("pointer":"/web")"));
  EXPECT_EQ(record("web").desired, 1U);
}

TEST_F(ScaleApi, KnowsNoServiceThatIsNotThere) {
  EXPECT_EQ(post("/service/web/scale", R"({"number":1})").status, 404);
  EXPECT_EQ(post("/service/-web/scale", R"({"number":1})").status, 404);
}

TEST_F(ScaleApi, ComparesIfMatchWithTheGeneration) {
  given("web", 1);
  const auto scale = [&] { return request(Method::post, "/service/web/scale", R"({"number":2})"); };
  EXPECT_EQ(send_if("\"1\"", scale()).status, 412);
  EXPECT_EQ(send_if("W/\"2\"", scale()).status, 412);
  EXPECT_EQ(send_if("\"2", scale()).status, 400);
  EXPECT_EQ(record("web").desired, 1U);
  EXPECT_EQ(send_if("\"2\"", scale()).status, 200);
  EXPECT_EQ(record("web").desired, 2U);
}

TEST_F(ScaleApi, ScalesManyAtOnce) {
  given("web");
  given("db");
  given("idle");
  const std::uint64_t transactions = store_.transactions();
  const Response response = post("/scale", R"({"web": 3, "db": "1"})");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body,
              StartsWith(R"({"db":{"running_resources":0,"name":"db","desired":1,)"));
  EXPECT_THAT(response.body,
              HasSubstr(R"(,"web":{"running_resources":0,"name":"web","desired":3,)"));
  EXPECT_THAT(response.body, Not(HasSubstr("idle")));
  EXPECT_EQ(header(response, "X-Genisys-Index"), std::to_string(number(board_.index())));
  EXPECT_EQ(store_.transactions(), transactions + 1);
  EXPECT_EQ(post("/scale", "{}").body, "{}");
}

TEST_F(ScaleApi, ScalesAllOrNone) {
  given("web", 1);
  const state::SnapshotPtr before = store_.snapshot();
  const Response unknown = post("/scale", R"({"web":3,"db":1,"cache":2})");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_THAT(unknown.body, HasSubstr(R"("/db")"));
  EXPECT_THAT(unknown.body, HasSubstr(R"("/cache")"));
  EXPECT_THAT(unknown.body, Not(HasSubstr(R"("/web")")));
  EXPECT_EQ(post("/scale", R"({"web":3,"bad name":1})").status, 400);
  EXPECT_EQ(post("/scale", R"({"web":3,"db":-1})").status, 400);
  EXPECT_EQ(post("/scale", R"(["web"])").status, 400);
  EXPECT_EQ(post("/scale", "").status, 400);
  EXPECT_EQ(send_if("*", request(Method::post, "/scale", R"({"web":3})")).status, 400);
  EXPECT_EQ(before->services, store_.snapshot()->services);
}

TEST_F(ScaleApi, ADryRunSaysWhatWouldHappenAndWritesNothing) {
  given("web", 1);
  const state::SnapshotPtr before = store_.snapshot();
  planned_ = {{.action = "stop",
               .service = name("web"),
               .slot = 1,
               .container = "ab12",
               .cause = state::Reason::surplus}};
  const Response response = post("/service/web/scale?dry_run=true", R"({"number":0})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body,
            R"({"dry_run":true,"effect":"changed","actions":[{"action":"stop","service":"web",)"
            R"("slot":1,"container":"ab12","cause":"Surplus","message":""}]})");
  EXPECT_EQ(previewed_.find(name("web"))->desired, 0U);
  EXPECT_THAT(post("/scale?dry_run=true", R"({"web":1})").body,
              HasSubstr(R"("effect":"unchanged")"));
  EXPECT_EQ(post("/scale?dry_run=true", R"({"db":1})").status, 404);
  EXPECT_EQ(store_.snapshot(), before);
}

}  // namespace
}  // namespace genisys::api
