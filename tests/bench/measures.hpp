// What is measured, one function per subject; each adds its rows to the table.
//
// Sides take turns, so that what else happens on the machine meets both, and the connector of one
// turn does not run during the other side's. Blocking; main thread.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "tests/bench/process.hpp"
#include "tests/bench/raw_engine.hpp"
#include "tests/bench/table.hpp"

namespace genisys::bench {

struct Setup {
  std::string connector;        // the program
  std::string constant_server;  // the program
  std::string engine;           // a URL
  std::string image;
  std::filesystem::path folder;  // for scratch files
  int rounds = 3;
  int kills = 20;
};

enum class Ports { none, one };

inline constexpr std::size_t kInFlight = 8;  // the connector's default

// Start of the program until the API answers.
void measure_start(const Setup& setup, Table& table);
// 0 to 50 and back, against the same engine calls without anything around them.
void measure_scale(const Setup& setup, RawEngine& raw, Table& table, Ports ports);
// A container is killed until its replacement runs.
void measure_heal(const Setup& setup, RawEngine& raw, Table& table);
// 20 good replicas are started, alone and beside a service that only crashes.
void measure_neighbour(const Setup& setup, RawEngine& raw, Table& table);
// Memory and CPU with 100 containers.
void measure_idle(const Setup& setup, RawEngine& raw, Table& table);
// GET status against a server that answers a constant, and while 50 containers converge.
void measure_status(const Setup& setup, RawEngine& raw, Table& table);
// Durable writes by many connections at once, against one after another.
void measure_writes(const Setup& setup, Table& table);

// For the above: a connector with one service, which has no target yet. At the end nothing of it is
// left on the engine.
class Scene {
 public:
  // The folder's state is made anew.
  Scene(const Setup& setup, RawEngine& raw, Ports ports);
  ~Scene();
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  Connector& connector() { return *connector_; }
  const std::string& service() const { return service_; }
  // The same state, a new process.
  void start();
  // SIGTERM, and the end.
  void stop() { connector_.reset(); }

  void scale_and_wait(std::size_t target);
  // Down to zero, until the last container is removed: converged means only that none is left to
  // stop.
  void empty();
  std::string status();

 private:
  RawEngine& raw_;
  ConnectorOptions options_;
  std::string service_;
  std::unique_ptr<Connector> connector_;
};

}  // namespace genisys::bench
