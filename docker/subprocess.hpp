// Runs a small program to its end: text in, text out, no shell.
//
// Thread: the executor's, which never blocks; start is by posix_spawn, the end is seen through a
// pidfd, so no SIGCHLD handler is involved. The program gets the connector's environment and
// folder, and of its descriptors none; what it writes to standard error is dropped. It is the first
// of a process group, which is killed as a whole when the time is over, when it writes too much or
// when the call is cancelled (terminal, which throws operation_aborted). It is reaped in any case,
// then in the background; when the executor's context ends before that, by waiting.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "docker/types.hpp"

namespace genisys::docker {

struct Program {
  std::string name;  // looked for in PATH
  std::vector<std::string> arguments = {};
  std::string input = {};  // at most 4096 bytes
  std::chrono::steady_clock::duration timeout;
  std::size_t max_output;  // bytes
};

struct ProgramEnd {
  int exit_code = 0;  // 128 + N when signal N ended it
  std::string output = {};

  bool operator==(const ProgramEnd&) const = default;
};

// All failures are `rejected`, since no engine is involved, and name the program: it is not there
// or not executable, took too long, wrote too much. How it ended by itself is for the caller to
// judge. Output that comes after its end, from programs that it left behind, is not waited for.
boost::asio::awaitable<Result<ProgramEnd>> run_program(boost::asio::any_io_executor executor,
                                                       Program program);

}  // namespace genisys::docker
