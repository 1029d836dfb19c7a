// Watches, in a thread of its own, how many containers of an instance run, for tests that claim
// "never more than" or "never fewer than".
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <limits>
#include <string>
#include <thread>

namespace genisys::test {

// Counts as fast as `count` answers, from construction to stop().
class RunningWatch {
 public:
  explicit RunningWatch(std::function<std::size_t()> count)
      : count_(std::move(count)), thread_([this] { watch(); }) {}
  RunningWatch(const RunningWatch&) = delete;
  RunningWatch& operator=(const RunningWatch&) = delete;
  ~RunningWatch() { stop(); }

  // From now on; a sample that straddles the change may satisfy either.
  void allow_at_most(std::size_t limit) { limit_ = limit; }

  // Idempotent. The numbers below are to be read after it.
  void stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }
  std::size_t most() const { return most_; }
  std::size_t fewest() const { return fewest_; }
  std::size_t samples() const { return samples_; }
  // The first sample above the limit of its time, empty when there was none; or why it ended early.
  const std::string& violation() const { return violation_; }

 private:
  void watch() {
    try {
      while (!stopping_) {
        const std::size_t before = limit_;
        const std::size_t running = count_();
        const std::size_t limit = std::max<std::size_t>(before, limit_);
        if (running > limit && violation_.empty()) {
          violation_ = std::to_string(running) + " ran, " + std::to_string(limit) + " allowed";
        }
        most_ = std::max(most_, running);
        fewest_ = std::min(fewest_, running);
        ++samples_;
        // The engine has other work too.
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    } catch (const std::exception& error) {
      violation_ = std::string("the watch ended: ") + error.what();
    }
  }

  std::function<std::size_t()> count_;
  std::atomic<std::size_t> limit_ = std::numeric_limits<std::size_t>::max();
  std::atomic<bool> stopping_ = false;
  std::size_t most_ = 0;
  std::size_t fewest_ = std::numeric_limits<std::size_t>::max();
  std::size_t samples_ = 0;
  std::string violation_;
  std::thread thread_;
};

}  // namespace genisys::test
