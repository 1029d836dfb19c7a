// The program by itself: how soon it is there, and what it costs while nothing happens.

#include <fmt/format.h>

#include <thread>

#include "tests/bench/measures.hpp"

namespace genisys::bench {
namespace {

constexpr int kStarts = 7;
constexpr std::size_t kContainers = 100;
constexpr std::chrono::seconds kSettle{3};
constexpr std::chrono::seconds kIdle{30};

}  // namespace

void measure_start(const Setup& setup, Table& table) {
  Samples fresh, again;
  const std::filesystem::path folder = setup.folder / "start";
  const ConnectorOptions options{
      .program = setup.connector, .folder = folder, .engine = setup.engine};
  for (int i = 0; i < kStarts; ++i) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    fresh.add(Connector(options).start_time());
    again.add(Connector(options).start_time());
  }
  const auto add = [&table](std::string what, const Samples& samples) {
    table.add({.what = std::move(what),
               .ours = fmt::format("{:.0f} ms (best {:.0f})", samples.median(), samples.smallest()),
               .other = "",
               .figure = fmt::format("{:.0f} ms", samples.median()),
               .target = "≤ 50 ms",
               .met = samples.median() <= 50});
  };
  add("start → API answers, state there already", again);
  add("start → API answers, no state yet", fresh);
}

void measure_idle(const Setup& setup, RawEngine& raw, Table& table) {
  Scene scene(setup, raw, Ports::none);
  scene.scale_and_wait(kContainers);
  std::this_thread::sleep_for(kSettle);
  const Process& process = scene.connector().process();
  const std::chrono::nanoseconds before = process.cpu_time();
  std::this_thread::sleep_for(kIdle);
  const double share = Milliseconds(process.cpu_time() - before) / Milliseconds(kIdle) * 100;
  const double resident = process.resident_megabytes();
  table.add({.what = fmt::format("resident memory, {} containers", kContainers),
             .ours = fmt::format("{:.1f} MB", resident),
             .other = "",
             .figure = fmt::format("{:.1f} MB", resident),
             .target = "≤ 20 MB",
             .met = resident <= 20});
  table.add({.what = fmt::format("idle for {} s, {} containers", kIdle.count(), kContainers),
             .ours = fmt::format("{:.0f} ms of CPU", share / 100 * Milliseconds(kIdle).count()),
             .other = "",
             .figure = fmt::format("{:.2f} % of a core", share),
             .target = "≤ 0.2 %",
             .met = share <= 0.2});
}

}  // namespace genisys::bench
