#include "controller/heartbeat.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <optional>
#include <utility>

#include "state/thread_name.hpp"

namespace genisys::controller {

Heartbeat::Heartbeat(Options options, std::function<void(const Silence&)> tell)
    : options_(options),
      tell_(std::move(tell)),
      watched_(::gettid()),
      last_beat_(Clock::now().time_since_epoch()),
      watcher_(&Heartbeat::watch, this) {}

Heartbeat::~Heartbeat() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  end_.notify_one();
  watcher_.join();
}

void Heartbeat::beat() {
  last_beat_.store(Clock::now().time_since_epoch(), std::memory_order_relaxed);
}

void Heartbeat::watch() {
  state::name_this_thread("watchdog");
  const auto since = [](Clock::duration from) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now().time_since_epoch() -
                                                                 from);
  };
  std::optional<Clock::duration> silent_since;
  Clock::time_point looked = Clock::now();
  std::unique_lock lock(mutex_);
  while (!end_.wait_for(lock, options_.look_every, [this] { return ended_; })) {
    // Who was held up as well (a stopped process, a starved machine) is no witness.
    const Clock::time_point before = std::exchange(looked, Clock::now());
    if (looked - before > options_.look_every + options_.bound / 2) continue;
    const Clock::duration last = last_beat_.load(std::memory_order_relaxed);
    if (silent_since && last != *silent_since) {
      const Clock::duration began = *std::exchange(silent_since, std::nullopt);
      lock.unlock();
      tell_({.stalled = false,
             .lasted = std::chrono::duration_cast<std::chrono::milliseconds>(last - began)});
      lock.lock();
    } else if (!silent_since && since(last) > options_.bound) {
      silent_since = last;
      lock.unlock();
      tell_({.stalled = true, .lasted = since(last), .where = where()});
      lock.lock();
    }
  }
}

// Whether it computes or waits, and for what: "state S, in pipe_write".
std::string Heartbeat::where() const {
  const std::string folder = fmt::format("/proc/self/task/{}/", watched_);
  std::string stat;
  std::string waits_in;
  std::getline(std::ifstream(folder + "stat"), stat);
  std::getline(std::ifstream(folder + "wchan"), waits_in);
  // The name before the state is in parentheses and may hold anything.
  const std::size_t name_end = stat.rfind(") ");
  std::string text = "state ";
  text += name_end == std::string::npos ? "unknown" : stat.substr(name_end + 2, 1);
  if (!waits_in.empty() && waits_in != "0") text += ", in " + waits_in;
  return text;
}

}  // namespace genisys::controller
