// How many writers share one trip to the disk. Knows no disk: who makes a batch durable is a
// function that the store hands in.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "state/one_shot.hpp"
#include "state/store.hpp"

namespace genisys::state {

// What one batch changes. Immutable values: may be read on another thread.
struct WriteBatch {
  std::vector<Draft::Step> steps;  // in this order
  std::map<ServiceName, std::string> file_entries;
  std::optional<std::uint64_t> index_mark;  // the new high-water mark of the status index
};

// Why a batch was not recorded.
struct WriteFailure {
  StoreFault fault;
  std::string message;
};

// While one batch is being written, new changes queue up and make the next one. So a batch is
// always decided on the durable state, and one that fails takes nothing with it but itself.
//
// Logic thread only. Waiters hold nothing of it once they resume, so it may be destroyed when its
// owner has settled the batch in flight and called refuse_further().
class GroupCommit {
 public:
  // Makes a batch durable and reports by settle(), later or before it returns. Called with one
  // batch at a time.
  using Write = std::function<void(WriteBatch batch)>;

  GroupCommit(boost::asio::any_io_executor executor, SnapshotPtr durable, std::uint64_t index_mark,
              Write write);
  ~GroupCommit();

  SnapshotPtr snapshot() const { return durable_; }
  void on_durable(std::function<void(const std::set<ServiceName>&)> listener);

  // As Store says. A commit that is cancelled before its change ran withdraws it; later, the change
  // may still become durable.
  boost::asio::awaitable<void> commit(Change change);
  boost::asio::awaitable<Index> reserve_indexes(std::uint64_t count);

  // The batch in flight is durable, or failed. Nothing happens when there is none.
  void settle(const std::optional<WriteFailure>& failure);
  bool is_writing() const { return in_flight_ != nullptr; }

  // Fails the queued ones and every later one with `closed`; returns when no batch is in flight.
  boost::asio::awaitable<void> close();
  // The part of close() that does not wait.
  void refuse_further();

 private:
  struct Request;
  struct Withdrawal;
  struct InFlight;

  boost::asio::awaitable<void> submit(std::shared_ptr<Request> request);
  void pump();
  void finish(const std::vector<std::shared_ptr<Request>>& requests,
              const std::optional<WriteFailure>& failure);

  boost::asio::any_io_executor executor_;
  SnapshotPtr durable_;
  std::uint64_t index_mark_;
  Write write_;
  std::function<void(const std::set<ServiceName>&)> listener_;
  std::deque<std::shared_ptr<Request>> queue_;
  std::unique_ptr<InFlight> in_flight_;
  std::vector<std::shared_ptr<OneShot>> idle_waiters_;
  bool closed_ = false;
};

}  // namespace genisys::state
