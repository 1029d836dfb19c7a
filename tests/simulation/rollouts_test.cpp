// Seeded schedules of updates, good and bad, under faults: no old replica is lost to an update, no
// count is exceeded, and in the end a good revision gets its way. A failing seed is printed;
// GENISYS_SEED=N replays it alone, and GENISYS_ROLLOUTS=N tries that many.
#include <gtest/gtest.h>

#include <array>

#include "tests/simulation/seeds.hpp"
#include "tests/support/builders.hpp"

namespace genisys::simulation {
namespace {

using namespace std::chrono_literals;
using docker::ErrorKind;
using fakes::Program;

class RolloutSchedule {
 public:
  explicit RolloutSchedule(std::uint64_t seed) : dice_(seed), farm_(seed) {}

  void run() {
    set_the_scene();
    // In a quiet world only the updates themselves could take a replica away.
    quiet_ = below(2) == 0;
    farm_.watch_ready("web");
    arm_faults();
    const std::uint32_t rounds = 2 + below(5);
    for (std::uint32_t round = 0; round < rounds; ++round) {
      update();
      const std::uint32_t moments = 1 + below(4);
      for (std::uint32_t moment = 0; moment < moments; ++moment) {
        disturb();
        farm_.advance(std::chrono::milliseconds(below(below(3) == 0 ? 20000 : 1500)));
      }
    }
    end_the_faults();
    if (quiet_) {
      EXPECT_GE(farm_.least_ready(), static_cast<int>(target_))
          << "an update took a replica that had no proven successor";
    }
    farm_.redefine(good());
    const bool converged = farm_.converges(15min);
    const auto* status = farm_.status("web");
    EXPECT_TRUE(converged) << (status != nullptr ? status->conditions.at(0).message : "no status");
    EXPECT_EQ(farm_.running("web"), static_cast<int>(target_));
    for (const docker::ContainerId& id : farm_.running_ids())
      EXPECT_EQ(farm_.engine().find(id)->spec.image, "app:2");
    for (const std::string& violation : farm_.violations()) ADD_FAILURE() << violation;
  }

 private:
  std::uint32_t below(std::uint32_t bound) { return dice_.below(bound); }

  void set_the_scene() {
    auto& engine = farm_.engine();
    for (const char* image : {"bad:1", "nocmd:1", "slow:1", "sick:1"}) engine.add_image(image);
    engine.set_command_behaviour("bad:1", Program::exits(1, 300ms));
    engine.set_command_behaviour("nocmd:1", Program::command_not_found());
    engine.set_command_behaviour("slow:1", {.has_health_check = true, .healthy_after = 3s});
    engine.set_command_behaviour("sick:1", {.has_health_check = true});
    engine.set_pull_failure("gone:1", docker::Error{.kind = ErrorKind::rejected,
                                                    .http_status = 404,
                                                    .message = "manifest unknown"});
    farm_.guard(engine.run_foreign("neighbour", "other:1"));
    target_ = 1 + below(4);
    farm_.start_connector();
    farm_.declare("web", "app:1");
    farm_.desire("web", target_);
    ASSERT_TRUE(farm_.converges(60s));
    farm_.advance(20s);
    ASSERT_TRUE(farm_.record("web")->stable) << "a proven first revision is stable";
  }

  static state::Definition good() {
    state::Definition definition = test::definition("web", "app:2");
    definition.update_config = state::UpdateConfig{.monitor = 1s};
    return definition;
  }

  void update() {
    constexpr std::array kImages{"app:1",  "app:2",  "bad:1",  "nocmd:1",
                                 "slow:1", "sick:1", "gone:1", "new:1"};
    state::Definition definition = test::definition("web", kImages[below(kImages.size())]);
    state::UpdateConfig config{.parallelism = below(3),
                               .monitor = std::chrono::milliseconds(500 + below(5000)),
                               .progress_deadline = std::chrono::seconds(20 + below(20))};
    if (below(3) == 0) config.delay = std::chrono::milliseconds(below(4000));
    if (below(3) == 0) config.max_failure_ratio = 0.5;
    config.failure_action = std::array{state::FailureAction::pause, state::FailureAction::rollback,
                                       state::FailureAction::proceed}[below(3)];
    if (!quiet_ && below(4) == 0) config.order = state::UpdateOrder::stop_first;
    definition.update_config = config;
    if (below(6) == 0) definition.pull_policy = state::PullPolicy::always;
    farm_.redefine(definition);
  }

  // Answers get lost, calls fail; nothing of that ends a container.
  void arm_faults() {
    const std::uint32_t one_in = 5 + below(40);
    farm_.set_faults(failing_calls(dice_, one_in));
  }

  void disturb() {
    switch (below(10)) {
      case 0:
        if (connector_up_) farm_.kill_connector();
        connector_up_ = false;
        break;
      case 1:
      case 2:
        if (!connector_up_) farm_.start_connector();
        connector_up_ = true;
        break;
      case 3: {
        const std::uint32_t one_in = 1 + below(6);
        farm_.set_event_faults(disturbed_events(dice_, one_in));
        break;
      }
      case 4:
        farm_.engine().events().break_streams();
        break;
      case 5:
        if (below(2) == 0) {
          farm_.pause("web");
        } else {
          farm_.resume("web");
        }
        break;
      case 6:
        farm_.reset_backoff("web");
        break;
      case 7:
        if (!quiet_) hurt_somebody();
        break;
      case 8:
        if (!quiet_ && farm_.engine().is_up()) {
          farm_.engine().crash_engine();
          farm_.advance(std::chrono::milliseconds(below(2000)));
          farm_.engine().start_engine(std::chrono::milliseconds(below(2000)));
        }
        break;
      default:
        break;
    }
  }

  void hurt_somebody() {
    const auto running = farm_.running_ids();
    if (running.empty() || !farm_.engine().is_up()) return;
    const auto& id = running[below(static_cast<std::uint32_t>(running.size()))];
    if (below(2) == 0) {
      farm_.engine().kill(id);
    } else {
      farm_.allow_one_by_hand("web");
      farm_.referee().excuse(id);
      farm_.engine().set_health(id, docker::Health::unhealthy);
    }
  }

  void end_the_faults() {
    farm_.set_faults({});
    farm_.set_event_faults({});
    if (!farm_.engine().is_up()) farm_.engine().start_engine(1s);
    if (!connector_up_) farm_.start_connector();
    farm_.resume("web");
    farm_.advance(3min);
  }

  Dice dice_;
  Farm farm_;
  std::uint32_t target_ = 0;
  bool quiet_ = false;
  bool connector_up_ = true;
};

class Rollouts : public SeedShards {};

TEST_P(Rollouts, LoseNoReplicaAndEndWhereTheyShould) {
  try_seeds<RolloutSchedule>(GetParam(), "GENISYS_ROLLOUTS", 10000);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Rollouts, ::testing::Range(std::uint64_t{0}, kShards), shard_name);

}  // namespace
}  // namespace genisys::simulation
