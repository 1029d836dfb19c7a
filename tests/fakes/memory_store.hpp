// A Store that forgets: the queue and the rules of the real one, with a memory in place of the
// disk.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "state/group_commit.hpp"
#include "state/store.hpp"

namespace genisys::fakes {

// Logic thread only. Acknowledges through the executor, like the real one, unless told to hold.
class MemoryStore final : public state::Store {
 public:
  explicit MemoryStore(boost::asio::any_io_executor executor, state::Snapshot initial = {})
      : executor_(std::move(executor)),
        commits_(executor_,
                 std::make_shared<const state::Snapshot>(with_instance(std::move(initial))), 0,
                 [this](state::WriteBatch) { write(); }) {}

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
  boost::asio::awaitable<void> close() { return commits_.close(); }

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

  void write() {
    ++transactions_;
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
      }
      commits_.settle(failure);
    });
  }

  boost::asio::any_io_executor executor_;
  bool is_held_ = false;
  bool is_waiting_ = false;  // a batch was held and not yet answered
  std::uint32_t failing_ = 0;
  state::StoreFault fault_ = state::StoreFault::unavailable;
  std::uint64_t transactions_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  state::GroupCommit commits_;
};

}  // namespace genisys::fakes
