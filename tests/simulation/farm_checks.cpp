// What a farm holds against its connector, and what may go wrong with the world around it.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tests/simulation/farm.hpp"
#include "tests/simulation/figures.hpp"
#include "tests/simulation/trace.hpp"

namespace genisys::simulation {
namespace {

constexpr std::size_t kMostViolations = 20;

std::string_view word_for(fakes::EventFeed::Delivery delivery) {
  switch (delivery) {
    case fakes::EventFeed::Delivery::twice:
      return "doubled";
    case fakes::EventFeed::Delivery::dropped:
      return "dropped";
    case fakes::EventFeed::Delivery::late:
      return "put behind the next";
    case fakes::EventFeed::Delivery::once:
      break;
  }
  return "";
}

}  // namespace

void Farm::complain(std::string violation) {
  Trace::say("VIOLATION", "{}", violation);
  if (violations_.size() < kMostViolations) violations_.push_back(std::move(violation));
}

std::vector<std::string> Farm::violations() const {
  std::vector<std::string> found = violations_;
  for (const fakes::DestructiveCall& call : engine_->destructive_calls()) {
    if (untouchable_.contains(call.id)) found.push_back(call.name + " was touched and is not ours");
  }
  return found;
}

void Farm::check(const fakes::FakeContainer& changed) {
  Trace::say("container", "{} {} is {}", changed.name, changed.id.str().substr(0, 12),
             docker::to_string(changed.state));
  if (!watched_.empty()) least_ready_ = std::min(least_ready_, ready(watched_));
  if (watcher_) watcher_(changed);
  referee_.container_changed(changed);
  check_moment();
  const std::string service = label(changed, controller::kServiceLabel);
  if (service.empty() || !changed.up()) return;
  allow_a_late_start(changed);
  const Allowance& allowance = allowed_[service];
  const int most =
      static_cast<int>(std::max(allowance.target, allowance.earlier) + allowance.surge) +
      allowance.by_hand;
  const int now = running(service);
  Figures::all().count("checked: no more than the target and the surge");
  if (now > most) complain(fmt::format("{}: {} run, {} may", service, now, most));
}

// The engine may carry out a start long after the connector that sent it was killed. Its successor
// sees a container that never ran, and cannot know: until the next look it is one too many.
void Farm::allow_a_late_start(const fakes::FakeContainer& changed) {
  constexpr state::Duration kUsual = std::chrono::milliseconds(500);
  const auto left = left_starting_.find(changed.id);
  if (left == left_starting_.end()) return;
  if (clock_.now() > left->second + kUsual) {
    Figures::all().count("starts that came long after their connector was killed");
    allow_one_by_hand(label(changed, controller::kServiceLabel));
  }
  left_starting_.erase(left);
}

// Costs something only when what is recorded, or was answered, is not what it was.
void Farm::check_moment() {
  const state::SnapshotPtr recorded = store_->snapshot();
  if (ledger_.is_empty()) return;
  if (recorded != checked_snapshot_ || ledger_.version() != checked_version_) {
    checked_snapshot_ = recorded;
    checked_version_ = ledger_.version();
    for (std::string& loss : ledger_.missing_in(*recorded)) complain(std::move(loss));
  }
  if (!connector_ || life_->is_over()) return;
  Figures::all().count("checked: no status claims an older target");
  for (const auto& [name, service] : recorded->services) {
    const state::ServiceStatus* published = status(name.str());
    if (published == nullptr || !published->converged) continue;
    const state::ServiceStatus shown = state::current_status(*service, published);
    if (shown.converged &&
        (shown.ready != shown.desired || !ledger_.may_be_target(name.str(), published->desired)))
      complain(name.str() + ": the status says converged for an older target");
  }
}

void Farm::set_faults(fakes::FaultHook faults) {
  if (!faults) {
    engine_->set_fault_hook({});
    return;
  }
  engine_->set_fault_hook(
      [faults = std::move(faults)](fakes::Operation operation, std::uint64_t number) {
        fakes::Fault fault = faults(operation, number);
        if (!fault.kind && fault.delay == state::Duration{}) return fault;
        const std::string what =
            !fault.kind ? "late answer"
                        : fmt::format("{}, {} its effect", docker::to_string(*fault.kind),
                                      fault.effect == fakes::Effect::before ? "before" : "after");
        Figures::all().count("faults: " + what);
        Trace::say("fault", "{}, {} ms", what,
                   std::chrono::duration_cast<std::chrono::milliseconds>(fault.delay).count());
        return fault;
      });
}

void Farm::set_event_faults(
    std::function<fakes::EventFeed::Delivery(const docker::Event&)> faults) {
  if (!faults) {
    engine_->events().set_delivery({});
    return;
  }
  engine_->events().set_delivery([faults = std::move(faults)](const docker::Event& event) {
    const auto delivery = faults(event);
    if (const auto word = word_for(delivery); !word.empty()) {
      Figures::all().count(fmt::format("faults: event {}", word));
      Trace::say("event", "one of {} is {}", event.id.str().substr(0, 12), word);
    }
    return delivery;
  });
}

void Farm::let_engine_lie(bool lies) {
  Trace::say("fault", "lists {}", lies ? "show nothing from now on" : "are true again");
  if (lies) Figures::all().count("faults: a list that hides everything");
  referee_.engine_lies(lies);
  if (lies) {
    engine_->set_list_hook([](std::vector<docker::Container>& listed) { listed.clear(); });
  } else {
    engine_->set_list_hook({});
  }
}

}  // namespace genisys::simulation
