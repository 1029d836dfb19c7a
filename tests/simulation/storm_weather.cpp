// What can go wrong in a storm. Each schedule has some of it only: what is common would hide what
// is rare.
#include <array>
#include <iterator>

#include "tests/simulation/storm.hpp"
#include "tests/simulation/trace.hpp"

namespace genisys::simulation {
namespace {

using namespace std::chrono_literals;
using docker::ContainerState;
using fakes::FakeContainer;

// Kinds of trouble, each of which a schedule has or has not.
enum Weather : std::uint32_t { hands, engine, connector, disk, clocks, events, lies, kKinds };

constexpr std::array kTargets{"a", "b", "c", "e"};

}  // namespace

void Storm::arm_faults() {
  for (std::uint32_t kind = 0; kind < kKinds; ++kind) {
    if (below(5) < 3) weather_.insert(kind);
  }
  if (one_in(2)) farm_.engine().set_list_lag(std::chrono::milliseconds(below(1500)));
  if (one_in(8)) return;  // nothing is wrong with the calls
  const std::uint32_t rate = 4 + below(40);
  const auto failing = failing_calls(dice_, rate);
  farm_.set_faults([this, failing, rate](fakes::Operation operation, std::uint64_t number) {
    fakes::Fault fault = failing(operation, number);
    // Late ones, some of them so late that nobody waits any more.
    if (!fault.kind && one_in(2 * rate)) fault.delay = std::chrono::milliseconds(below(15000));
    return fault;
  });
}

void Storm::one_step() {
  const std::uint32_t what = below(20);
  if (what < 5) return ask_for_something();
  const std::uint32_t kind = (what - 5) % kKinds;
  if (!weather_.contains(kind)) return ask_for_something();
  Figures::all().count("steps of trouble");
  switch (kind) {
    case hands:
      return use_hands();
    case engine:
      return hit_the_engine();
    case connector:
      return hit_the_connector();
    case disk:
      return hit_the_disk();
    case clocks:
      return turn_the_clock();
    case events:
      return disturb_events();
    default:
      return lie_for_a_moment();
  }
}

// Also what brings back what went away.
void Storm::ask_for_something() {
  if (!farm_.connector_is_up() && one_in(2)) return farm_.start_connector();
  if (!farm_.engine().is_up() && one_in(2)) {
    attempts_.excuse(farm_.clock().now());
    return farm_.engine().start_engine(std::chrono::milliseconds(below(3000)));
  }
  const std::string service = kTargets[below(kTargets.size())];
  switch (below(8)) {
    case 0:
      return farm_.send({.service = "c", .image = one_in(2) ? "db:1" : "app:2"});
    case 1:
      return farm_.send({.service = service, .paused = one_in(3)});
    default:
      return farm_.send({.service = service, .target = below(6)});
  }
}

// One of ours that runs, and whose program can.
const FakeContainer* Storm::somebody() {
  if (!farm_.engine().is_up()) return nullptr;
  std::vector<const FakeContainer*> running;
  for (const docker::ContainerId& id : farm_.running_ids()) {
    const FakeContainer* container = farm_.engine().find(id);
    if (label(*container, controller::kServiceLabel) != "d" && !container->wreck)
      running.push_back(container);
  }
  return running.empty() ? nullptr : running[below(static_cast<std::uint32_t>(running.size()))];
}

// It may run on beside its successor, and again after it was replaced.
void Storm::excuse(const FakeContainer& container) {
  farm_.allow_one_by_hand(label(container, controller::kServiceLabel));
  farm_.referee().excuse(container.id);
}

void Storm::use_hands() {
  const FakeContainer* chosen = somebody();
  if (chosen == nullptr) return;
  const docker::ContainerId id = chosen->id;
  auto& engine = farm_.engine();
  const bool runs = chosen->state == ContainerState::running;
  const std::uint32_t what = below(9);
  static constexpr std::array kVerbs{
      "kills",   "removes",           "ends",       "stops",  "restarts",
      "renames", "has no memory for", "(un)pauses", "sickens"};
  Trace::say("hand", "{} {}", kVerbs[what], chosen->name);
  Figures::all().count(std::string("hands: somebody ") + kVerbs[what] + " a container");
  switch (what) {
    case 0:
      return engine.kill(id);
    case 1:
      return engine.rm_force(id);
    case 2:
      return engine.exit(id, static_cast<int>(below(3)));
    case 3:
      return engine.docker_stop(id);
    case 4:
      excuse(*chosen);
      return engine.docker_restart(id);
    case 5:
      if (engine.find_named("renamed-" + chosen->name) == nullptr)
        engine.rename(id, "renamed-" + chosen->name);
      return;
    case 6:
      return engine.oom(id);
    case 7:
      excuse(*chosen);
      return runs ? engine.pause(id) : engine.unpause(id);
    default:
      excuse(*chosen);
      return engine.set_health(id, docker::Health::unhealthy);
  }
}

void Storm::hit_the_engine() {
  auto& engine = farm_.engine();
  attempts_.excuse(farm_.clock().now());
  if (!engine.is_up()) return engine.start_engine(std::chrono::milliseconds(below(3000)));
  const auto live_restore = one_in(2) ? fakes::LiveRestore::yes : fakes::LiveRestore::no;
  switch (below(5)) {
    case 0:
    case 1: {
      Trace::say("engine", "SIGKILL, live-restore {}", live_restore == fakes::LiveRestore::yes);
      Figures::all().count("faults: engine killed");
      const auto wreck = std::array<std::optional<fakes::Wreck>, 3>{
          std::nullopt, fakes::Wreck::created, fakes::Wreck::running}[below(3)];
      return engine.crash_engine(wreck, live_restore);
    }
    case 2:
    case 3:
      Trace::say("engine", "SIGTERM, live-restore {}", live_restore == fakes::LiveRestore::yes);
      Figures::all().count("faults: engine stopped");
      return engine.stop_engine(live_restore);
    default:
      Trace::say("engine", "hangs for a while");
      Figures::all().count("faults: engine hung");
      engine.hang();
      farm_.advance(std::chrono::milliseconds(below(one_in(3) ? 90000 : 3000)));
      attempts_.excuse(farm_.clock().now());
      return engine.resume();
  }
}

void Storm::hit_the_connector() {
  if (!farm_.connector_is_up()) return farm_.start_connector();
  if (one_in(4)) return farm_.kill_connector();
  const auto when = std::array{Kill::before, Kill::during, Kill::after}[below(3)];
  farm_.kill_connector_at(1 + below(one_in(2) ? 6 : 40), when);
}

void Storm::hit_the_disk() {
  switch (below(4)) {
    case 0: {
      const auto fault = one_in(2) ? state::StoreFault::full : state::StoreFault::unavailable;
      const std::uint32_t rate = 1 + below(3);
      disk_failed_ = true;
      return farm_.set_write_faults(
          [this, fault, rate] { return below(rate) == 0 ? std::optional(fault) : std::nullopt; });
    }
    case 1:
      return farm_.set_write_faults({});
    default:
      Trace::say("disk", "is slow");
      Figures::all().count("faults: disk slow");
      disk_is_slow_ = true;
      farm_.store().hold();
      farm_.advance(std::chrono::milliseconds(below(one_in(3) ? 20000 : 1000)));
      farm_.store().release();
      return farm_.advance(1ms);
  }
}

void Storm::turn_the_clock() {
  attempts_.forget();
  constexpr std::array<state::Duration, 5> kJumps{500ms, 30s, 1h, 24h * 40, 24h * 3650};
  const state::Duration by = kJumps[below(kJumps.size())];
  if (one_in(4) && by <= 1h) {
    // The whole machine slept.
    Trace::say("clock", "stands still, then both are {} s ahead",
               std::chrono::duration_cast<std::chrono::seconds>(by).count());
    Figures::all().count("faults: machine suspended");
    has_slept_ = true;
    farm_.clock().advance(by);
    attempts_.excuse(farm_.clock().now());  // who slept does not know how things came about
    return farm_.advance(1ms);
  }
  const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(by);
  const bool back = one_in(2);
  Trace::say("clock", "the wall clock is set {} s {}", whole.count() / 1000,
             back ? "back" : "ahead");
  Figures::all().count(back ? "faults: wall clock set back" : "faults: wall clock set ahead");
  const state::WallTime now = farm_.clock().wall();
  farm_.clock().set_wall(back ? now - whole : now + whole);
}

void Storm::disturb_events() {
  // What ended while nobody was told counts as the engine's doing.
  attempts_.excuse(farm_.clock().now());
  if (one_in(4)) {
    Figures::all().count("faults: event stream broken");
    Trace::say("event", "the streams break");
    return farm_.engine().events().break_streams();
  }
  if (one_in(4)) return farm_.set_event_faults({});
  farm_.set_event_faults(disturbed_events(dice_, 1 + below(6)));
}

// Shorter than it takes to be believed, and once: a second time would confirm the first.
void Storm::lie_for_a_moment() {
  if (has_lied_ || !has_something_to_hide()) return;
  has_lied_ = true;
  farm_.let_engine_lie(true);
  farm_.advance(std::chrono::milliseconds(100 + below(800)));
  farm_.let_engine_lie(false);
}

}  // namespace genisys::simulation
