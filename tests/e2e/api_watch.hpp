// Asks the connector's API all the time, for tests that claim that it answers whatever happens to
// the engine.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/e2e/connector.hpp"

namespace genisys::test {

// GET /service/NAME/status from construction to stop(), in a thread of its own. `connector`
// outlives it, and runs all the time.
class ApiWatch {
 public:
  ApiWatch(const Connector& connector, std::string service)
      : connector_(connector), service_(std::move(service)), thread_([this] { watch(); }) {}
  ApiWatch(const ApiWatch&) = delete;
  ApiWatch& operator=(const ApiWatch&) = delete;
  ~ApiWatch() { stop(); }

  // Idempotent. What follows is to be read after it.
  void stop() {
    stopping_ = true;
    if (!thread_.joinable()) return;
    thread_.join();
    std::sort(took_.begin(), took_.end());
  }
  std::size_t answers() const { return took_.size(); }
  // Of all answers, `share` came faster than that.
  std::chrono::microseconds faster_than(double share) const {
    if (took_.empty()) return std::chrono::hours(1);
    return took_[static_cast<std::size_t>(share * static_cast<double>(took_.size() - 1))];
  }
  // The first that was not 200, empty when all were.
  const std::string& failure() const { return failure_; }

 private:
  void watch() {
    const HttpClient client = connector_.client(std::chrono::seconds(10));
    while (!stopping_) {
      const auto begin = std::chrono::steady_clock::now();
      try {
        const HttpAnswer answer = client.send("GET", "/service/" + service_ + "/status");
        if (answer.status != 200 && failure_.empty()) failure_ = std::to_string(answer.status);
      } catch (const std::exception& error) {
        if (failure_.empty()) failure_ = error.what();
      }
      took_.push_back(std::chrono::duration_cast<std::chrono::microseconds>(
          std::chrono::steady_clock::now() - begin));
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }

  const Connector& connector_;
  const std::string service_;
  std::atomic<bool> stopping_ = false;
  std::vector<std::chrono::microseconds> took_;
  std::string failure_;
  std::thread thread_;
};

}  // namespace genisys::test
