#include "tests/unit/api/api_fixture.hpp"

namespace genisys::api {
namespace {

using testing::HasSubstr;
using testing::Not;

class WhyApi : public ApiTest {
 protected:
  void note(std::string_view service, std::string message, std::uint32_t slot) {
    const std::uint64_t last = store_.last_entry();
    store_.note({.service = name(service),
                 .kind = state::EntryKind::failed,
                 .action = "run",
                 .slot = slot,
                 .message = std::move(message)});
    test::run_coro(io_, store_.journal_grows(last, clock_.now() + std::chrono::seconds(10)));
  }
};

TEST_F(WhyApi, ExplainsWhatTheControllerPublished) {
  given("web", 2);
  state::ServiceStatus status = converged_status("web");
  status.converged = false;
  status.ready = 1;
  status.conditions.push_back({state::ConditionType::converged, state::Truth::no,
                               state::Reason::crash_loop, "slot 2: exited with code 1",
                               status.observed_at});
  status.slots.push_back({.slot = 2,
                          .state = state::SlotState::backoff,
                          .cause = state::Reason::crash_loop,
                          .message = "exited with code 1"});
  board_.publish({status});
  note("web", "cannot start web-2", 2);
  note("db", "of another service", 2);

  const Response response = get("/service/web/why");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_THAT(response.body, HasSubstr(R"("desired":2,"ready":1,"reason":"CrashLoop",)"
                                       R"("message":"slot 2: exited with code 1",)"));
  EXPECT_THAT(response.body, HasSubstr(R"("kind":"failed","message":"cannot start web-2"})"));
  EXPECT_THAT(response.body, HasSubstr(R"("kind":"wanted","action":"scale",)"));
  EXPECT_THAT(response.body, Not(HasSubstr("of another service")));
}

TEST_F(WhyApi, SaysThatNothingIsLeftToDo) {
  given("web", 2);
  board_.publish({converged_status("web")});
  EXPECT_THAT(get("/service/web/why").body,
              HasSubstr(R"("message":"2 of 2 replicas are ready; nothing is left to do")"));
}

TEST_F(WhyApi, DoesNotClaimConvergenceOnAnOlderTarget) {
  given("web", 2);
  board_.publish({converged_status("web")});
  ASSERT_EQ(post("/service/web/scale", R"({"number":3})").status, 200);
  const Response response = get("/service/web/why");
  EXPECT_THAT(response.body, HasSubstr(R"("converged":false,)"));
  EXPECT_THAT(response.body, HasSubstr(R"("reason":"NotObserved")"));
}

TEST_F(WhyApi, KnowsNoServiceThatIsNotThere) {
  EXPECT_EQ(get("/service/web/why").status, 404);
  EXPECT_EQ(get("/service/-web/why").status, 404);
  given("web");
  EXPECT_EQ(get("/service/web/why?slot=1").status, 400);
}

TEST_F(WhyApi, SaysWhenTheJournalCannotBeRead) {
  given("web", 2);
  test::run_coro(io_, store_.close());
  const Response response = get("/service/web/why");
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr("the journal cannot be read"));
  EXPECT_EQ(get("/service/web/events").status, 503);
}

}  // namespace
}  // namespace genisys::api
