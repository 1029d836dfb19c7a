// What the connector does with containers, against the bare engine calls.

#include <fmt/format.h>

#include <limits>
#include <stdexcept>
#include <thread>

#include "tests/bench/measures.hpp"

namespace genisys::bench {
namespace {

constexpr std::size_t kReplicas = 50;
constexpr std::size_t kSpares = 5;  // replicas beyond those that are killed
constexpr std::chrono::milliseconds kSettle{150};

std::string seconds(const Samples& samples) {
  return fmt::format("{:.2f} s (best {:.2f})", samples.median() / 1000, samples.smallest() / 1000);
}

std::string milliseconds(const Samples& samples) {
  return fmt::format("{:.0f} ms (best {:.0f})", samples.median(), samples.smallest());
}

// How many stops and removals in flight are best here, and what others would have cost. Warms the
// engine up, too.
struct Calibration {
  std::size_t best = 0;
  std::string costs;
};

Calibration calibrate(RawEngine& raw, bool with_port) {
  Calibration result;
  Milliseconds shortest{std::numeric_limits<double>::max()};
  for (const std::size_t in_flight :
       {std::size_t{8}, std::size_t{16}, std::size_t{32}, kReplicas}) {
    raw.run(kReplicas, kInFlight, with_port);
    const Milliseconds taken = raw.end(in_flight);
    result.costs += fmt::format("{}{}: {:.2f} s", result.costs.empty() ? "" : ", ", in_flight,
                                taken.count() / 1000);
    if (taken < shortest) {
      shortest = taken;
      result.best = in_flight;
    }
  }
  return result;
}

// What the connector spent between two moments, for whoever asks where the time went.
struct Effort {
  explicit Effort(Connector& connector)
      : cpu(connector.process().cpu_time()),
        passes(connector.metric("genisys_pass_duration_seconds_count")),
        lists(connector.metric("genisys_engine_lists_total")) {}

  std::chrono::nanoseconds cpu;
  double passes;
  double lists;
};

std::string effort_between(const Effort& a, const Effort& b) {
  return fmt::format("{:.0f} ms of CPU, {:.0f} passes, {:.0f} lists",
                     Milliseconds(b.cpu - a.cpu).count(), b.passes - a.passes, b.lists - a.lists);
}

}  // namespace

void measure_scale(const Setup& setup, RawEngine& raw, Table& table, Ports ports) {
  const bool with_port = ports == Ports::one;
  const Calibration end = calibrate(raw, with_port);
  Scene scene(setup, raw, ports);
  Samples our_up, our_down, raw_up, raw_down;
  std::string effort;
  for (int round = 0; round < setup.rounds; ++round) {
    scene.stop();
    raw_up.add(raw.run(kReplicas, kInFlight, with_port));
    raw_down.add(raw.end(end.best));

    scene.start();
    const Effort idle(scene.connector());
    Clock::time_point begin = Clock::now();
    scene.scale_and_wait(kReplicas);
    our_up.add(since(begin));
    const Effort up(scene.connector());
    begin = Clock::now();
    scene.empty();
    our_down.add(since(begin));
    const Effort down(scene.connector());
    effort = fmt::format("up: {}; down: {}", effort_between(idle, up), effort_between(up, down));
  }
  const double up = our_up.median() / raw_up.median();
  const double down = our_down.median() / raw_down.median();
  const std::string_view suffix = with_port ? ", one published port" : "";
  table.add({.what = fmt::format("scale 0 → {}, until all run{}", kReplicas, suffix),
             .ours = seconds(our_up),
             .other = seconds(raw_up),
             .figure = fmt::format("{:.2f} ×", up),
             .target = "≤ 1.05 × raw create + start",
             .met = up <= 1.05});
  table.add({.what = fmt::format("scale {} → 0, until all are removed{}", kReplicas, suffix),
             .ours = seconds(our_down),
             .other = seconds(raw_down),
             .figure = fmt::format("{:.2f} ×", down),
             .target = "≤ 1.10 × raw stop + remove",
             .met = down <= 1.10});
  table.note(
      fmt::format("The other side of scaling{} has {} creations and starts in flight, and as many "
                  "stops and removals as "
                  "were best in a trial ({}). The connector's effort in the last round: {}.",
                  with_port ? " with a port" : "", kInFlight, end.costs, effort));
}

void measure_heal(const Setup& setup, RawEngine& raw, Table& table) {
  Scene scene(setup, raw, Ports::none);
  const auto kills = static_cast<std::size_t>(setup.kills);
  scene.scale_and_wait(kills + kSpares);
  auto victims = raw.replicas(scene.service());
  if (victims.size() < kills) throw std::runtime_error("converged, and too few replicas run");
  victims.erase(victims.begin() + setup.kills, victims.end());
  Samples from_kill, from_death, bare, by_hand, by_hand_from_death;
  for (const docker::ContainerId& victim : victims) {
    const RawEngine::Heal heal = raw.kill_and_wait(victim, scene.service());
    from_kill.add(heal.from_kill);
    from_death.add(heal.from_death);
    scene.connector().await_converged(scene.service());
    std::this_thread::sleep_for(kSettle);
    {
      const Process::Frozen frozen(scene.connector().process());
      bare.add(raw.run(1, 1, false));
      std::this_thread::sleep_for(kSettle);
      const RawEngine::Heal replaced = raw.kill_and_replace();
      by_hand.add(replaced.from_kill);
      by_hand_from_death.add(replaced.from_death);
      raw.end(1);
    }
    // It hears of all that now, and is to be done with it.
    std::this_thread::sleep_for(kSettle);
  }
  const auto add = [&](std::string_view what, const Samples& ours, const Samples& other,
                       std::string_view target) {
    const double beyond = ours.median() - other.median();
    table.add(
        {.what = fmt::format("{} ({} kills)", what, ours.size()),
         .ours = milliseconds(ours),
         .other = milliseconds(other),
         .figure = fmt::format("{:.2f} ×, {:+.0f} ms", ours.median() / other.median(), beyond),
         .target = fmt::format("≤ 1.10 × {} + 10 ms", target),
         .met = ours.median() <= 1.10 * other.median() + 10});
  };
  add("killed → its replacement runs", from_kill, bare, "raw create + start");
  add("the same, against a hand that waits for the death", from_kill, by_hand, "raw replacement");
  table.note(
      fmt::format("From the death that the engine reports to the start of the replacement: {:.0f} "
                  "ms; by hand {:.0f} ms. The engine still takes the dead container down then; "
                  "create and start alone take {:.0f} ms.",
                  from_death.median(), by_hand_from_death.median(), bare.median()));
}

}  // namespace genisys::bench
