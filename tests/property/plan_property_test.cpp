// What holds for every plan, tried on random worlds. A failing seed is in the trace and replays.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "controller/classify.hpp"
#include "controller/dependencies.hpp"
#include "tests/support/long_form.hpp"
#include "tests/support/plan_world.hpp"

namespace genisys::controller {
namespace {

using docker::ContainerState;
using test::actions_of;
using test::PlanWorld;
using namespace std::chrono_literals;

constexpr std::uint64_t kWorlds = 4000;  // unless GENISYS_WORLDS says how many

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
  bool one_in(std::uint32_t n) { return below(n) == 0; }
  template <class T>
  T pick(std::initializer_list<T> choices) {
    return choices.begin()[below(static_cast<std::uint32_t>(choices.size()))];
  }

 private:
  std::mt19937_64 random_;
};

// Some services share a network, wait for the one before them, or do not always start again.
void compose(PlanWorld& world, Dice& dice, std::uint32_t service) {
  const std::string name = "s" + std::to_string(service);
  state::Definition definition = world.record(name).definition;
  if (dice.one_in(4)) definition.networks = {{.name = "back"}, {.name = "front"}};
  if (dice.one_in(3)) {
    definition.restart_policy = state::RestartPolicy{
        .condition = dice.pick({state::RestartCondition::none, state::RestartCondition::on_failure,
                                state::RestartCondition::any}),
        .max_attempts = dice.below(3)};
  }
  if (service > 0 && dice.one_in(3)) {
    definition.depends_on = {
        {"s" + std::to_string(service - 1),
         {dice.pick({state::DependencyCondition::started, state::DependencyCondition::healthy,
                     state::DependencyCondition::completed}),
          !dice.one_in(4)}}};
  }
  world.redefine(name, definition);
}

// Services with targets, containers of theirs in every state, of the current and of older specs,
// several to a slot, and foreign ones with every kind of label.
void fill(PlanWorld& world, Dice& dice) {
  const std::uint32_t services = 1 + dice.below(3);
  for (std::uint32_t s = 0; s < services; ++s) {
    const std::string service = "s" + std::to_string(s);
    const std::string image = dice.pick({"app:1", "db:2"});
    auto& record = world.declare(service, dice.below(6), image);
    if (dice.one_in(12)) record.desired.reset();
    if (dice.one_in(10)) record.removing = true;
    compose(world, dice, s);
    const std::uint32_t containers = dice.below(9);
    for (std::uint32_t c = 0; c < containers; ++c) {
      auto& seen = world.own(
          service, 1 + dice.below(6),
          dice.pick({ContainerState::running, ContainerState::running, ContainerState::running,
                     ContainerState::created, ContainerState::exited, ContainerState::exited,
                     ContainerState::paused, ContainerState::dead, ContainerState::removing}),
          1 + dice.below(4));
      seen.running_since = world.now - std::chrono::seconds(dice.below(20));
      if (seen.container.state == ContainerState::exited)
        seen.container.exit_code = dice.pick({0, 1});
      if (dice.one_in(4)) seen.container.labels[std::string(kSpecLabel)] = "an older spec";
      if (dice.one_in(6))
        seen.container.health = dice.pick({docker::Health::starting, docker::Health::unhealthy});
      if (dice.one_in(9)) seen.hand = dice.pick({Hand::stopped, Hand::killed});
      if (dice.one_in(15) && seen.container.state == ContainerState::running) seen.wreck = true;
    }
  }
  const std::uint32_t foreign = dice.below(5);
  for (std::uint32_t f = 0; f < foreign; ++f) {
    const std::string label =
        dice.pick({"com.docker.compose.project", "com.docker.swarm.task", "io.kubernetes.pod",
                   "io.genisys.instance", "io.genisys.ignore", "team"});
    world.foreign(dice.pick({"app:1", "db:2", "other:1"}), {{label, "x"}});
  }
}

bool runs(const Seen& seen) {
  return seen.container.state == ContainerState::running ||
         seen.container.state == ContainerState::paused ||
         seen.container.state == ContainerState::restarting;
}

// Containers of a service that run, by our labels; plus those of its image that it may adopt.
std::map<state::ServiceName, std::size_t> running(const PlanWorld& world) {
  std::map<state::ServiceName, std::size_t> count;
  for (const auto& [id, seen] : world.world.containers) {
    if (const auto identity = identify(seen.container, world.instance); identity && runs(seen)) {
      ++count[identity->service];
    }
  }
  return count;
}

bool may_be_touched(const PlanWorld& world, const docker::ContainerId& id) {
  const Seen& seen = world.world.containers.at(id);
  return identify(seen.container, world.instance).has_value() ||
         is_adoptable(seen.container, world.released);
}

class PlanProperty : public ::testing::Test {
 protected:
  // That the worlds try it at all: `count` times in those that there are, where kWorlds bring at
  // least so many.
  void expect_tried(std::uint64_t count, std::uint64_t at_least) const {
    EXPECT_GE(count * kWorlds, at_least * worlds_) << "the worlds hardly try it";
  }
  template <class Check>
  void for_all_worlds(Check check) {
    for (std::uint64_t seed = 0; seed < worlds_; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      Dice dice(seed);
      PlanWorld world;
      fill(world, dice);
      world.learn();
      check(world, dice);
      if (::testing::Test::HasFailure()) return;
    }
  }

