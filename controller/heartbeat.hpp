// Sees from outside whether a thread still turns: the thread beats now and then, and a thread of
// this class's own tells when it has not for too long, and when it does again. It touches nothing
// but the time of the last beat.
//
// Made and destroyed on the thread that beats. `tell` is called on the other one, and may block
// without harm to the beating one until the destructor, which waits for it.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace genisys::controller {

class Heartbeat {
 public:
  struct Options {
    std::chrono::milliseconds look_every{1000};
    std::chrono::milliseconds bound{5000};  // a longer silence is told
  };

  // Told once for each silence, with stalled = true, and once at its end.
  struct Silence {
    bool stalled = false;
    std::chrono::milliseconds lasted{0};
    std::string where = {};  // what the kernel says of the thread, while it is stalled
  };

  Heartbeat(Options options, std::function<void(const Silence&)> tell);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  // On the thread that is watched.
  void beat();

 private:
  using Clock = std::chrono::steady_clock;

  void watch();
  std::string where() const;

  const Options options_;
  const std::function<void(const Silence&)> tell_;
  const pid_t watched_;
  std::atomic<Clock::duration> last_beat_;
  std::mutex mutex_;
  std::condition_variable end_;
  bool ended_ = false;
  std::thread watcher_;  // last: it uses everything above
};

}  // namespace genisys::controller
