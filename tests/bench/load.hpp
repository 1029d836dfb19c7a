// Many connections that ask as fast as they are answered, or at a pace: from one thread, with
// requests made beforehand, so that the machine's other cores are left to the server.
//
// Blocking. Throws std::runtime_error when the server ends a connection or answers with an error.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "tests/bench/sample.hpp"

namespace genisys::bench {

struct LoadOptions {
  std::uint16_t port;
  std::size_t connections;
  // The next request. Its text is used until the next call.
  std::function<const std::string&()> request;
  // Asked after every answer and at least every 10 ms.
  std::function<bool()> enough;
  // From one answer to the next request of the same connection.
  std::chrono::milliseconds pause{0};
};

struct LoadResult {
  double per_second = 0;
  Samples latencies;  // milliseconds
};

LoadResult run_load(const LoadOptions& options);

}  // namespace genisys::bench
