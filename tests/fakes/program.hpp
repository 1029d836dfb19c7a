// What the programs in a FakeHost's containers do.
//
// Pure values. Any thread.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "docker/types.hpp"
#include "state/clock.hpp"

namespace genisys::fakes {

// Why a container does not start; it then stays `created`, with this code and message.
struct StartFailure {
  docker::ErrorKind kind = docker::ErrorKind::engine;
  int exit_code = 128;
  std::string message;
};

// The default runs for ever and ends with 143 as soon as it is asked to stop.
struct Program {
  std::optional<state::Duration> ends_after = {};  // absent: runs for ever
  int exit_code = 0;                               // of its own end
  std::optional<int> code_when_stopped = 143;      // absent: ignores the stop signal
  state::Duration stops_after = {};                // from the stop signal to the end
  // The image's health check. One in the spec tests the program after its interval, and then, if it
  // fails, after each until the retries are used up.
  bool has_health_check = false;
  std::optional<state::Duration> healthy_after = {};  // absent: `starting` until told otherwise
  bool fails_probes = false;                          // those of the spec
  bool runs_out_of_memory = false;                    // that is its end, after ends_after
  std::string output = {};
  std::optional<StartFailure> start_failure = {};

  static Program exits(int code, state::Duration after = {}) {
    Program program;
    program.ends_after = after;
    program.exit_code = code;
    return program;
  }

  // What PID 1 without a signal handler does: only SIGKILL ends it.
  static Program ignores_stop() {
    Program program;
    program.code_when_stopped.reset();
    return program;
  }

  static Program fails_to_start(StartFailure failure) {
    Program program;
    program.start_failure = std::move(failure);
    return program;
  }

  static Program command_not_found() {
    return fails_to_start({docker::ErrorKind::command, 127,
                           "exec: \"nosuch\": executable file not found in $PATH: unknown"});
  }
};

}  // namespace genisys::fakes
