#include "state/status_board.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "tests/support/builders.hpp"
#include "tests/support/run_coro.hpp"

namespace genisys::state {
namespace {

using test::name;
using test::run_coro;
using test::run_ready;
using test::start;

constexpr TimePoint kNever = TimePoint::max();

ServiceStatus status(const std::string& service, std::uint32_t ready) {
  return {.name = name(service), .ready = ready};
}

class Board : public ::testing::Test {
 protected:
  boost::asio::io_context context;
  StatusBoard board{context.get_executor(), Index{100}, 10};
};

TEST_F(Board, GivesAnIndexToWhatChangedAlone) {
  board.publish({status("db", 1), status("web", 1)});
  EXPECT_EQ(board.index_of(name("db")), Index{100});
  EXPECT_EQ(board.index_of(name("web")), Index{101});

  board.publish({status("db", 1), status("web", 2)});
  EXPECT_EQ(board.index_of(name("db")), Index{100});
  EXPECT_EQ(board.index_of(name("web")), Index{102});
  EXPECT_EQ(board.index(), Index{102});
}

TEST_F(Board, StoresTheTimeOfALookThatSawNothingNew) {
  board.publish({status("web", 1)});
  ServiceStatus later = status("web", 1);
  later.observed_at += std::chrono::seconds(5);
  board.publish({later});
  EXPECT_EQ(board.index_of(name("web")), Index{100});
  EXPECT_EQ(board.find(name("web"))->observed_at, later.observed_at);
}

TEST_F(Board, KnowsNothingOfTheUnpublished) {
  EXPECT_EQ(board.find(name("web")), nullptr);
  EXPECT_EQ(board.index_of(name("web")), Index{0});
  EXPECT_EQ(board.index(), Index{99});
}

TEST_F(Board, DisappearanceIsAChangeAndIsForgottenLater) {
  board.publish({status("web", 1)});
  board.publish({});
  EXPECT_EQ(board.find(name("web")), nullptr);
  EXPECT_EQ(board.index_of(name("web")), Index{101});
  board.publish({});
  EXPECT_EQ(board.index_of(name("web")), Index{0});
}

TEST_F(Board, AnswersAtOnceWhenAlreadyNewer) {
  board.publish({status("web", 1)});
  EXPECT_TRUE(run_coro(context, board.changed_after(name("web"), Index{99}, kNever)));
  EXPECT_TRUE(run_coro(context, board.any_changed_after(Index{99}, kNever)));
}

TEST_F(Board, WakesThoseAloneWhoWaitForThatName) {
  board.publish({status("db", 1), status("web", 1)});
  auto db = start(context, board.changed_after(name("db"), Index{101}, kNever));
  auto web = start(context, board.changed_after(name("web"), Index{101}, kNever));
  auto any = start(context, board.any_changed_after(Index{101}, kNever));
  run_ready(context);

  board.touch({name("web")});
  run_ready(context);
  EXPECT_TRUE(web.done());
  EXPECT_TRUE(web.get());
  EXPECT_TRUE(any.get());
  EXPECT_FALSE(db.done());
}

TEST_F(Board, DoesNotWakeForAnIndexTheClientHasSeen) {
  auto waiting = start(context, board.changed_after(name("web"), Index{101}, kNever));
  run_ready(context);
  board.touch({name("web")});
  board.touch({name("web")});
  run_ready(context);
  EXPECT_FALSE(waiting.done());
  board.touch({name("web")});
  EXPECT_TRUE(waiting.get());
}

TEST_F(Board, WaitForAServiceThatComesLaterSurvivesPublications) {
  auto waiting = start(context, board.changed_after(name("web"), Index{200}, kNever));
  run_ready(context);
  for (int i = 0; i < 3; ++i) board.publish({});
  board.add_indexes(Index{300}, 10);
  board.publish({status("web", 1)});
  EXPECT_TRUE(waiting.get());
}

TEST_F(Board, ReportsADeadlineThatPassed) {
  EXPECT_FALSE(run_coro(
      context, board.changed_after(name("web"), Index{0}, std::chrono::steady_clock::now())));
}

TEST_F(Board, StopEndsEveryWait) {
  auto web = start(context, board.changed_after(name("web"), Index{0}, kNever));
  auto any = start(context, board.any_changed_after(Index{99}, kNever));
  run_ready(context);
  board.stop();
  EXPECT_FALSE(web.get());
  EXPECT_FALSE(any.get());
  EXPECT_FALSE(run_coro(context, board.changed_after(name("web"), Index{0}, kNever)));
}

TEST_F(Board, ACancelledWaitLeavesNothingBehind) {
  boost::asio::cancellation_signal cancel;
  bool was_cancelled = false;
  boost::asio::co_spawn(
      context, board.changed_after(name("web"), Index{0}, kNever),
      boost::asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr error, bool) {
        was_cancelled = error != nullptr;
      }));
  run_ready(context);
  cancel.emit(boost::asio::cancellation_type::terminal);
  run_ready(context);
  EXPECT_TRUE(was_cancelled);
  board.publish({status("web", 1)});
}

TEST(BoardLifetime, MayEndBeforeItsWaiters) {
  boost::asio::io_context context;
  {
    StatusBoard board(context.get_executor(), Index{1}, 10);
    boost::asio::co_spawn(context, board.changed_after(name("web"), Index{0}, kNever),
                          [](std::exception_ptr, bool) {});
    run_ready(context);
  }
}

