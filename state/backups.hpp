// When the state file is copied, and on which threads. How: state_backup.hpp.
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "state/sqlite_file.hpp"

namespace genisys::state {

struct BackupPolicy {
  // From a change to its backup; what follows within goes into the same one.
  std::chrono::milliseconds delay = std::chrono::minutes(1);
  // A backup that took a second is not followed by another for this many.
  int rest = 1000;
};

// Keeps FILE.backup no older than the policy says. The pages are copied on the writer's thread, a
// few between two writes, so no write waits for more than those; what takes long (reading the copy
// back, syncing it) has a thread of its own. A backup that fails is a warning, is tried again later
// and leaves the one before in its place.
//
// Logic thread only. Lifetime: destroyed after the writer's thread was joined; stop() first.
class Backups {
 public:
  // `file` is the writer's; null once it is closed. `warn` is called on the logic thread.
  Backups(boost::asio::any_io_executor logic, boost::asio::thread_pool& writer,
          std::unique_ptr<SqliteFile>& file, std::string path, BackupPolicy policy,
          std::function<void(const std::string&)> warn);
  ~Backups();

  // Makes one now.
  void begin();
  void note_change();
  // Leaves the copy that is under way, soon; begins none.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;

  void schedule();
  void copy_on();
  void copy_some();
  void publish(const std::string& copy);
  void report(std::string failure);
  void end(const std::string& failure);

  boost::asio::any_io_executor logic_;
  boost::asio::thread_pool& writer_;
  std::unique_ptr<SqliteFile>& file_;
  const std::string path_;
  const BackupPolicy policy_;
  std::function<void(const std::string&)> warn_;
  boost::asio::steady_timer timer_;
  Clock::time_point begun_;
  Clock::time_point not_before_;
  bool has_changed_ = false;
  bool is_armed_ = false;
  bool is_running_ = false;
  bool has_failed_ = false;
  std::atomic<bool> is_stopped_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  boost::asio::thread_pool archivist_{1};
};

}  // namespace genisys::state
