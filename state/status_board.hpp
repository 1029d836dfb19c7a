// Where the controller publishes what it saw and the API reads it, without either waiting for the
// other. Keeps the status index: a number that grows whenever something a status shows has changed,
// so that a client can wait for "newer than what I have".
//
// Logic thread only. Outlives the API and the controller; `stop()` ends all waits.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "state/clock.hpp"
#include "state/model.hpp"
#include "state/store.hpp"

namespace genisys::state {

class StatusBoard {
 public:
  // Indexes begin at `first` and may be used up to `first + reserved`; beyond the half of what is
  // reserved `wants_indexes()` is true until `add_indexes`.
  StatusBoard(boost::asio::any_io_executor executor, Index first, std::uint64_t reserved);
  ~StatusBoard();

  // The controller's picture, all services it knows: replaces the last one, gives a new index to
  // each service whose status (other than observed_at) changed, and wakes those who wait for it.
  void publish(std::vector<ServiceStatus> statuses);

  // A write touched these services: a new index each, so that waits see it.
  void touch(const std::set<ServiceName>& names);

  // The engine's and the controller's health, for /readyz.
  void set_readiness(bool engine_reached, bool first_pass_done);
  bool engine_reached() const { return engine_reached_; }
  bool first_pass_done() const { return first_pass_done_; }

  // The last published status of a service, and the index of its last change; null / 0 when there
  // is none. A service that is no longer published keeps its index until the publication after
  // that.
  const ServiceStatus* find(const ServiceName& name) const;
  Index index_of(const ServiceName& name) const;
  // The highest index given out.
  Index index() const { return last_; }

  // Resumes when `name` has an index above `seen`, at `deadline`, or at stop(); true in the first
  // case.
  boost::asio::awaitable<bool> changed_after(ServiceName name, Index seen, TimePoint deadline);
  // The same for any service.
  boost::asio::awaitable<bool> any_changed_after(Index seen, TimePoint deadline);

  bool wants_indexes() const;
  // Nobody waits for a reservation: when what is reserved is used up, indexes go on growing, and
  // are at the risk of being given out again after a restart until this is called.
  void add_indexes(Index first, std::uint64_t count);

  void stop();

 private:
  struct Entry;
  struct Waiter;
  using Waiters = std::list<std::shared_ptr<Waiter>>;

  // A new index for one service, and the word to those who wait for it.
  void advance(Entry& entry);
  void wake(Waiters& waiters);
  static void dismiss(Waiters& waiters);
  boost::asio::awaitable<bool> wait_in(Waiters& waiters, Index seen, TimePoint deadline);

  boost::asio::any_io_executor executor_;
  std::map<ServiceName, Entry> entries_;
  Waiters any_waiters_;
  Index last_;
  std::uint64_t reserved_end_;
  std::uint64_t refill_at_;
  bool engine_reached_ = false;
  bool first_pass_done_ = false;
  bool stopped_ = false;
};

// What the API answers: the published status under the service's current record. `desired` and
// `generation` are the record's; while the record is newer than what was observed, `converged` is
// false and the Converged condition says not_observed. So no status claims convergence on an older
// target. A service that is being removed, or that nobody has scaled, is not converged either.
// `since` of a condition that is laid over is the epoch when nothing was published yet.
ServiceStatus current_status(const Service& service, const ServiceStatus* published);

}  // namespace genisys::state