TEST_F(Board, AsksForIndexesAtHalfAndGoesOnBeyond) {
  for (int i = 0; i < 5; ++i) board.touch({name("web")});
  EXPECT_FALSE(board.wants_indexes());
  board.touch({name("web")});
  EXPECT_TRUE(board.wants_indexes());

  board.add_indexes(Index{110}, 10);
  EXPECT_FALSE(board.wants_indexes());
  for (int i = 0; i < 20; ++i) board.touch({name("web")});
  EXPECT_EQ(board.index(), Index{125});
  EXPECT_TRUE(board.wants_indexes());

  board.add_indexes(Index{500}, 10);
  board.touch({name("web")});
  EXPECT_EQ(board.index(), Index{500});
}

// ---- current_status ----

Service service(std::optional<std::uint32_t> desired, std::uint64_t generation) {
  return {.definition = test::definition("web"),
          .generation = Generation{generation},
          .desired = desired};
}

ServiceStatus converged_at(std::uint64_t generation, std::optional<std::uint32_t> desired = 2) {
  return {.name = name("web"),
          .desired = desired,
          .running = 2,
          .ready = 2,
          .converged = true,
          .generation = Generation{generation},
          .observed_generation = Generation{generation},
          .observed_at = WallTime(std::chrono::seconds(1000)),
          .conditions = {{.type = ConditionType::available, .status = Truth::yes},
                         {.type = ConditionType::converged,
                          .status = Truth::yes,
                          .reason = Reason::as_desired,
                          .since = WallTime(std::chrono::seconds(900))}}};
}

const Condition& converged_condition(const ServiceStatus& status) {
  for (const Condition& condition : status.conditions) {
    if (condition.type == ConditionType::converged) return condition;
  }
  throw std::logic_error("no such condition");
}

TEST(CurrentStatus, IsTheObservedOneWhenUpToDate) {
  const ServiceStatus published = converged_at(4);
  EXPECT_EQ(current_status(service(2, 4), &published), published);
}

TEST(CurrentStatus, IsAllZeroBeforeAnyLook) {
  const ServiceStatus current = current_status(service(3, 2), nullptr);
  EXPECT_EQ(current.desired, 3U);
  EXPECT_EQ(current.running, 0U);
  EXPECT_EQ(current.generation, Generation{2});
  EXPECT_EQ(current.observed_generation, Generation{0});
  EXPECT_FALSE(current.converged);
  EXPECT_EQ(converged_condition(current).status, Truth::no);
  EXPECT_EQ(converged_condition(current).reason, Reason::not_observed);
}

TEST(CurrentStatus, NeverClaimsConvergenceOnAnOlderTarget) {
  const ServiceStatus published = converged_at(4);
  const ServiceStatus current = current_status(service(5, 5), &published);
  EXPECT_EQ(current.desired, 5U);
  EXPECT_EQ(current.running, 2U);
  EXPECT_EQ(current.generation, Generation{5});
  EXPECT_EQ(current.observed_generation, Generation{4});
  EXPECT_FALSE(current.converged);
  const Condition& condition = converged_condition(current);
  EXPECT_EQ(condition.status, Truth::no);
  EXPECT_EQ(condition.reason, Reason::not_observed);
  EXPECT_EQ(condition.message, "generation 5 is recorded; the last pass saw 4");
  EXPECT_EQ(condition.since, published.observed_at);
  EXPECT_EQ(current.conditions.size(), 2U);
}

TEST(CurrentStatus, SaysThatNobodyScaledIt) {
  const ServiceStatus published = converged_at(1, std::nullopt);
  const ServiceStatus current = current_status(service(std::nullopt, 1), &published);
  EXPECT_FALSE(current.converged);
  EXPECT_EQ(converged_condition(current).status, Truth::unknown);
  EXPECT_EQ(converged_condition(current).reason, Reason::no_target);
}

TEST(CurrentStatus, SaysThatItIsBeingRemoved) {
  const ServiceStatus published = converged_at(5);
  Service removing = service(2, 5);
  removing.removing = true;
  const ServiceStatus current = current_status(removing, &published);
  EXPECT_FALSE(current.converged);
  EXPECT_EQ(converged_condition(current).reason, Reason::removing);
}

TEST(Texts, AreWhatClientsBranchOn) {
  EXPECT_EQ(to_string(Reason::as_desired), "AsDesired");
  EXPECT_EQ(to_string(Reason::crash_loop), "CrashLoop");
  EXPECT_EQ(to_string(Reason::port_taken), "PortTaken");
  EXPECT_EQ(to_string(ConditionType::engine_reachable), "EngineReachable");
  EXPECT_EQ(to_string(Truth::unknown), "Unknown");
  EXPECT_EQ(to_string(SlotState::backoff), "backoff");
}

TEST(Texts, DifferForEachReason) {
  std::set<std::string_view> texts;
  for (int value = 0; value <= static_cast<int>(Reason::dead); ++value) {
    EXPECT_TRUE(texts.insert(to_string(static_cast<Reason>(value))).second) << value;
  }
}

TEST(CurrentStatus, SaysAtOnceWhetherTheServiceIsPaused) {
  Service service{test::definition("web")};
  service.desired = 1;
  service.paused = true;
  const auto paused_in = [](const ServiceStatus& status) {
    for (const Condition& condition : status.conditions) {
      if (condition.type == ConditionType::paused) return condition.status;
    }
    return Truth::unknown;
  };
  ServiceStatus published{.name = service.name(),
                          .desired = 1,
                          .converged = true,
                          .generation = service.generation,
                          .observed_generation = service.generation,
                          .conditions = {{.type = ConditionType::paused, .status = Truth::no}}};
  EXPECT_EQ(paused_in(current_status(service, &published)), Truth::yes);
  published.conditions = {{.type = ConditionType::paused, .status = Truth::yes}};
  service.paused = false;
  EXPECT_EQ(paused_in(current_status(service, &published)), Truth::no);
}

}  // namespace
}  // namespace genisys::state
