// Seeded schedules of faults and of people's hands: after the last fault everything converges, and
// no invariant is broken on the way. A failing seed is printed; GENISYS_SEED=N replays it alone,
// and GENISYS_SCHEDULES=N tries that many.
#include <gtest/gtest.h>

#include <array>

#include "tests/simulation/seeds.hpp"
#include "tests/simulation/trace.hpp"

namespace genisys::simulation {
namespace {

using namespace std::chrono_literals;

class Schedule {
 public:
  explicit Schedule(std::uint64_t seed) : dice_(seed), farm_(seed) {}

  void run() {
    farm_.guard(farm_.engine().run_foreign("neighbour", "other:1"));
    farm_.guard(
        farm_.engine().run_foreign("compose", "app:1", {{"com.docker.compose.project", "p"}}));
    farm_.start_connector();
    farm_.declare("a", "app:1");
    farm_.declare("b", "app:1");
    farm_.declare("c", "db:1");
    arm_faults();
    const std::uint32_t steps = 10 + below(20);
    for (std::uint32_t step = 0; step < steps; ++step) {
      one_step();
      farm_.advance(std::chrono::milliseconds(below(below(4) == 0 ? 8000 : 400)));
    }
    // The faults end here.
    farm_.set_faults({});
    farm_.set_event_faults({});
    if (!farm_.engine().is_up()) farm_.engine().start_engine(1s);
    farm_.engine().resume();
    if (!connector_up_) farm_.start_connector();
    // A death whose event was lost is found by the next whole list; the last one may still wait for
    // its deadline.
    farm_.advance(40s);
    // Somebody comes and tries again what was paused.
    for (const char* service : {"a", "b", "c"}) {
      farm_.resume(service);
      farm_.reset_backoff(service);
    }
    const bool converged = farm_.converges(15min);
    EXPECT_TRUE(converged);
    for (const char* service : {"a", "b", "c"}) {
      const auto* status = farm_.status(service);
      if (!converged && status != nullptr) {
        ADD_FAILURE() << service << ": " << status->conditions.at(0).message;
      }
      if (status != nullptr && status->desired) {
        EXPECT_EQ(farm_.running(service), static_cast<int>(*status->desired)) << service;
      }
    }
    for (const std::string& violation : farm_.violations()) ADD_FAILURE() << violation;
  }

 private:
  std::uint32_t below(std::uint32_t bound) { return dice_.below(bound); }
  const char* a_service() { return std::array{"a", "b", "c"}[below(3)]; }

  void arm_faults() {
    if (below(2) == 0) farm_.engine().set_list_lag(std::chrono::milliseconds(below(1500)));
    const std::uint32_t one_in = 4 + below(40);
    farm_.set_faults(failing_calls(dice_, one_in));
  }

  void one_step() {
    const auto running = farm_.running_ids();
    const bool up = farm_.engine().is_up();
    const std::uint32_t what = below(20);
    Trace::say("step", "{}", what);
    switch (what) {
      case 0:
      case 1:
      case 2:
      case 3:
        farm_.desire(a_service(), below(7));
        break;
      case 4:
        farm_.redefine("c", below(2) == 0 ? "db:1" : "app:2");
        break;
      case 5:
      case 6:
        if (up && !running.empty())
          farm_.engine().kill(running[below(static_cast<std::uint32_t>(running.size()))]);
        break;
      case 7:
        if (up && !running.empty())
          farm_.engine().rm_force(running[below(static_cast<std::uint32_t>(running.size()))]);
        break;
      case 8:
        if (up && !running.empty())
          farm_.engine().exit(running[below(static_cast<std::uint32_t>(running.size()))], 1);
        break;
      case 9:
        if (up && !running.empty())
          restart_by_hand(running[below(static_cast<std::uint32_t>(running.size()))]);
        break;
      case 10:
        disturb_events();
        break;
      case 11:
        if (connector_up_) {
          farm_.kill_connector();
          connector_up_ = false;
        }
        break;
      case 12:
        if (!connector_up_) {
          farm_.start_connector();
          connector_up_ = true;
        }
        break;
      case 13:
        if (up)
          farm_.engine().stop_engine(below(2) == 0 ? fakes::LiveRestore::yes
                                                   : fakes::LiveRestore::no);
        break;
      case 14:
        if (up) {
          const auto wreck = std::array<std::optional<fakes::Wreck>, 3>{
              std::nullopt, fakes::Wreck::created, fakes::Wreck::running}[below(3)];
          farm_.engine().crash_engine(wreck);
        }
        break;
      case 15:
        if (up && !running.empty()) {
          const auto& ill = running[below(static_cast<std::uint32_t>(running.size()))];
          allow_one_beside(ill);
          farm_.engine().set_health(ill, docker::Health::unhealthy);
        }
        break;
      case 16:
        farm_.pause(a_service());
        break;
      case 17:
        farm_.resume(a_service());
        break;
      case 18:
        farm_.vacate(a_service(), below(5), {1 + below(5), 1 + below(5)});
        break;
      default:
        if (!up) farm_.engine().start_engine(std::chrono::milliseconds(below(3000)));
        break;
    }
  }

  // Some events are lost from now on, some come twice; sometimes the stream breaks.
  void disturb_events() {
    const std::uint32_t one_in = 1 + below(6);
    farm_.set_event_faults(disturbed_events(dice_, one_in));
    if (below(3) == 0) farm_.engine().events().break_streams();
  }

  // A sick one runs on beside its successor.
  void allow_one_beside(const docker::ContainerId& id) {
    const auto& labels = farm_.engine().find(id)->spec.labels;
    farm_.allow_one_by_hand(labels.at(std::string(controller::kServiceLabel)));
    farm_.referee().excuse(id);
  }

  // Without its events the connector can't tell a restart from a death: the operator's container
  // then is one more for a while.
  void restart_by_hand(const docker::ContainerId& id) {
    const auto& labels = farm_.engine().find(id)->spec.labels;
    farm_.allow_one_by_hand(labels.at(std::string(controller::kServiceLabel)));
    farm_.referee().excuse(id);
    farm_.engine().docker_restart(id);
  }

  Dice dice_;
  Farm farm_;
  bool connector_up_ = true;
};

class Schedules : public SeedShards {};

TEST_P(Schedules, ConvergeAndBreakNothing) {
  try_seeds<Schedule>(GetParam(), "GENISYS_SCHEDULES", 5000);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Schedules, ::testing::Range(std::uint64_t{0}, kShards), shard_name);

}  // namespace
}  // namespace genisys::simulation
