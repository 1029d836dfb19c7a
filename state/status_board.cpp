#include "state/status_board.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "state/one_shot.hpp"

namespace genisys::state {

// Who waits. Listed while suspended; taken off the list by whoever wakes it, so that one that is
// woken needs nothing of the board any more.
struct StatusBoard::Waiter {
  Waiter(const boost::asio::any_io_executor& executor, Index last_seen)
      : seen(last_seen), woken(executor) {}

  Index seen;
  OneShot woken;
  bool changed = false;
};

struct StatusBoard::Entry {
  std::optional<ServiceStatus> status = {};
  Index index{0};
  bool passed_over = false;  // was missing from the last publication
  Waiters waiters = {};
};

namespace {

bool shows_the_same(const ServiceStatus& left, const ServiceStatus& right) {
  ServiceStatus aligned = left;
  aligned.observed_at = right.observed_at;
  return aligned == right;
}

}  // namespace

StatusBoard::StatusBoard(boost::asio::any_io_executor executor, Index first, std::uint64_t reserved)
    : executor_(std::move(executor)),
      last_(Index{number(first) - 1}),
      reserved_end_(number(first) + reserved),
      refill_at_(number(first) + reserved / 2) {}

StatusBoard::~StatusBoard() { stop(); }

void StatusBoard::publish(std::vector<ServiceStatus> statuses) {
  std::set<ServiceName> published;
  for (ServiceStatus& status : statuses) {
    published.insert(status.name);
    Entry& entry = entries_[status.name];
    const bool is_same = entry.status && shows_the_same(*entry.status, status);
    entry.status = std::move(status);
    entry.passed_over = false;
    if (!is_same) advance(entry);
  }

  for (auto it = entries_.begin(); it != entries_.end();) {
    Entry& entry = it->second;
    if (published.contains(it->first)) {
      ++it;
      continue;
    }
    const bool is_spent = std::exchange(entry.passed_over, true) && entry.waiters.empty();
    if (entry.status) {
      entry.status.reset();
      advance(entry);
    }
    it = is_spent ? entries_.erase(it) : std::next(it);
  }
}

void StatusBoard::touch(const std::set<ServiceName>& names) {
  for (const ServiceName& name : names) {
    Entry& entry = entries_[name];
    entry.passed_over = false;
    advance(entry);
  }
}

void StatusBoard::set_readiness(bool engine_reached, bool first_pass_done) {
  engine_reached_ = engine_reached;
  first_pass_done_ = first_pass_done;
}

const ServiceStatus* StatusBoard::find(const ServiceName& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end() || !found->second.status) return nullptr;
  return &*found->second.status;
}

Index StatusBoard::index_of(const ServiceName& name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? Index{0} : found->second.index;
}

boost::asio::awaitable<bool> StatusBoard::changed_after(ServiceName name, Index seen,
                                                        TimePoint deadline) {
  if (index_of(name) > seen) co_return true;
  if (stopped_) co_return false;
  co_return co_await wait_in(entries_[name].waiters, seen, deadline);
}

boost::asio::awaitable<bool> StatusBoard::any_changed_after(Index seen, TimePoint deadline) {
  if (last_ > seen) co_return true;
  if (stopped_) co_return false;
  co_return co_await wait_in(any_waiters_, seen, deadline);
}

boost::asio::awaitable<bool> StatusBoard::wait_in(Waiters& waiters, Index seen,
                                                  TimePoint deadline) {
  // Unlists on every way out but a wake-up, which has done so: a cancelled wait, a deadline, a
  // frame that is destroyed. An entry with a listed waiter is never erased, and the board's end
  // wakes all, so the list is there whenever the waiter is in it.
  struct Listing {
    Listing(Waiters& home, std::shared_ptr<Waiter> listed)
        : waiters(home), waiter(std::move(listed)), place(home.insert(home.end(), waiter)) {}
    Listing(const Listing&) = delete;
    Listing& operator=(const Listing&) = delete;
    ~Listing() {
      if (!waiter->woken.fired()) waiters.erase(place);
    }
    Waiters& waiters;
    std::shared_ptr<Waiter> waiter;
    Waiters::iterator place;
  };

  const Listing listing(waiters, std::make_shared<Waiter>(executor_, seen));
  co_await listing.waiter->woken.wait_until(deadline);
  co_return listing.waiter->changed;
}

