// Stories of engines that show strange things, and of a connector that comes back after its end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/simulation/farm.hpp"
#include "tests/support/builders.hpp"

namespace genisys::simulation {
namespace {

using namespace std::chrono_literals;
using docker::ErrorKind;
using fakes::Operation;
using fakes::Program;
using state::EntryKind;
using state::Reason;
using ::testing::HasSubstr;

class Surprises : public ::testing::Test {
 protected:
  void SetUp() override { farm.start_connector(); }
  void TearDown() override {
    for (const std::string& violation : farm.violations()) ADD_FAILURE() << violation;
  }

  void web(std::uint32_t target) {
    farm.declare("web");
    farm.desire("web", target);
    ASSERT_TRUE(farm.converges(30s));
    farm.advance(20s);
  }

  Reason reason(const char* service = "web") {
    return farm.status(service)->conditions.at(0).reason;
  }

  std::size_t entries(EntryKind kind, std::string_view action) {
    std::size_t count = 0;
    for (const auto& entry : farm.journal("web")) {
      if (entry.kind == kind && entry.action == action) ++count;
    }
    return count;
  }

  Farm farm;
};

// ---- strange pictures

TEST_F(Surprises, AListThatIsSuddenlyEmptyIsAskedForAgain) {
  web(3);
  const auto creates = farm.engine().calls(Operation::create);
  int lists = 0;
  farm.engine().set_list_hook([&](std::vector<docker::Container>& listed) {
    if (++lists == 1) listed.clear();
  });
  farm.advance(30s);
  EXPECT_GT(lists, 1);
  EXPECT_EQ(farm.engine().calls(Operation::create), creates) << "no twin of what is there";
  EXPECT_TRUE(farm.engine().destructive_calls().empty());
  EXPECT_TRUE(farm.status("web")->converged);
}

TEST_F(Surprises, AListThatStaysEmptyIsBelievedTheSecondTime) {
  web(3);
  bool empty = true;
  farm.engine().set_list_hook([&](std::vector<docker::Container>& listed) {
    if (empty) listed.clear();
  });
  farm.advance(5300ms);
  EXPECT_EQ(reason(), Reason::implausible);
  EXPECT_FALSE(farm.status("web")->converged);
  EXPECT_EQ(farm.status("web")->running, 3U) << "the last picture that was believed";
  const auto creates = farm.engine().calls(Operation::create);
  farm.advance(5s);
  EXPECT_GT(farm.engine().calls(Operation::create), creates);
  empty = false;
  farm.allow_one_by_hand("web");
  farm.allow_one_by_hand("web");
  farm.allow_one_by_hand("web");
  ASSERT_TRUE(farm.converges(60s));
}

TEST_F(Surprises, AnAdoptedContainerIsStoppedOnceThoughTheListLags) {
  const auto stray = farm.engine().run_foreign("stray", "app:1");
  farm.engine().set_latency(Operation::stop, 5ms);
  farm.engine().set_latency(Operation::list, 1ms);
  farm.engine().set_list_lag(1500ms);
  farm.engine().events().set_delivery(
      [](const auto&) { return fakes::EventFeed::Delivery::dropped; });
  farm.declare("web");
  farm.desire("web", 1);
  farm.advance(10s);
  farm.desire("web", 0);
  farm.advance(20s);
  EXPECT_FALSE(farm.engine().find(stray)->up());
  EXPECT_LE(farm.engine().calls(Operation::stop), 2U);
  EXPECT_TRUE(farm.status("web")->converged);
}

TEST_F(Surprises, ALookAtSingleOnesThatShowsNoneIsNoProof) {
  web(3);
  const auto creates = farm.engine().calls(Operation::create);
  farm.let_engine_lie(true);
  farm.engine().rename(farm.running_ids().front(), "another-name");
  farm.advance(800ms);
  EXPECT_EQ(farm.engine().calls(Operation::create), creates);
  farm.let_engine_lie(false);
  farm.advance(20s);
  EXPECT_EQ(farm.engine().calls(Operation::create), creates);
  EXPECT_TRUE(farm.status("web")->converged);
}

TEST_F(Surprises, AListThatHidesEverythingFromTheStartCostsAHandfulOfCallsAndNoTwin) {
  web(3);
  farm.kill_connector();
  farm.let_engine_lie(true);
  farm.referee().engine_lies(false);  // nobody could tell
  const auto creates = farm.engine().calls(Operation::create);
  farm.start_connector();
  farm.advance(30s);
  EXPECT_LE(farm.engine().calls(Operation::create) - creates, 20U);
  EXPECT_EQ(farm.engine().containers().size(), 3U) << "no twin of what is hidden";
  farm.let_engine_lie(false);
  ASSERT_TRUE(farm.converges(60s));
  EXPECT_EQ(farm.engine().containers().size(), 3U);
}

TEST_F(Surprises, ARestartThatAnOlderListDeniesMakesNoTwin) {
  web(2);
  const auto restarted = farm.running_ids().front();
  const state::TimePoint until = farm.clock().now() + 3s;
  farm.engine().docker_restart(restarted, 10s, 200ms);
  farm.engine().set_list_hook([&](std::vector<docker::Container>& listed) {
    if (farm.clock().now() >= until) return;
    for (docker::Container& container : listed) {
      if (container.id == restarted) container.state = docker::ContainerState::exited;
    }
  });
  farm.advance(20s);
  EXPECT_EQ(farm.engine().containers().size(), 2U);
  EXPECT_EQ(farm.running("web"), 2);
  EXPECT_TRUE(farm.status("web")->converged);
}

TEST_F(Surprises, ARemovalThatAnEventToldOfIsNoSurprise) {
  web(1);
  farm.engine().rm_force(farm.running_ids().front());
  farm.advance(200ms);
  EXPECT_EQ(farm.running("web"), 1);
  EXPECT_EQ(entries(EntryKind::seen, "removed"), 1U);
}

TEST_F(Surprises, AnEngineThatComesBackWithAnotherPictureIsLookedAtTwice) {
  web(3);
  farm.engine().crash_engine();
  farm.advance(1s);
  farm.engine().start_engine();
  const auto creates = farm.engine().calls(Operation::create);
  farm.advance(900ms);
  EXPECT_EQ(reason(), Reason::implausible);
  EXPECT_EQ(farm.engine().calls(Operation::create), creates);
  ASSERT_TRUE(farm.converges(30s));
  EXPECT_EQ(farm.running("web"), 3);
}

TEST_F(Surprises, AnEngineThatCrashedCostsNobodyALadderNorAnUpdateItsEnd) {
  web(6);
  auto definition = test::definition("web", "app:2");
  definition.update_config =
      state::UpdateConfig{.parallelism = 2, .failure_action = state::FailureAction::rollback};
  farm.redefine(definition);
  farm.advance(2s);
  farm.engine().crash_engine();
  farm.advance(1s);
  farm.engine().start_engine();
  farm.advance(4s);
  EXPECT_EQ(farm.running("web"), 6) << "all of them, at once";
  ASSERT_TRUE(farm.converges(60s));
  EXPECT_EQ(farm.record("web")->definition.image.str(), "app:2");
  EXPECT_EQ(farm.record("web")->revision, state::Revision{2});
}

TEST_F(Surprises, EndsOfMostOfAServiceThatNobodyAskedForAreLookedAtTwice) {
  web(2);
  // Somebody starts containers by hand that look like ours.
  const auto labels = farm.engine().find(farm.running_ids().front())->spec.labels;
  for (const char* slot : {"3", "4", "5", "6"}) {
    auto twin = labels;
    twin["io.genisys.slot"] = slot;
    farm.allow_one_by_hand("web");
    farm.engine().run_foreign(std::string("twin-") + slot, "app:1", twin);
  }
  farm.advance(500ms);
  EXPECT_EQ(reason(), Reason::implausible);
  EXPECT_TRUE(farm.engine().destructive_calls().empty());
  ASSERT_TRUE(farm.converges(30s));
  EXPECT_EQ(farm.running("web"), 2);
}

// ---- what outlives a restart

TEST_F(Surprises, ALadderGoesOnAfterTheConnectorWasKilled) {
  farm.engine().set_command_behaviour("db:1", Program::exits(1, 100ms));
  farm.declare("web", "db:1");
  farm.desire("web", 1);
  farm.advance(40s);
  const auto before = farm.status("web")->slots.at(0);
  ASSERT_GE(before.attempts, 6U);
  const auto creates = farm.engine().calls(Operation::create);
  farm.kill_connector();
  farm.start_connector();
  farm.advance(1s);
  EXPECT_EQ(farm.status("web")->slots.at(0).attempts, before.attempts);
  EXPECT_EQ(farm.status("web")->slots.at(0).since, before.since);
  EXPECT_EQ(farm.engine().calls(Operation::create), creates) << "a restart is no new beginning";
  farm.reset_backoff("web");
  farm.advance(500ms);
  EXPECT_GT(farm.engine().calls(Operation::create), creates);
}

TEST_F(Surprises, APullThatFailedWaitsOnAfterTheConnectorWasKilled) {
  farm.engine().set_pull_failure(
      "new:1", docker::Error{.kind = ErrorKind::rejected, .message = "unauthorized"});
  farm.declare("web", "new:1");
  farm.desire("web", 1);
  farm.advance(60s);
  const auto pulls = farm.engine().calls(Operation::pull);
  farm.kill_connector();
  farm.start_connector();
  farm.advance(1s);
  EXPECT_EQ(farm.engine().calls(Operation::pull), pulls);
  EXPECT_THAT(farm.status("web")->conditions.at(0).message, HasSubstr("unauthorized"));
  // Somebody loads the image by hand.
  farm.engine().add_image("new:1");
  ASSERT_TRUE(farm.converges(10s));
}

TEST_F(Surprises, ARollBackIsDoneOnceThoughTheConnectorIsKilledInIt) {
  farm.engine().add_image("bad:1");
  farm.engine().set_command_behaviour("bad:1", Program::exits(1, 300ms));
  web(3);
  auto definition = test::definition("web", "bad:1");
  definition.update_config = state::UpdateConfig{.failure_action = state::FailureAction::rollback};
  farm.redefine(definition);
  farm.watch_ready("web");
  farm.advance(700ms);
  farm.kill_connector();
  farm.start_connector();
  ASSERT_TRUE(farm.converges(30s));
  EXPECT_EQ(farm.record("web")->definition.image.str(), "app:1");
  EXPECT_EQ(farm.record("web")->revision, state::Revision{3});
  EXPECT_EQ(reason(), Reason::rolled_back);
  EXPECT_EQ(farm.least_ready(), 3);
  farm.advance(60s);
  EXPECT_EQ(farm.record("web")->revision, state::Revision{3});
}

// ---- the journal

TEST_F(Surprises, TheLastWordsOfEachDeadAreInTheJournalBeforeItIsBuried) {
  Program program = Program::exits(4, 2s);
  program.output = "out of luck\n";
  farm.engine().set_command_behaviour("app:1", program);
  farm.engine().set_latency(Operation::logs, 700ms);
  farm.declare("web");
  farm.desire("web", 1);
  farm.advance(30s);
  std::set<std::string> buried;
  std::set<std::string> told;
  std::size_t deaths = 0;
  for (const auto& entry : farm.journal("web")) {
    if (entry.action == "died") {
      ++deaths;
      ASSERT_TRUE(entry.end);
      EXPECT_TRUE(told.insert(entry.container).second) << "told twice";
      EXPECT_EQ(entry.end->exit_code, 4);
      EXPECT_THAT(entry.end->log, HasSubstr("out of luck"));
      EXPECT_FALSE(buried.contains(entry.container)) << "buried unheard";
    }
    if (entry.action == "remove") buried.insert(entry.container);
  }
  EXPECT_GE(deaths, 4U);
  EXPECT_GE(buried.size(), 2U);
}

TEST_F(Surprises, EachDeathIsToldOnceWheneverTheConnectorIsKilled) {
  for (int delay = 0; delay < 60; ++delay) {
    Farm world(static_cast<std::uint64_t>(delay) + 1);
    world.engine().set_command_behaviour("app:1", Program::exits(1, 500ms));
    world.start_connector();
    world.declare("web");
    world.desire("web", 1);
    world.advance(600ms + delay * 10ms);
    world.kill_connector();
    world.start_connector();
    world.advance(20s);
    std::set<std::string> told;
    for (const auto& entry : world.journal("web")) {
      if (entry.action == "died")
        EXPECT_TRUE(told.insert(entry.container).second) << "told twice, delay " << delay;
    }
    EXPECT_GE(told.size(), 3U);
  }
}

TEST_F(Surprises, AContainerThatWasLetGoIsForgottenWhenItIsGone) {
  web(1);
  farm.remove_and_keep_containers("web");
  farm.advance(2s);
  const auto id = farm.running_ids().front();
  EXPECT_EQ(farm.released(), std::set<std::string>{id.str()});
  farm.engine().rm_force(id);
  farm.advance(10s);
  EXPECT_TRUE(farm.released().empty());
}

TEST_F(Surprises, AContainerThatWasLetGoIsNobodys) {
  web(2);
  farm.remove_and_keep_containers("web");
  farm.advance(2s);
  EXPECT_EQ(farm.record("web"), nullptr);
  EXPECT_EQ(farm.running("web"), 2);
  for (const auto& id : farm.running_ids()) farm.guard(id);
  farm.declare("web", "db:1");
  farm.desire("web", 0);
  ASSERT_TRUE(farm.converges(10s));
  EXPECT_EQ(farm.running("web"), 2);
}

}  // namespace
}  // namespace genisys::simulation
