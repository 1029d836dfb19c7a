#include "tests/simulation/storm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "tests/simulation/trace.hpp"
#include "tests/support/builders.hpp"

namespace genisys::simulation {
namespace {

using namespace std::chrono_literals;
using docker::ContainerState;
using fakes::FakeContainer;
using fakes::Program;

// Those that can converge: two of one image, one that is updated, one with an image of its own of
// which containers without an owner run. And one whose program ends at once, for ever.
constexpr std::array kServices{"a", "b", "c", "e"};
constexpr std::string_view kCrashing = "d";
constexpr std::uint32_t kCrashingTarget = 2;
// No storm is that long, unless the machine sleeps.
constexpr std::chrono::minutes kUpdateDeadline{45};

}  // namespace

Storm::Storm(std::uint64_t seed) : dice_(seed), farm_(seed) {}

void Storm::run() {
  set_the_scene();
  arm_faults();
  const std::uint32_t steps = 15 + below(20);
  for (std::uint32_t step = 0; step < steps; ++step) {
    one_step();
    farm_.advance(std::chrono::milliseconds(below(one_in(4) ? 8000 : 400)));
  }
  end_the_faults();
  wait_for_convergence();
  if (!::testing::Test::HasFailure()) check_the_rest();
  if (!::testing::Test::HasFailure() && one_in(4)) take_it_down();
  for (const std::string& violation : farm_.violations()) ADD_FAILURE() << violation;
}

void Storm::set_the_scene() {
  auto& engine = farm_.engine();
  for (const char* image : {"own:1", "crash:1"}) engine.add_image(image);
  // No call is for nothing, so that who repeats one without a pause lets time pass at least.
  engine.set_latency(fakes::Operation::list, 1ms);
  engine.set_latency(fakes::Operation::stop, 5ms);
  engine.set_command_behaviour("crash:1", Program::exits(1, 200ms));
  engine.set_command_behaviour("db:1", {.has_health_check = true, .healthy_after = 1s});
  farm_.guard(engine.run_foreign("neighbour", "other:1"));
  farm_.guard(engine.run_foreign("compose", "own:1", {{"com.docker.compose.project", "p"}}));
  // Another connector's.
  farm_.guard(engine.run_foreign("other", "app:1",
                                 {{std::string(controller::kInstanceLabel), "another"},
                                  {std::string(controller::kServiceLabel), "a"},
                                  {std::string(controller::kSlotLabel), "1"},
                                  {std::string(controller::kRevisionLabel), "1"},
                                  {std::string(controller::kSpecLabel), "none"}}));
  for (const char* name : {"stray-1", "stray-2"})
    adoptable_.push_back(engine.run_foreign(name, "own:1"));
  farm_.watch([this](const FakeContainer& changed) { watch(changed); });
  farm_.on_kill([this] { connector_was_killed(); });
  farm_.start_connector();
  auto patient = test::definition("b", "app:1");
  patient.stop_grace_period = 3s;
  farm_.register_as(patient);
  auto updated = test::definition("c", "db:1");
  updated.update_config = state::UpdateConfig{.progress_deadline = kUpdateDeadline};
  farm_.register_as(updated);
  farm_.register_as(test::definition("e", "own:1"));
  farm_.send({.service = "a", .image = "app:1"});
  farm_.send({.service = "b", .image = "app:1"});
  farm_.send({.service = "c", .image = "db:1"});
  farm_.send({.service = "e", .image = "own:1"});
  farm_.send({.service = std::string(kCrashing), .image = "crash:1", .target = kCrashingTarget});
  farm_.advance(100ms);
}

void Storm::watch(const FakeContainer& changed) {
  if (label(changed, controller::kServiceLabel) != kCrashing) {
    ++changes_;
    return;
  }
  if (changed.state != ContainerState::running || changed.wreck) return;
  auto& seen = seen_running_[changed.id];
  if (std::exchange(seen, changed.started_at) == changed.started_at) return;
  const std::string slot = fmt::format("{}-{}", kCrashing, label(changed, controller::kSlotLabel));
  if (auto problem = attempts_.started(slot, farm_.clock().now()))
    farm_.complain(*std::move(problem));
}

// What was learnt since the last write that succeeded is forgotten.
void Storm::connector_was_killed() {
  if (disk_failed_ || disk_is_slow_) {
    attempts_.forget();
  } else {
    attempts_.forget_last();
  }
}

// ---- the end of it

void Storm::end_the_faults() {
  Trace::say("step", "the faults end here");
  calm_since_ = farm_.clock().now();
  farm_.spare_connector();
  farm_.set_faults({});
  farm_.set_event_faults({});
  farm_.set_write_faults({});
  farm_.store().release();
  if (!farm_.engine().is_up()) farm_.engine().start_engine(1s);
  farm_.engine().resume();
  if (!farm_.connector_is_up()) farm_.start_connector();
  for (const char* service : kServices) farm_.send({.service = service, .paused = false});
}

bool Storm::is_converged(const std::string& service) const {
  const auto* published = farm_.status(service);
  const auto* record = farm_.record(service);
  if (published == nullptr || record == nullptr || record->paused) return false;
  if (!record->desired) return true;
  return state::current_status(*record, published).converged;
}

bool Storm::all_converged() const {
  return std::all_of(kServices.begin(), kServices.end(),
                     [this](const char* service) { return is_converged(service); });
}

// Somebody serves, and nothing is under way with it: that it vanishes is no plausible picture.
bool Storm::has_something_to_hide() const {
  return farm_.has_looked() && farm_.engine().is_up() &&
         std::any_of(kServices.begin(), kServices.end(), [this](const char* service) {
           return is_converged(service) && farm_.running(service) > 0 &&
                  farm_.status(service)->running > 0;
         });
}

// An update stands still when one of its replicas was ended by a hand of which no event told: as
// it should, and until somebody says go on.
void Storm::let_a_person_resume_the_update() {
  const auto* status = farm_.status("c");
  if (status == nullptr || !status->rollout) return;
  if (status->rollout->state != state::RolloutState::paused) return;
  if (status->rollout->reason == state::Reason::deadline_exceeded && !has_slept_)
    farm_.complain("an update was given up by the wall clock");
  Figures::all().count("updates that a person had to resume");
  farm_.reset_backoff("c");
  farm_.advance(200ms);
}

// The claim with a number. A death whose event was lost is found by the next whole list.
void Storm::wait_for_convergence() {
  const bool asked = one_in(2);
  if (asked) {
    // When somebody sees that nothing is wrong any more, and what is still waiting.
    farm_.advance(10s);
    attempts_.forget();
    for (const char* service : kServices) farm_.reset_backoff(service);
  }
  const state::TimePoint began = calm_since_;
  const state::Duration within = asked ? kConvergesWhenAskedWithin : kConvergesWithin;
  const bool converged = farm_.comes_true(within, [this] {
    let_a_person_resume_the_update();
    return all_converged();
  });
  EXPECT_TRUE(converged) << "not within the stated time";
  for (const char* service : kServices) {
    const auto* status = farm_.status(service);
    if (status != nullptr && !is_converged(service))
      ADD_FAILURE() << service << ": " << status->conditions.at(0).message;
  }
  Figures::all().note_time(asked ? "converged, after DELETE backoff" : "converged, by itself",
                           farm_.clock().now() - began);
}

int Storm::running_of(const std::string& service) const {
  int running = farm_.running(service);
  if (service != "e") return running;
  for (const docker::ContainerId& id : adoptable_) {
    const FakeContainer* stray = farm_.engine().find(id);
    if (stray != nullptr && stray->up()) ++running;
  }
  return running;
}

// What is true now, is left, and stays so.
void Storm::check_the_rest() {
  // A call whose answer never comes keeps its slot until it is given up.
  const state::Duration calm = farm_.clock().now() - calm_since_;
  farm_.advance(std::max<state::Duration>(150s - calm, 30s));
  const std::uint64_t before = changes_;
  farm_.advance(60s);
  EXPECT_EQ(changes_, before) << "acts although nothing changed";
  for (const char* service : kServices) {
    EXPECT_TRUE(is_converged(service)) << service << " did not stay converged";
    const auto target = farm_.ledger().target(service);
    if (target) EXPECT_EQ(running_of(service), static_cast<int>(*target)) << service;
  }
  for (const docker::ContainerId& id : adoptable_)
    EXPECT_NE(farm_.engine().find(id), nullptr) << "an adopted container was removed";
  check_leftovers();
}

void Storm::check_leftovers() {
  std::map<std::string, int> dead;  // by slot
  for (const auto& [id, container] : farm_.engine().containers()) {
    if (label(container, controller::kInstanceLabel) != farm_.instance()) continue;
    Figures::all().count("checked: no orphans in the end");
    const std::string service = label(container, controller::kServiceLabel);
    const state::Service* record = farm_.record(service);
    ASSERT_NE(record, nullptr) << container.name << " is of no service";
    const std::string slot = label(container, controller::kSlotLabel);
    const auto* status = farm_.status(service);
    ASSERT_NE(status, nullptr);
    EXPECT_TRUE(std::any_of(status->slots.begin(), status->slots.end(),
                            [&](const auto& known) { return std::to_string(known.slot) == slot; }))
        << container.name << " is of a slot that is in no use";
    if (container.up()) {
      EXPECT_EQ(label(container, controller::kSpecLabel), state::spec_hash(record->definition))
          << container.name << " is not of the current revision";
    } else {
      const int most = service == kCrashing ? 2 : 1;  // one may be about to be buried
      EXPECT_LE(++dead[service + slot], most) << container.name << ": more dead than are kept";
    }
  }
}

// A service that is deleted leaves nothing.
void Storm::take_it_down() {
  farm_.close_ledger();
  for (const char* service : kServices) farm_.remove(service);
  farm_.remove(kCrashing);
  EXPECT_TRUE(farm_.comes_true(2min, [this] {
    return farm_.record(kCrashing) == nullptr &&
           std::none_of(kServices.begin(), kServices.end(),
                        [this](const char* service) { return farm_.record(service) != nullptr; });
  })) << "a deleted service is still there";
  for (const auto& [id, container] : farm_.engine().containers())
    EXPECT_NE(label(container, controller::kInstanceLabel), farm_.instance())
        << container.name << " outlived its service";
}

}  // namespace genisys::simulation