bool StatusBoard::wants_indexes() const { return number(last_) >= refill_at_; }

void StatusBoard::add_indexes(Index first, std::uint64_t count) {
  // What lies between two reservations belongs to somebody else.
  if (number(first) > reserved_end_) last_ = std::max(last_, Index{number(first) - 1});
  reserved_end_ = number(first) + count;
  refill_at_ = number(first) + count / 2;
}

void StatusBoard::stop() {
  stopped_ = true;
  for (auto& [name, entry] : entries_) dismiss(entry.waiters);
  dismiss(any_waiters_);
}

void StatusBoard::advance(Entry& entry) {
  last_ = next(last_);
  entry.index = last_;
  wake(entry.waiters);
  wake(any_waiters_);
}

void StatusBoard::wake(Waiters& waiters) {
  // One that has seen a higher index (of another state file, say) goes on waiting.
  std::erase_if(waiters, [this](const std::shared_ptr<Waiter>& waiter) {
    if (waiter->seen >= last_) return false;
    waiter->changed = true;
    waiter->woken.fire();
    return true;
  });
}

void StatusBoard::dismiss(Waiters& waiters) {
  for (const auto& waiter : std::exchange(waiters, {})) waiter->woken.fire();
}

namespace {

void lay_over(ServiceStatus& status, Condition newer) {
  const auto found =
      std::find_if(status.conditions.begin(), status.conditions.end(),
                   [&](const Condition& condition) { return condition.type == newer.type; });
  if (found == status.conditions.end()) {
    status.conditions.insert(status.conditions.begin(), std::move(newer));
    return;
  }
  // A condition's age is that of its status, not of its reason.
  if (found->status == newer.status) newer.since = found->since;
  *found = std::move(newer);
}

bool says_paused(const ServiceStatus& status) {
  return std::any_of(status.conditions.begin(), status.conditions.end(), [](const Condition& c) {
    return c.type == ConditionType::paused && c.status == Truth::yes;
  });
}

}  // namespace

ServiceStatus current_status(const Service& service, const ServiceStatus* published) {
  ServiceStatus status = published != nullptr ? *published : ServiceStatus{.name = service.name()};
  status.desired = service.desired;
  status.generation = service.generation;
  if (service.paused != says_paused(status)) {
    lay_over(status, {.type = ConditionType::paused,
                      .status = service.paused ? Truth::yes : Truth::no,
                      .reason = service.paused ? Reason::paused : Reason::none,
                      .message = service.paused ? "by an operator" : "",
                      .since = status.observed_at});
  }

  const bool is_observed =
      published != nullptr && published->observed_generation == service.generation;
  Condition converged{
      .type = ConditionType::converged, .status = Truth::no, .since = status.observed_at};
  if (service.removing) {
    converged.reason = Reason::removing;
    converged.message = "it is being removed: its containers are stopped first";
  } else if (published == nullptr) {
    converged.reason = Reason::not_observed;
    converged.message = fmt::format("generation {} is recorded; no pass has seen it yet",
                                    number(service.generation));
  } else if (!is_observed) {
    converged.reason = Reason::not_observed;
    converged.message =
        fmt::format("generation {} is recorded; the last pass saw {}", number(service.generation),
                    number(published->observed_generation));
  } else if (!service.desired) {
    converged.status = Truth::unknown;
    converged.reason = Reason::no_target;
    converged.message = "nobody has scaled it yet; nothing is started or stopped";
  } else {
    return status;
  }
  status.converged = false;
  lay_over(status, std::move(converged));
  return status;
}

}  // namespace genisys::state
