// A Store that forgets: the queue and the rules of the real one, with a memory in place of the
// disk.
#pragma once

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "state/group_commit.hpp"
#include "state/store.hpp"

namespace genisys::fakes {

// Logic thread only. Acknowledges through the executor, like the real one, unless told to hold.
class MemoryStore final : public state::Store {
 public:
  // `wall` is the time of what is written; without it, always the same.
  explicit MemoryStore(
      boost::asio::any_io_executor executor, state::Snapshot initial = {},
      std::function<state::WallTime()> wall = [] { return state::WallTime{}; })
      : executor_(std::move(executor)),
        commits_(executor_,
                 {.snapshot =
                      std::make_shared<const state::Snapshot>(with_instance(std::move(initial)))},
                 {.wall = std::move(wall)}, [this](std::shared_ptr<const state::WriteBatch> batch) {
                   write(std::move(batch));
                 }) {}

  ~MemoryStore() override {
    commits_.refuse_further();
    commits_.settle(std::nullopt);
  }

  state::SnapshotPtr snapshot() const override { return commits_.snapshot(); }
  boost::asio::awaitable<void> commit(state::Change change) override {
    return commits_.commit(std::move(change));
  }
  boost::asio::awaitable<state::Index> reserve_indexes(std::uint64_t count) override {
    return commits_.reserve_indexes(count);
  }
  void on_durable(std::function<void(const std::set<state::ServiceName>&)> listener) override {
    commits_.on_durable(std::move(listener));
  }
  void note(state::JournalEntry entry) override { commits_.note(std::move(entry)); }
  boost::asio::awaitable<std::vector<state::JournalEntry>> journal(
      state::JournalQuery query) override {
    if (is_closed_) throw state::StoreError(state::StoreFault::closed, "the store is closed");
    // Before it suspends: afterwards the store may be gone, as with the real one.
    std::vector<state::JournalEntry> found = select(query);
    co_await boost::asio::post(executor_, boost::asio::use_awaitable);
    co_return found;
  }
  std::uint64_t last_entry() const override { return commits_.last_entry(); }
  boost::asio::awaitable<bool> journal_grows(std::uint64_t seen,
                                             state::TimePoint deadline) override {
    return commits_.journal_grows(seen, deadline);
  }
  // All there is, at once.
  const std::vector<state::JournalEntry>& entries() const { return entries_; }
  std::uint64_t lost_notes() const { return commits_.lost_notes(); }
  boost::asio::awaitable<void> close() {
    is_closed_ = true;
    return commits_.close();
  }

  // The next `batches` writes fail with `fault`; nothing of them is recorded.
  void fail_next(std::uint32_t batches, state::StoreFault fault) {
    failing_ = batches;
    fault_ = fault;
  }

  // Acknowledges nothing until release(), as if the disk took its time.
  void hold() { is_held_ = true; }
  void release() {
    is_held_ = false;
    if (std::exchange(is_waiting_, false)) answer();
  }

  std::uint64_t transactions() const { return transactions_; }

 private:
  static state::Snapshot with_instance(state::Snapshot snapshot) {
    if (snapshot.instance.empty()) snapshot.instance = "00000000-0000-4000-8000-000000000001";
    return snapshot;
  }

  void write(std::shared_ptr<const state::WriteBatch> batch) {
    ++transactions_;
    batch_ = std::move(batch);
    is_waiting_ = is_held_;
    if (!is_held_) answer();
  }

  void answer() {
    boost::asio::post(executor_, [this, alive = std::weak_ptr<bool>(alive_)] {
      if (alive.expired()) return;
      std::optional<state::WriteFailure> failure;
      if (failing_ > 0) {
        --failing_;
        failure = state::WriteFailure{fault_, "cannot write: the test says so"};
      } else if (batch_ != nullptr) {
        entries_.insert(entries_.end(), batch_->entries.begin(), batch_->entries.end());
      }
      batch_.reset();
      commits_.settle(failure);
    });
  }

  std::vector<state::JournalEntry> select(const state::JournalQuery& query) const {
    std::vector<state::JournalEntry> found;
    for (const state::JournalEntry& entry : entries_) {
      if (entry.id <= query.after || (query.service && entry.service != query.service)) continue;
      found.push_back(entry);
    }
    const std::size_t surplus = found.size() - std::min(found.size(), query.limit);
    const auto begin = query.choose == state::JournalQuery::Choose::newest
                           ? found.begin()
                           : std::prev(found.end(), static_cast<std::ptrdiff_t>(surplus));
    found.erase(begin, std::next(begin, static_cast<std::ptrdiff_t>(surplus)));
    return found;
  }

  boost::asio::any_io_executor executor_;
  std::vector<state::JournalEntry> entries_;
  std::shared_ptr<const state::WriteBatch> batch_;  // not yet answered
  bool is_closed_ = false;
  bool is_held_ = false;
  bool is_waiting_ = false;  // a batch was held and not yet answered
  std::uint32_t failing_ = 0;
  state::StoreFault fault_ = state::StoreFault::unavailable;
  std::uint64_t transactions_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  state::GroupCommit commits_;
};

}  // namespace genisys::fakes
