// Measures the connector against the targets of its design, side by side with what limits it, and
// prints one table. Run by scripts/bench.sh.

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "docker/address.hpp"
#include "tests/bench/measures.hpp"

namespace genisys::bench {
namespace {

struct Subject {
  std::string name;
  std::function<void()> measure;
};

std::string machine(const docker::EngineInfo& engine) {
  utsname kernel{};
  ::uname(&kernel);
  const double memory = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) *
                        static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e9;
  double load = 0;
  ::getloadavg(&load, 1);
  return fmt::format(
      "{} cores, {:.0f} GB of memory, {} {}, Docker Engine {} (API {}, {}); load before the run "
      "{:.1f}",
      std::thread::hardware_concurrency(), memory, kernel.sysname, kernel.release,
      engine.server_version, engine.api_version, engine.driver, load);
}

int run(int argc, char** argv) {
  CLI::App app{"Measures the connector, side by side with what limits it."};
  Setup setup;
  std::vector<std::string> only;
  app.add_option("--connector", setup.connector, "The program")->required();
  app.add_option("--constant-server", setup.constant_server, "The program")->required();
  app.add_option("--engine", setup.engine, "The engine's URL")->required();
  app.add_option("--image", setup.image, "The image of all containers")->required();
  app.add_option("--folder", setup.folder, "A folder for scratch files")->required();
  app.add_option("--rounds", setup.rounds, "Turns of each side")->check(CLI::Range(1, 100));
  app.add_option("--kills", setup.kills, "Containers that are killed")->check(CLI::Range(1, 200));
  app.add_option("subjects", only,
                 "What to measure: start, writes, status, scale, scale-port, heal, neighbour, "
                 "idle; all without");
  CLI11_PARSE(app, argc, argv);

  std::string why;
  const auto address = docker::parse_address(setup.engine, why);
  if (!address) throw std::runtime_error(why);
  RawEngine raw(*address, setup.image, fmt::format("genisys-bench-{}", ::getpid()));
  const std::string where = machine(raw.info());

  Table table;
  const std::vector<Subject> subjects{
      {"start", [&] { measure_start(setup, table); }},
      {"writes", [&] { measure_writes(setup, table); }},
      {"status", [&] { measure_status(setup, raw, table); }},
      {"scale", [&] { measure_scale(setup, raw, table, Ports::none); }},
      {"scale-port", [&] { measure_scale(setup, raw, table, Ports::one); }},
      {"heal", [&] { measure_heal(setup, raw, table); }},
      {"neighbour", [&] { measure_neighbour(setup, raw, table); }},
      {"idle", [&] { measure_idle(setup, raw, table); }},
  };
  for (const Subject& subject : subjects) {
    if (!only.empty() && std::ranges::find(only, subject.name) == only.end()) continue;
    fmt::print(stderr, "    measuring: {}\n", subject.name);
    subject.measure();
  }
  fmt::print("\n{}\n\n", where);
  table.print();
  return 0;
}

}  // namespace
}  // namespace genisys::bench

int main(int argc, char** argv) {
  try {
    return genisys::bench::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 1;
  }
}
