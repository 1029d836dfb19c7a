// What a test of programs asks of the operating system afterwards.
#pragma once

#include <sys/wait.h>

#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <iterator>

namespace genisys::test {

inline std::size_t open_descriptors() {
  using Entries = std::filesystem::directory_iterator;
  return static_cast<std::size_t>(std::distance(Entries("/proc/self/fd"), Entries()));
}

// Runs what is left in the background until this process has no child, running or dead; false when
// that does not come to pass.
inline bool all_children_are_reaped(boost::asio::io_context& io) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  io.restart();
  for (;;) {
    siginfo_t info{};
    if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0) return errno == ECHILD;
    if (std::chrono::steady_clock::now() > deadline) return false;
    if (io.run_one_for(std::chrono::milliseconds(100)) == 0) io.restart();
  }
}

}  // namespace genisys::test
