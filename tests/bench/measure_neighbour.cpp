// What a service that only crashes costs the others.

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <thread>

#include "tests/bench/measures.hpp"

namespace genisys::bench {
namespace {

constexpr std::size_t kGood = 20;
constexpr std::size_t kBad = 5;
constexpr std::chrono::milliseconds kLook{50};
constexpr std::chrono::minutes kPatience{1};

// Until `holds`, asked of the API again and again.
template <class Condition>
void await(const char* what, Condition holds) {
  const Clock::time_point deadline = Clock::now() + kPatience;
  while (!holds()) {
    if (Clock::now() > deadline) throw std::runtime_error(fmt::format("waited in vain: {}", what));
    std::this_thread::sleep_for(kLook);
  }
}

Milliseconds scale_good(Scene& scene) {
  const Clock::time_point begin = Clock::now();
  scene.scale_and_wait(kGood);
  const Milliseconds taken = since(begin);
  scene.empty();
  return taken;
}

}  // namespace

void measure_neighbour(const Setup& setup, RawEngine& raw, Table& table) {
  Scene scene(setup, raw, Ports::none);
  const auto call = [&](std::string_view method, const std::string& path, const std::string& body) {
    return scene.connector().call(method, path, body);
  };
  call("POST", "/service",
       fmt::format(R"({{"name": "crashing", "image": "{}", "command": "false"}})", setup.image));
  Samples alone, beside;
  for (int round = 0; round < setup.rounds; ++round) {
    alone.add(scale_good(scene));
    scene.connector().scale("crashing", kBad);
    await("a crash loop", [&] {
      return scene.connector().call("GET", "/service/crashing/status").find("CrashLoop") !=
             std::string::npos;
    });
    beside.add(scale_good(scene));
    scene.connector().scale("crashing", 0);
    scene.connector().await_converged("crashing");
  }
  call("DELETE", "/service/crashing", "");
  await("the end of the crashing service", [&] { return raw.count("crashing") == 0; });
  const double ratio = beside.median() / alone.median();
  table.add({.what = fmt::format("scale 0 → {} beside {} replicas that only crash", kGood, kBad),
             .ours = fmt::format("{:.2f} s (best {:.2f})", beside.median() / 1000,
                                 beside.smallest() / 1000),
             .other = fmt::format("{:.2f} s (best {:.2f})", alone.median() / 1000,
                                  alone.smallest() / 1000),
             .figure = fmt::format("{:.2f} ×", ratio),
             .target = "≤ 1.05 × without them",
             .met = ratio <= 1.05});
}

}  // namespace genisys::bench
