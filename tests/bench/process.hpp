// The servers under measurement, as child processes: the connector on a configuration of its own,
// and what the kernel knows about how much they use.
//
// One thread. Throws std::system_error and std::runtime_error.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/bench/http_client.hpp"
#include "tests/bench/sample.hpp"

namespace genisys::bench {

// A TCP port of the loopback interface that nobody uses now.
std::uint16_t free_port();

// A child process. Its destructor ends it with SIGTERM and waits for it.
class Process {
 public:
  // Standard error goes to the end of `log`.
  Process(const std::vector<std::string>& command, const std::filesystem::path& log);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Tries GET `path` until it is answered with 200.
  void await_answer(std::uint16_t port, std::string_view path) const;

  std::chrono::nanoseconds cpu_time() const;
  double resident_megabytes() const;

  // Keeps it from running for as long as this lives: it shall not disturb what is measured.
  class Frozen {
   public:
    explicit Frozen(const Process& process);
    ~Frozen();
    Frozen(const Frozen&) = delete;
    Frozen& operator=(const Frozen&) = delete;

   private:
    pid_t pid_;
  };

 private:
  pid_t pid_;
};

struct ConnectorOptions {
  std::string program;
  std::filesystem::path folder;  // for configuration, state and log
  std::string engine;            // a URL
};

// A connector with the defaults, but for port and files. Construction returns when it answers.
class Connector {
 public:
  explicit Connector(const ConnectorOptions& options);

  // From the start of the program until the API answered.
  Milliseconds start_time() const { return start_time_; }
  // Waits until it knows the engine's containers.
  void await_ready() const { process_.await_answer(port_, "/readyz"); }

  const Process& process() const { return process_; }
  std::uint16_t port() const { return port_; }

  // A call that must be answered with success: the body.
  std::string call(std::string_view method, std::string_view path, std::string_view body = {});
  // The sum of a metric's samples of all label values; 0 when there is none.
  double metric(std::string_view name);
  void scale(const std::string& service, std::size_t target);
  // Waits for the service to converge; throws when it does not within a minute.
  void await_converged(const std::string& service);

 private:
  std::uint16_t port_;
  Clock::time_point begin_;
  Process process_;
  Milliseconds start_time_{};
};

}  // namespace genisys::bench