 private:
  const std::uint64_t worlds_ = test::number_from("GENISYS_WORLDS", kWorlds);
};

TEST_F(PlanProperty, TouchesOnlyWhatIsOursOrAdopted) {
  for_all_worlds([](PlanWorld& world, Dice&) {
    for (const Action& action : world.plan().actions) {
      const auto* id = container_of(action);
      if (id == nullptr) continue;
      EXPECT_TRUE(may_be_touched(world, *id));
      const auto identity = identify(world.world.containers.at(*id).container, world.instance);
      if (identity) {
        EXPECT_EQ(identity->service, action.service);
      } else {
        EXPECT_EQ(kind_of(action), ActKind::stop)
            << "an adopted container is stopped, never removed";
        EXPECT_EQ(std::get<StopContainer>(action.what).after, AfterStop::keep);
      }
    }
  });
}

TEST_F(PlanProperty, NeverStartsMoreThanTheTargetAllows) {
  for_all_worlds([](PlanWorld& world, Dice&) {
    const Plan plan = world.plan();
    auto now_running = running(world);
    for (const Action& action : plan.actions) {
      if (kind_of(action) != ActKind::run && kind_of(action) != ActKind::start) continue;
      const auto& service = *world.wanted.at(action.service).service;
      ASSERT_TRUE(service.desired.has_value());
      ASSERT_FALSE(service.removing);
      const bool has_predecessor = action.cause.reason == state::Reason::updating ||
                                   action.cause.reason == state::Reason::unhealthy;
      const std::size_t surge = has_predecessor ? 1 : 0;
      EXPECT_LE(++now_running[action.service], *service.desired + surge);
    }
  });
}

TEST_F(PlanProperty, StopsNoReadyOldReplicaBeforeItsSuccessorIsProven) {
  std::uint64_t stopped = 0;
  for_all_worlds([&stopped](PlanWorld& world, Dice& dice) {
    // Some were last looked at a while ago.
    for (auto& [id, seen] : world.world.containers) {
      if (dice.one_in(3)) seen.seen_at = world.now - std::chrono::seconds(dice.below(10));
    }
    for (const Action& action : world.plan().actions) {
      const auto* stop = std::get_if<StopContainer>(&action.what);
      if (stop == nullptr || action.cause.reason != state::Reason::outdated) continue;
      if (!is_ready(world.world.containers.at(stop->id))) continue;
      ++stopped;
      const Declared& declared = world.wanted.at(action.service);
      const auto views = classify_world(world.input());
      bool has_successor = views.at(action.service).slots.at(stop->slot).finished() != nullptr;
      for (const auto& [id, seen] : world.world.containers) {
        const auto identity = identify(seen.container, world.instance);
        has_successor =
            has_successor ||
            (identity && identity->service == action.service && identity->slot == stop->slot &&
             identity->spec == declared.spec && is_proven(seen, world.policy.monitor));
      }
      EXPECT_TRUE(has_successor) << action.service.str() << " slot " << stop->slot;
    }
  });
  expect_tried(stopped, 50);
}

TEST_F(PlanProperty, GivesASlotOneContainerAndAContainerOneAct) {
  for_all_worlds([](PlanWorld& world, Dice&) {
    std::set<std::pair<std::string, Slot>> begun;
    std::set<docker::ContainerId> touched;
    for (const Action& action : world.plan().actions) {
      const ActKind kind = kind_of(action);
      if (kind == ActKind::run || kind == ActKind::start) {
        EXPECT_TRUE(begun.emplace(action.service.str(), slot_of(action)).second);
      }
      if (const auto* id = container_of(action)) EXPECT_TRUE(touched.insert(*id).second);
    }
  });
}

TEST_F(PlanProperty, NeverNamesAContainerLikeOneThatIsThere) {
  for_all_worlds([](PlanWorld& world, Dice&) {
    std::set<std::string> names;
    for (const auto& [id, seen] : world.world.containers) names.insert(seen.container.name);
    for (const auto& run : actions_of<RunContainer>(world.plan()))
      EXPECT_FALSE(names.contains(run.name));
  });
}

TEST_F(PlanProperty, LeavesWhatIsBusyAlone) {
  for_all_worlds([](PlanWorld& world, Dice& dice) {
    for (const Action& action : world.plan().actions) {
      if (dice.one_in(2)) continue;
      InFlight about{.kind = kind_of(action), .service = action.service, .slot = slot_of(action)};
      if (const auto* id = container_of(action)) about.container = *id;
      if (const auto* pull = std::get_if<PullImage>(&action.what)) about.image = pull->image;
      world.in_flight.push_back(std::move(about));
    }
    for (const Action& action : world.plan().actions) {
      for (const InFlight& busy : world.in_flight) {
        if (busy.container && container_of(action))
          EXPECT_NE(*busy.container, *container_of(action));
        const bool begins = busy.kind == ActKind::run || busy.kind == ActKind::start;
        if (begins && busy.service == action.service) EXPECT_NE(busy.slot, slot_of(action));
      }
    }
  });
}

TEST_F(PlanProperty, DoesNothingBeforeTheTimeItNames) {
  for_all_worlds([](PlanWorld& world, Dice&) {
    world.settle(40, 0s);
    const Plan before = world.plan();
    if (!before.actions.empty() || !before.wake_at) return;
    const auto wait = *before.wake_at - world.now;
    ASSERT_GT(wait, 0ns);
    world.advance(wait - 1ns);
    EXPECT_TRUE(world.plan().actions.empty());
  });
}

TEST_F(PlanProperty, RunsNothingAgainThatIsDone) {
  std::uint64_t done = 0;
  for_all_worlds([&done](PlanWorld& world, Dice&) {
    const auto views = classify_world(world.input());
    const Plan plan = world.plan();
    for (const auto& [name, view] : views) {
      for (const auto& [slot, in] : view.slots) {
        if (in.finished() == nullptr || in.current() != nullptr) continue;
        ++done;
        for (const Action& action : plan.actions) {
          const ActKind kind = kind_of(action);
          if (action.service == name && (kind == ActKind::run || kind == ActKind::start))
            EXPECT_NE(slot_of(action), slot) << name.str();
        }
      }
    }
  });
  expect_tried(done, 250);
}

TEST_F(PlanProperty, StartsNoFirstContainerBeforeItsDependencies) {
  std::uint64_t first = 0;
  for_all_worlds([&first](PlanWorld& world, Dice&) {
    const auto views = classify_world(world.input());
    for (const Action& action : world.plan().actions) {
      const ActKind kind = kind_of(action);
      if (kind != ActKind::run && kind != ActKind::start) continue;
      const state::Service& service = *world.wanted.at(action.service).service;
      const ServiceView& view = views.at(action.service);
      const bool one_runs =
          !view.adopted.empty() ||
          std::any_of(view.slots.begin(), view.slots.end(), [](const auto& entry) {
            return std::any_of(entry.second.members.begin(), entry.second.members.end(),
                               [](const Member& member) { return is_running(*member.seen); });
          });
      if (one_runs || !service.definition.depends_on) continue;
      ++first;
      EXPECT_FALSE(dependency_gate(service, world.wanted, views)) << action.service.str();
    }
  });
  expect_tried(first, 20);
}

TEST_F(PlanProperty, StartsNothingWithoutItsNetworks) {
  for_all_worlds([](PlanWorld& world, Dice&) {
    for (const Action& action : world.plan().actions) {
      const ActKind kind = kind_of(action);
      if (kind == ActKind::run || kind == ActKind::start)
        EXPECT_FALSE(world.wanted.at(action.service).service->definition.networks);
    }
  });
}

TEST_F(PlanProperty, IsDeterministic) {
  for_all_worlds([](PlanWorld& world, Dice&) {
    const Plan one = world.plan();
    const Plan two = world.plan();
    EXPECT_EQ(one.actions, two.actions);
    EXPECT_EQ(one.statuses, two.statuses);
    EXPECT_EQ(one.wake_at, two.wake_at);
  });
}

TEST_F(PlanProperty, ReachesTheTargetWhenNothingFails) {
  for_all_worlds([](PlanWorld& world, Dice&) {
    // What only a person ends, and an illness that successors do not share.
    for (auto& [id, seen] : world.world.containers) {
      seen.container.health = docker::Health::none;
      if (seen.container.state == ContainerState::paused)
        seen.container.state = ContainerState::running;
      if (seen.container.state == ContainerState::removing)
        seen.container.state = ContainerState::exited;
    }
    const Plan last = world.settle(400);
    EXPECT_TRUE(last.actions.empty());
    for (const state::ServiceStatus& status : last.statuses) {
      // What is done is not ready, and a service that is not scaled may be waited for in vain.
      const bool is_held =
          std::any_of(status.slots.begin(), status.slots.end(), [](const state::SlotStatus& slot) {
            return slot.cause == state::Reason::completed ||
                   slot.cause == state::Reason::attempts_exhausted ||
                   slot.cause == state::Reason::waiting_for_dependency;
          });
      if (status.desired && !is_held)
        EXPECT_TRUE(status.converged)
            << status.name.str() << ": " << status.conditions.at(0).message;
    }
    for (const auto& [name, declared] : world.wanted) EXPECT_FALSE(declared.service->removing);
  });
}

}  // namespace
}  // namespace genisys::controller
