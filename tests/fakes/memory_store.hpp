// A Store that forgets: the queue and the rules of the real one, with a memory in place of the
// disk. What it wrote can outlive it (Disk), and every write can be made to fail or to be the last.
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
#include "tests/fakes/disk.hpp"

namespace genisys::fakes {

// What becomes of one write. The default: it is recorded, and acknowledged.
struct Writing {
  bool is_recorded = true;
  std::optional<state::StoreFault> fault = {};  // what its writers hear; not with is_recorded
  bool is_answered = true;                      // false: nobody ever hears of it
};
using WriteHook = std::function<Writing(const state::WriteBatch&)>;

// Logic thread only. Acknowledges through the executor, like the real one, unless told to hold.
class MemoryStore final : public state::Store {
 public:
  // `wall` is the time of what is written; without it, always the same.
  explicit MemoryStore(
      boost::asio::any_io_executor executor, state::Snapshot initial = {},
      std::function<state::WallTime()> wall = [] { return state::WallTime{}; })
      : MemoryStore(std::move(executor), std::make_shared<Disk>(std::move(initial)),
                    std::move(wall)) {}
  // Opens what another one wrote.
  MemoryStore(boost::asio::any_io_executor executor, std::shared_ptr<Disk> disk,
              std::function<state::WallTime()> wall)
      : executor_(std::move(executor)),
        disk_(std::move(disk)),
        commits_(executor_,
                 {.snapshot = std::make_shared<const state::Snapshot>(disk_->state()),
                  .index_mark = disk_->index_mark(),
                  .last_entry = disk_->last_entry()},
                 {.wall = std::move(wall)}, [this](std::shared_ptr<const state::WriteBatch> batch) {
                   write(std::move(batch));
                 }) {}

  // Like the real one, ends with the write that is under way. Whoever else waits learns that the
  // store is gone.
  ~MemoryStore() override {
    commits_.refuse_further();
    if (batch_ != nullptr) {
      disk_->record(*batch_);
      commits_.settle(std::nullopt);
    } else {
      commits_.settle(state::WriteFailure{state::StoreFault::closed, "the store is gone"});
    }
  }

  // SIGKILL: nothing is left of the write that is under way, and nobody hears of it.
  void kill() { batch_.reset(); }

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
  const std::vector<state::JournalEntry>& entries() const { return disk_->entries(); }
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

  // Asked when a write is about to take effect. Comes after fail_next().
  void set_write_hook(WriteHook hook) { hook_ = std::move(hook); }

  // Acknowledges nothing until release(), as if the disk took its time.
  void hold() { is_held_ = true; }
  void release() {
    is_held_ = false;
    if (std::exchange(is_waiting_, false)) answer();
  }

  std::uint64_t transactions() const { return transactions_; }

 private:
  void write(std::shared_ptr<const state::WriteBatch> batch) {
    ++transactions_;
    batch_ = std::move(batch);
    is_waiting_ = is_held_;
    if (!is_held_) answer();
  }

  void answer() {
    boost::asio::post(executor_, [this, alive = std::weak_ptr<bool>(alive_)] {
      if (alive.expired()) return;
      const std::shared_ptr<const state::WriteBatch> batch = std::exchange(batch_, nullptr);
      if (batch == nullptr) return;
      const Writing writing = next_writing(*batch);
      if (writing.is_recorded) disk_->record(*batch);
      if (!writing.is_answered) return;
      std::optional<state::WriteFailure> failure;
      if (writing.fault) failure = {*writing.fault, "cannot write: the test says so"};
      commits_.settle(failure);
    });
  }

  Writing next_writing(const state::WriteBatch& batch) {
    if (failing_ > 0) {
      --failing_;
      return {.is_recorded = false, .fault = fault_};
    }
    return hook_ ? hook_(batch) : Writing{};
  }

  std::vector<state::JournalEntry> select(const state::JournalQuery& query) const {
    std::vector<state::JournalEntry> found;
    for (const state::JournalEntry& entry : disk_->entries()) {
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
  std::shared_ptr<Disk> disk_;
  WriteHook hook_;
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
