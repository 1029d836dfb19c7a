#include "tests/unit/api/api_fixture.hpp"

namespace genisys::api {
namespace {

using ::testing::HasSubstr;

class ReloadApi : public ApiTest {
 protected:
  ReloadApi() {
    context_.reload = [this](std::string author) {
      author_ = std::move(author);
      return reload_now();
    };
    context_.rehearse_reload = [this] {
      ++rehearsals_;
      return result_;
    };
  }
  boost::asio::awaitable<state::Reload> reload_now() {
    ++reloads_;
    co_return result_;
  }

  state::Reload result_;
  std::string author_;
  int reloads_ = 0;
  int rehearsals_ = 0;
};

TEST_F(ReloadApi, AnswersTheReport) {
  using state::ImportReport;
  result_.report = {.taken = {{name("web"), state::Effect::created, 2U}},
                    .unchanged = {name("db")},
                    .kept = {{name("cache"), "it was deleted"}},
                    .passed_over = {{name("busy"), "its port is taken"}},
                    .gone = {name("old")},
                    .shared = {{ImportReport::Shared::What::network, "inside",
                                ImportReport::Shared::Change::created}}};
  result_.notices = {"services.yml:1:1: left out"};
  const Response response = post("/reload", "");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body,
            R"({"effect":"changed","taken":[{"service":"web","effect":"created","target":2}],)"
            R"("unchanged":["db"],"kept":[{"service":"cache","message":"it was deleted"}],)"
            R"("passed_over":[{"service":"busy","message":"its port is taken"}],"gone":["old"],)"
            R"("shared":[{"what":"network","name":"inside","change":"created"}],)"
            R"("notices":["services.yml:1:1: left out"]})");
  EXPECT_EQ(reloads_, 1);
}

TEST_F(ReloadApi, OfADryRunSaysWhatWouldFollowAndChangesNothing) {
  result_.actions = {{.action = "run",
                      .service = name("web"),
                      .slot = 1,
                      .cause = state::Reason::scaling_up,
                      .message = "the target is 1"}};
  const Response response = post("/reload?dry_run=true", "");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body,
              HasSubstr(R"({"dry_run":true,"effect":"unchanged","taken":[],"unchanged":[],)"));
  EXPECT_THAT(response.body,
              HasSubstr(R"("actions":[{"action":"run","service":"web","slot":1,"container":null,)"
                        R"("cause":"ScalingUp","message":"the target is 1"}]})"));
  EXPECT_EQ(reloads_, 0);
  EXPECT_EQ(rehearsals_, 1);
}

TEST_F(ReloadApi, NamesEveryErrorOfBrokenFiles) {
  result_.errors = {"services.yml:1:1: web: no", "services.yml:2:1: db: \xff"};
  for (const char* target : {"/reload", "/reload?dry_run=true"}) {
    const Response response = post(target, "");
    EXPECT_EQ(response.status, 409) << target;
    EXPECT_EQ(response.content_type, "application/problem+json");
    EXPECT_THAT(response.body, HasSubstr(R"("message":"services.yml:1:1: web: no")"));
    EXPECT_THAT(response.body, HasSubstr("services.yml:2:1: db: \xEF\xBF\xBD"));
  }
}

TEST_F(ReloadApi, IsAskedForInTheNameOfTheToken) {
  post("/reload", "");
  EXPECT_EQ(author_, "api");
  Request asked = request(Method::post, "/reload");
  asked.author = "deploy";
  send(std::move(asked));
  EXPECT_EQ(author_, "deploy");
}

TEST_F(ReloadApi, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(post("/reload?dryrun=true", "").status, 400);
  EXPECT_EQ(post("/reload", R"({"file": "x"})").status, 400);
  EXPECT_EQ(send_if("\"1\"", request(Method::post, "/reload")).status, 400);
  EXPECT_EQ(get("/reload").status, 405);
  EXPECT_EQ(reloads_ + rehearsals_, 0);
}

}  // namespace
}  // namespace genisys::api
