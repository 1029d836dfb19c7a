#include "state/backups.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "state/state_backup.hpp"
#include "state/thread_name.hpp"

namespace genisys::state {

namespace {

// After a failure, in delays: whatever it is, it needs more time than a change.
constexpr int kPauseAfterFailure = 10;

}  // namespace

Backups::Backups(boost::asio::any_io_executor logic, boost::asio::thread_pool& writer,
                 std::unique_ptr<SqliteFile>& file, std::string path, BackupPolicy policy,
                 std::function<void(const std::string&)> warn)
    : logic_(std::move(logic)),
      writer_(writer),
      file_(file),
      path_(std::move(path)),
      policy_(policy),
      warn_(std::move(warn)),
      timer_(logic_) {
  boost::asio::post(archivist_, [] { name_this_thread("state-backup"); });
}

Backups::~Backups() {
  stop();
  archivist_.join();
}

void Backups::begin() {
  if (is_running_ || is_stopped_) return;
  is_running_ = true;
  has_changed_ = false;
  begun_ = Clock::now();
  copy_on();
}

void Backups::note_change() {
  has_changed_ = true;
  schedule();
}

void Backups::stop() {
  is_stopped_ = true;
  timer_.cancel();
}

void Backups::schedule() {
  if (!has_changed_ || is_armed_ || is_running_ || is_stopped_) return;
  is_armed_ = true;
  timer_.expires_at(std::max(Clock::now() + policy_.delay, not_before_));
  timer_.async_wait([this, alive = std::weak_ptr<bool>(alive_)](const auto& error) {
    if (error || alive.expired()) return;
    is_armed_ = false;
    begin();
  });
}

void Backups::copy_on() {
  boost::asio::post(writer_, [this] { copy_some(); });
}

// On the writer's thread.
void Backups::copy_some() {
  // Whoever stops it waits for this thread.
  if (is_stopped_ || file_ == nullptr) return;
  try {
    if (const std::optional<std::string> copy = file_->copy_some()) {
      boost::asio::post(archivist_, [this, copy = *copy] { publish(copy); });
    } else {
      copy_on();
    }
  } catch (const std::exception& error) {
    report(error.what());
  }
}

// On the archivist's thread.
void Backups::publish(const std::string& copy) {
  try {
    publish_backup(copy, path_);
    report("");
  } catch (const std::exception& error) {
    ::unlink(copy.c_str());
    report(error.what());
  }
}

void Backups::report(std::string failure) {
  boost::asio::post(logic_,
                    [this, alive = std::weak_ptr<bool>(alive_), failure = std::move(failure)] {
                      if (!alive.expired()) end(failure);
                    });
}

void Backups::end(const std::string& failure) {
  is_running_ = false;
  const auto now = Clock::now();
  if (failure.empty()) {
    not_before_ = now + policy_.rest * (now - begun_);
    has_failed_ = false;
  } else {
    not_before_ = now + kPauseAfterFailure * policy_.delay;
    has_changed_ = true;
    if (!std::exchange(has_failed_, true) && warn_) {
      warn_(
          fmt::format("no backup of the state file: {}; writes are not affected, and it is tried "
                      "again",
                      failure));
    }
  }
  schedule();
}

}  // namespace genisys::state
