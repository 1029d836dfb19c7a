// Stories of the reconciling program, told step by step.
#include <gtest/gtest.h>

#include "tests/simulation/farm.hpp"

namespace genisys::simulation {
namespace {

using namespace std::chrono_literals;
using docker::ErrorKind;
using fakes::Effect;
using fakes::Operation;
using fakes::Program;

class Reconciling : public ::testing::Test {
 protected:
  void SetUp() override { farm.start_connector(); }
  void TearDown() override {
    for (const std::string& violation : farm.violations()) ADD_FAILURE() << violation;
  }

  void web(std::uint32_t target) {
    farm.declare("web");
    farm.desire("web", target);
    ASSERT_TRUE(farm.converges(30s));
    ASSERT_EQ(farm.running("web"), static_cast<int>(target));
  }

  Farm farm;
};

TEST_F(Reconciling, ScalesUpAndDown) {
  web(5);
  farm.desire("web", 2);
  ASSERT_TRUE(farm.converges(30s));
  EXPECT_EQ(farm.running("web"), 2);
  farm.desire("web", 0);
  ASSERT_TRUE(farm.converges(30s));
  EXPECT_EQ(farm.engine().containers().size(), 0U) << "what is stopped is removed";
}

TEST_F(Reconciling, ReplacesAKilledContainerWithoutWaitingForTheInterval) {
  web(3);
  farm.engine().kill(farm.running_ids().front());
  farm.advance(200ms);
  EXPECT_EQ(farm.running("web"), 3);
}

TEST_F(Reconciling, ReplacesAContainerThatTheListStillShowsRunning) {
  farm.engine().set_list_lag(800ms);
  web(3);
  farm.engine().kill(farm.running_ids().front());
  farm.advance(200ms);
  EXPECT_EQ(farm.running("web"), 3);
  EXPECT_TRUE(farm.converges(1s));
  farm.advance(10s);
  EXPECT_EQ(farm.engine().containers().size(), 4U) << "three that run and the one that died";
}

TEST_F(Reconciling, SeesAProgramThatEndsAtOnceThoughTheListShowsItRunning) {
  farm.engine().set_list_lag(800ms);
  farm.engine().set_command_behaviour("db:1", Program::exits(1));
  farm.declare("bad", "db:1");
  farm.desire("bad", 1);
  farm.advance(900ms);
  EXPECT_EQ(farm.status("bad")->running, 0U);
  EXPECT_GE(farm.status("bad")->slots.at(0).attempts, 2U) << "the first retry comes at once";
  farm.advance(60s);
  EXPECT_LE(farm.engine().calls(Operation::create), 10U);
}

TEST_F(Reconciling, MakesNoTwinOfARestartThatTheListShowsLate) {
  farm.engine().set_list_lag(300ms);
  web(2);
  farm.engine().docker_restart(farm.running_ids().front(), 10s, 1500ms);
  farm.advance(10s);
  EXPECT_EQ(farm.running("web"), 2);
  EXPECT_EQ(farm.engine().containers().size(), 2U);
}

TEST_F(Reconciling, ReplacesARemovedContainer) {
  web(3);
  farm.engine().rm_force(farm.running_ids().front());
  farm.advance(200ms);
  EXPECT_EQ(farm.running("web"), 3);
}

TEST_F(Reconciling, FindsWhatNoEventTold) {
  web(3);
  farm.engine().events().set_delivery(
      [](const docker::Event&) { return fakes::EventFeed::Delivery::dropped; });
  farm.engine().kill(farm.running_ids().front());
  farm.advance(6s);
  EXPECT_EQ(farm.running("web"), 3);
}

TEST_F(Reconciling, MakesNoTwinOfARestartByHand) {
  web(2);
  farm.engine().docker_restart(farm.running_ids().front());
  ASSERT_TRUE(farm.converges(30s));
  farm.advance(10s);
  EXPECT_EQ(farm.running("web"), 2);
  EXPECT_EQ(farm.engine().containers().size(), 2U);
}

TEST_F(Reconciling, LosesNoContainerWithALostAnswer) {
  farm.engine().fail_next(Operation::create, ErrorKind::unreachable, Effect::after);
  farm.engine().fail_next(Operation::start, ErrorKind::timeout, Effect::after);
  farm.declare("web");
  farm.desire("web", 4);
  ASSERT_TRUE(farm.converges(3min)) << "the start's deadline is two minutes";
  EXPECT_EQ(farm.running("web"), 4);
  EXPECT_EQ(farm.engine().containers().size(), 4U);
}

TEST_F(Reconciling, KeepsTheCountWhenItIsKilledInTheMiddle) {
  farm.declare("web");
  farm.desire("web", 6);
  farm.advance(50ms);
  farm.kill_connector();
  farm.start_connector();
  ASSERT_TRUE(farm.converges(30s));
  EXPECT_EQ(farm.running("web"), 6);
  EXPECT_EQ(farm.engine().containers().size(), 6U);
}

TEST_F(Reconciling, DestroysNothingOnAFailedOrEmptyLook) {
  web(3);
  farm.engine().hang();
  farm.advance(40s);
  farm.engine().resume();
  ASSERT_TRUE(farm.converges(60s));
  EXPECT_TRUE(farm.engine().destructive_calls().empty());
}

TEST_F(Reconciling, ConvergesWhenTheEngineIsBack) {
  web(3);
  farm.engine().stop_engine();
  farm.advance(5s);
  EXPECT_FALSE(farm.status("web")->converged);
  farm.desire("web", 4);
  farm.engine().start_engine(2s);
  ASSERT_TRUE(farm.converges(60s));
  EXPECT_EQ(farm.running("web"), 4);
}

TEST_F(Reconciling, ClearsWrecksOfAnEngineCrash) {
  farm.declare("web");
  farm.desire("web", 6);
  farm.advance(60ms);
  farm.engine().crash_engine(fakes::Wreck::running);
  farm.advance(1s);
  farm.engine().start_engine(1s);
  ASSERT_TRUE(farm.converges(60s));
  EXPECT_EQ(farm.running("web"), 6);
}

TEST_F(Reconciling, LeavesForeignContainersAlone) {
  const auto compose =
      farm.engine().run_foreign("compose", "app:1", {{"com.docker.compose.project", "x"}});
  const auto ignored = farm.engine().run_foreign("ignored", "app:1", {{"io.genisys.ignore", ""}});
  const auto other = farm.engine().run_foreign("other", "db:1");
  for (const auto& id : {compose, ignored, other}) farm.guard(id);
  web(3);
  farm.desire("web", 0);
  ASSERT_TRUE(farm.converges(30s));
  EXPECT_EQ(farm.engine().containers().size(), 3U);
}

TEST_F(Reconciling, AdoptsThenStopsContainersOfItsImage) {
  farm.engine().run_foreign("old-1", "app:1");
  farm.engine().run_foreign("old-2", "app:1");
  farm.declare("web");
  farm.desire("web", 3);
  ASSERT_TRUE(farm.converges(30s));
  EXPECT_EQ(farm.running("web"), 1);
  farm.desire("web", 0);
  ASSERT_TRUE(farm.converges(30s));
  EXPECT_EQ(farm.engine().find_named("old-1")->state, docker::ContainerState::exited);
}

TEST_F(Reconciling, SlowsACrashLoopDownAndDelaysNobodyElse) {
  farm.engine().set_command_behaviour("db:1", Program::exits(1, 300ms));
  farm.declare("bad", "db:1");
  farm.desire("bad", 50);
  farm.declare("web");
  farm.desire("web", 5);
  farm.advance(2s);
  EXPECT_TRUE(farm.status("web")->converged);
  farm.advance(58s);
  EXPECT_LE(farm.engine().calls(Operation::create), 5U + 30U);
  EXPECT_EQ(farm.status("bad")->slots.at(0).cause, state::Reason::crash_loop);
}

TEST_F(Reconciling, StartsWhatKeepsCrashingWhenNobodyElseStarts) {
  farm.engine().set_command_behaviour("db:1", Program::exits(1, 100ms));
  farm.declare("bad", "db:1");
  farm.desire("bad", 5);
  farm.declare("web");
  farm.advance(10s);
  const auto attempts = [this] {
    int died = 0;
    for (const auto& entry : farm.journal("bad")) died += entry.action == "run" ? 1 : 0;
    return died;
  };
  // The next attempt is due a tenth of a second after others begin to start, for more than a
  // second.
  const auto due = [this] {
    for (const auto& slot : farm.status("bad")->slots) {
      if (slot.next_attempt && *slot.next_attempt <= farm.clock().wall() + 100ms) return true;
    }
    return false;
  };
  while (!due()) farm.advance(20ms);
  const int before = attempts();
  farm.desire("web", 80);
  while (farm.running("web") < 80) {
    farm.advance(20ms);
    ASSERT_EQ(attempts(), before) << farm.running("web") << " of 80 run";
  }
  farm.advance(1s);
  EXPECT_GT(attempts(), before) << "it is not forgotten";
}

TEST_F(Reconciling, PullsAMissingImage) {
  farm.declare("web", "new:1");
  farm.desire("web", 3);
  ASSERT_TRUE(farm.converges(30s));
  EXPECT_EQ(farm.engine().calls(Operation::pull), 1U);
}

TEST_F(Reconciling, SaysWhyAnImageIsNotThere) {
  farm.engine().set_pull_failure(
      "new:1", docker::Error{.kind = ErrorKind::rejected, .message = "manifest unknown"});
  farm.declare("web", "new:1");
  farm.desire("web", 3);
  farm.advance(20s);
  const auto& converged = farm.status("web")->conditions.at(0);
  EXPECT_EQ(converged.reason, state::Reason::image_unavailable);
  EXPECT_NE(converged.message.find("manifest unknown"), std::string::npos);
  EXPECT_LE(farm.engine().calls(Operation::pull), 6U);
}

TEST_F(Reconciling, UpdatesWithoutLosingAReplica) {
  web(3);
  farm.redefine("web", "app:2");
  int least = 3;
  for (int moment = 0; moment < 600 && !farm.converges(0s); ++moment) {
    farm.advance(100ms);
    least = std::min(least, farm.running("web"));
  }
  EXPECT_EQ(least, 3);
  EXPECT_EQ(farm.status("web")->updated, 3U);
}

TEST_F(Reconciling, ForgetsADeletedServiceWhenItsContainersAreGone) {
  web(3);
  farm.remove("web");
  farm.advance(5s);
  EXPECT_EQ(farm.engine().containers().size(), 0U);
  EXPECT_EQ(farm.status("web"), nullptr);
}

TEST_F(Reconciling, KeepsTheLastDeadOfEachSlotForAPostMortem) {
  web(1);
  for (int times = 0; times < 4; ++times) {
    farm.engine().exit(farm.running_ids().front(), 3);
    farm.advance(20s);
  }
  EXPECT_EQ(farm.running("web"), 1);
  EXPECT_EQ(farm.engine().containers().size(), 2U);
}

TEST_F(Reconciling, LetsNoProgramThatTakesItsTimeHoldUpTheStopsOfOthers) {
  farm.engine().set_command_behaviour("db:1", Program::ignores_stop());
  farm.declare("stubborn", "db:1");
  farm.desire("stubborn", 40);
  web(3);
  farm.desire("stubborn", 0);
  farm.advance(100ms);
  farm.desire("web", 0);
  farm.advance(2s);
  EXPECT_EQ(farm.running("web"), 0);
  farm.advance(12s);
  EXPECT_EQ(farm.running("stubborn"), 0) << "forty graces of ten seconds pass together";
}

TEST_F(Reconciling, AsksNothingOfAQuietEngineButTheInterval) {
  web(10);
  const auto creates = farm.engine().calls(Operation::create);
  const auto lists = farm.engine().calls(Operation::list);
  const auto inspects = farm.engine().calls(Operation::inspect);
  farm.advance(50s);
  EXPECT_EQ(farm.engine().calls(Operation::create), creates);
  EXPECT_LE(farm.engine().calls(Operation::list), lists + 11);
  EXPECT_EQ(farm.engine().calls(Operation::inspect), inspects);
}

}  // namespace
}  // namespace genisys::simulation
