// Watches, in a thread of its own, how many containers of a service run, for tests that claim
// "never more than" or "never fewer than".
#pragma once

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <limits>
#include <string>
#include <thread>

#include "tests/e2e/connector.hpp"

namespace genisys::test {

// Looks as often as the engine answers, from construction to stop(). `connector` outlives it.
class RunningWatch {
 public:
  RunningWatch(const Connector& connector, std::string service)
      : connector_(connector), service_(std::move(service)), thread_([this] { watch(); }) {}
  RunningWatch(const RunningWatch&) = delete;
  RunningWatch& operator=(const RunningWatch&) = delete;
  ~RunningWatch() { stop(); }

  // From now on; a sample that straddles the change may satisfy either.
  void allow_at_most(std::size_t limit) { limit_ = limit; }

  // Idempotent. What follows is to be read after it.
  void stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }
  std::size_t fewest() const { return fewest_; }
  std::size_t samples() const { return samples_; }
  // The first sample above the limit of its time, empty when there was none; or why it ended early.
  const std::string& violation() const { return violation_; }

 private:
  void watch() {
    try {
      while (!stopping_) {
        look();
        // The engine has other work too.
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    } catch (const std::exception& error) {
      violation_ = std::string("the watch ended: ") + error.what();
    }
  }

  void look() {
    const std::size_t before = limit_;
    const std::vector<std::string> ids = connector_.running(service_);
    const std::size_t limit = std::max<std::size_t>(before, limit_);
    fewest_ = std::min(fewest_, ids.size());
    ++samples_;
    if (ids.size() <= limit || !violation_.empty()) return;
    const auto alive = static_cast<std::size_t>(
        std::count_if(ids.begin(), ids.end(), [this](const auto& id) { return has_process(id); }));
    if (alive > limit) {
      violation_ = std::to_string(alive) + " ran, " + std::to_string(limit) + " allowed";
    }
  }

  // The engine lists a container as running for a while after its process ended and it said so.
  bool has_process(const std::string& id) const {
    const auto pid = static_cast<pid_t>(connector_.engine().process_of(id));
    return pid > 0 && (::kill(pid, 0) == 0 || errno != ESRCH);
  }

  const Connector& connector_;
  const std::string service_;
  std::atomic<std::size_t> limit_ = std::numeric_limits<std::size_t>::max();
  std::atomic<bool> stopping_ = false;
  std::size_t fewest_ = std::numeric_limits<std::size_t>::max();
  std::size_t samples_ = 0;
  std::string violation_;
  std::thread thread_;
};

}  // namespace genisys::test
