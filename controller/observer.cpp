#include "controller/observer.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace genisys::controller {
namespace {

namespace asio = boost::asio;
using docker::ContainerState;
using docker::EventAction;

constexpr state::Duration kFirstRetry = std::chrono::milliseconds(100);
constexpr state::Duration kLongestRetry = std::chrono::seconds(5);

// So long a list that still shows a container running is not believed once it died.
constexpr state::Duration kListLag = std::chrono::seconds(5);

constexpr int kLostByTheEngine = 255;

// Up to so many marked containers are looked at one by one; beyond, a whole list is cheaper.
constexpr std::size_t kMostSingles = 64;

bool has_ended(ContainerState state) {
  return state == ContainerState::exited || state == ContainerState::dead;
}

// The details that matter exist for containers that ran.
bool wants_details(ContainerState state) {
  return state == ContainerState::running || has_ended(state);
}

}  // namespace

Observer::Observer(docker::Engine& engine, state::Clock& clock, std::string instance,
                   state::Duration second_look, std::function<void(Urgency)> wake,
                   std::function<void()> changed,
                   std::function<bool(const docker::ContainerId&)> works_on,
                   std::function<bool(const docker::ContainerId&)> ends)
    : engine_(engine),
      clock_(clock),
      instance_(std::move(instance)),
      second_look_(second_look),
      wake_(std::move(wake)),
      changed_(std::move(changed)),
      works_on_(std::move(works_on)),
      ends_(ends ? std::move(ends) : works_on_) {}

asio::awaitable<void> Observer::refresh() {
  if (!all_dirty_ && dirty_.empty() && world_.reachable) co_return;
  const bool whole =
      all_dirty_ || !world_.listed || !world_.reachable || dirty_.size() > kMostSingles;
  const auto asked = std::exchange(dirty_, {});
  all_dirty_ = false;
  docker::ListFilter filter;
  if (!whole) filter.ids.assign(asked.begin(), asked.end());
  ++lists_;
  looking_ = true;
  auto listed = co_await engine_.list(filter);
  looking_ = false;
  if (!listed) {
    all_dirty_ = true;
    lose(listed.error());
    co_return;
  }
  if (whole && !is_believable(*listed)) {
    all_dirty_ = true;
    co_return;
  }
  const state::TimePoint now = clock_.now();
  std::set<docker::ContainerId> present;
  for (docker::Container& container : *listed) {
    present.insert(container.id);
    take(std::move(container), now);
  }
  after_outage_ = false;
  // What was asked for and is not there is gone; marks set meanwhile are for the next look. But of
  // single ones nobody can say how plausible that is: unless it was told, or is our own act, the
  // whole picture decides.
  bool is_unproven = false;
  std::erase_if(world_.containers, [&](const auto& entry) {
    const docker::ContainerId& id = entry.first;
    if (present.contains(id) || !(whole || asked.contains(id))) return false;
    if (!whole && !explained_.contains(id) && !ends_(id)) {
      is_unproven = true;
      return false;
    }
    note_vanished(entry.second);
    return true;
  });
  // Nor is one gone that an act of ours has just made, and that was never seen.
  const bool is_one_unseen = std::any_of(asked.begin(), asked.end(), [&](const auto& id) {
    return !whole && !present.contains(id) && !world_.containers.contains(id) &&
           !explained_.contains(id) && works_on_(id) && !ends_(id);
  });
  if (is_one_unseen) {
    world_.doubt = Doubt{.message = "the engine does not show a container that was just made",
                         .look_again = now + second_look_};
  }
  if (is_unproven || is_one_unseen) {
    all_dirty_ = true;
    wake_(Urgency::now);
  }
  const auto is_gone = [this](const docker::ContainerId& id) {
    return !world_.containers.contains(id);
  };
  std::erase_if(uninspected_, is_gone);
  std::erase_if(restarted_, [&](const auto& entry) { return is_gone(entry.first); });
  std::erase_if(died_, [&](const auto& entry) { return is_gone(entry.first); });
  std::erase_if(signals_, [&](const auto& entry) { return is_gone(entry.first); });
  if (!co_await inspect_new()) co_return;
  if (whole) co_await look_at_images();
  if (!world_.reachable) spdlog::info("the engine answers");
  world_.reachable = true;
  world_.listed = true;
  world_.problem.clear();
  world_.observed_at = clock_.wall();
}

OwnContainers Observer::own_containers() const {
  OwnContainers own;
  for (const auto& [id, seen] : world_.containers) {
    if (identify(seen.container, instance_))
      own.emplace(id, seen.container.state == ContainerState::running);
  }
  return own;
}

// The engine answered, so it is reachable, whatever is thought of the answer.
bool Observer::is_believable(const std::vector<docker::Container>& listed) {
  const state::TimePoint now = clock_.now();
  std::optional<std::string> doubt;
  OwnContainers shown;
  if (world_.listed) {
    for (const docker::Container& container : listed) {
      if (identify(container, instance_))
        shown.emplace(container.id, container.state == ContainerState::running);
    }
    const OwnContainers known = own_containers();
    std::set<docker::ContainerId> explained = explained_;
    for (const auto& [id, runs] : known) {
      if (ends_(id)) explained.insert(id);
    }
    doubt = doubt_in(known, shown, explained, reconnected_);
  }
  const bool is_second = suspicion_ && suspicion_->shown == shown && now >= suspicion_->look_again;
  if (!doubt || is_second) {
    suspicion_.reset();
    world_.doubt.reset();
    explained_.clear();
    after_outage_ = std::exchange(reconnected_, false);
    return true;
  }
  if (!suspicion_ || suspicion_->shown != shown) {
    spdlog::warn("{}: looking again before anything is done about it", *doubt);
    suspicion_ = Suspicion{.shown = std::move(shown), .look_again = now + second_look_};
  }
  world_.doubt = Doubt{.message = *std::move(doubt), .look_again = suspicion_->look_again};
  world_.reachable = true;
  world_.problem.clear();
  return false;
}

void Observer::note_vanished(const Seen& seen) {
  if (works_on_(seen.container.id)) return;
  if (auto identity = identify(seen.container, instance_))
    vanished_.push_back({.identity = *std::move(identity), .id = seen.container.id});
}

asio::awaitable<void> Observer::look_at_images() {
  const std::set<std::string> asked = images_;
  world_.images.clear();
  for (const std::string& image : asked) {
    auto found = co_await engine_.image_id(image);
    const bool is_known = found || found.error().kind == docker::ErrorKind::not_found;
    if (is_known) world_.images[image] = found.has_value();
  }
}

void Observer::take(docker::Container container, state::TimePoint now) {
  const docker::ContainerId id = container.id;
  const bool is_ours = identify(container, instance_).has_value();
  const auto known = world_.containers.find(id);
  if (is_older_than_its_start(container, now)) {
    dirty_.insert(id);
    wake_(Urgency::soon);
    return;
  }
  std::optional<Death> untold;
  if (const auto died = died_.find(id); died != died_.end()) {
    if (container.state == ContainerState::running && now < died->second.at + kListLag) {
      untold = died->second;
      apply(*untold, container);
      dirty_.insert(id);
      wake_(Urgency::soon);
    } else {
      died_.erase(died);
      if (is_ours && wants_details(container.state)) uninspected_.insert(id);
    }
  }
  const bool restarted = restarted_.erase(id) > 0;
  if (known != world_.containers.end() && !restarted &&
      known->second.container.state == container.state) {
    known->second.container = std::move(container);
    known->second.seen_at = now;
    // What an act of ours was to end and then left has details that were not asked for.
    const Seen& left = known->second;
    if (is_ours && !untold && !left.detailed && has_ended(left.container.state) && !works_on_(id))
      uninspected_.insert(id);
    return;
  }
  Seen seen{.container = std::move(container), .seen_at = now};
  if (seen.container.state == ContainerState::running) seen.running_since = now;
  if (has_ended(seen.container.state)) {
    seen.ended_at = untold ? untold->at : now;
    seen.hand = hand_on(seen.container);
  }
  // What an act of ours ends is about to be removed: nobody asks how it ended.
  const bool is_being_ended = has_ended(seen.container.state) && works_on_(id);
  if (untold) {
    seen.finished_at = untold->time;
  } else if (is_ours && wants_details(seen.container.state) && !is_being_ended) {
    uninspected_.insert(id);
  }
  world_.containers.insert_or_assign(id, std::move(seen));
}

// The list still shows the end before a start that was told, as after a restart by hand. Of one
// that was only created when it was last seen, no end comes before its start.
bool Observer::is_older_than_its_start(const docker::Container& container,
                                       state::TimePoint now) const {
  const auto restarted = restarted_.find(container.id);
  const auto known = world_.containers.find(container.id);
  return restarted != restarted_.end() && has_ended(container.state) &&
         known != world_.containers.end() &&
         known->second.container.state != ContainerState::created &&
         !died_.contains(container.id) && now < restarted->second + kListLag;
}

// It runs again; its details, and whether it is healthy, follow with the list.
void Observer::note_restart(const docker::ContainerId& id) {
  signals_.erase(id);
  died_.erase(id);
  restarted_.insert_or_assign(id, clock_.now());
  const auto found = world_.containers.find(id);
  if (found == world_.containers.end() || !has_ended(found->second.container.state)) return;
  docker::Container container = std::move(found->second.container);
  container.state = ContainerState::running;
  container.exit_code.reset();
  found->second = Seen{.container = std::move(container), .running_since = clock_.now()};
}

void Observer::apply(const Death& death, docker::Container& container) {
  container.state = ContainerState::exited;
  container.health = docker::Health::none;
  container.ports.clear();
  container.exit_code = death.exit_code;
}

// What ended while the engine was away ended with it, as far as anybody can tell; 255 is what the
// engine says of a container that it lost with the machine.
Hand Observer::hand_on(const docker::Container& container) const {
  const auto signals = signals_.find(container.id);
  if (signals == signals_.end())
    return after_outage_ || container.exit_code == kLostByTheEngine ? Hand::engine : Hand::none;
  return signals->second.graceful ? Hand::stopped : Hand::killed;
}

// False when the engine went away meanwhile. A container that is gone by now is simply no longer
// there.
asio::awaitable<bool> Observer::inspect_new() {
  while (!uninspected_.empty()) {
    const docker::ContainerId id = *uninspected_.begin();
    auto detail = co_await engine_.inspect(id.str());
    if (!detail && detail.error().kind != docker::ErrorKind::not_found) {
      all_dirty_ = true;
      lose(detail.error());
      co_return false;
    }
    uninspected_.erase(id);
    const auto found = world_.containers.find(id);
    if (found == world_.containers.end()) continue;
    if (!detail) {
      world_.containers.erase(found);
      continue;
    }
    Seen& seen = found->second;
    // An inspect may be ahead of the list, or behind the events: then it is asked again.
    seen.detailed = detail->container.state == seen.container.state;
    seen.started_at = detail->started_at;
    seen.finished_at = detail->finished_at;
    seen.error = detail->error;
    seen.oom_killed = detail->oom_killed;
    seen.wreck = seen.container.state == ContainerState::running &&
                 detail->container.state == ContainerState::running && !detail->started_at;
    if (has_ended(seen.container.state)) seen.container.exit_code = detail->exit_code;
    // It moved on between the list and now: look again.
    if (detail->container.state != seen.container.state) {
      dirty_.insert(id);
      wake_(Urgency::soon);
    }
  }
  co_return true;
}

void Observer::lose(const docker::Error& error) {
  if (world_.reachable || world_.problem != error.message) {
    spdlog::warn("cannot reach the engine: {}", error.message);
  }
  world_.reachable = false;
  world_.problem = error.message;
}

asio::awaitable<void> Observer::watch() {
  state::Duration retry = kFirstRetry;
  while (true) {
    auto stream = co_await engine_.subscribe();
    if (stream) {
      retry = kFirstRetry;
      ++reconnects_;
      // Whatever happened before the subscription stood is found by a whole list.
      all_dirty_ = true;
      wake_(Urgency::now);
      const docker::Error end = co_await follow(**stream);
      all_dirty_ = true;
      reconnected_ = true;
      lose(end);
      changed_();
      wake_(Urgency::now);
    } else {
      lose(stream.error());
      changed_();
      wake_(Urgency::soon);
    }
    co_await clock_.sleep_until(clock_.now() + retry);
    retry = std::min(retry * 2, kLongestRetry);
  }
}

asio::awaitable<docker::Error> Observer::follow(docker::EventStream& stream) {
  while (true) {
    auto event = co_await stream.next();
    if (!event) co_return event.error();
    ++events_;
    handle(*event);
  }
}

// Its details (out of memory, the exact times) follow once the list shows the end: until then an
// inspect would wait for the engine's clean-up.
void Observer::note_end(const docker::Event& event) {
  const Death death{.at = clock_.now(), .time = event.time, .exit_code = event.exit_code};
  const auto found = world_.containers.find(event.id);
  if (found != world_.containers.end()) {
    Seen& seen = found->second;
    if (has_ended(seen.container.state)) return;
    apply(death, seen.container);
    seen.detailed = false;
    seen.finished_at = death.time;
    seen.ended_at = death.at;
    seen.hand = hand_on(seen.container);
  }
  uninspected_.erase(event.id);
  died_.insert_or_assign(event.id, death);
  if (looking_) changed_();
}

void Observer::note_stopped(const docker::ContainerId& id) {
  const auto found = world_.containers.find(id);
  if (found == world_.containers.end() || has_ended(found->second.container.state)) return;
  died_.insert_or_assign(id, Death{.at = clock_.now(), .time = clock_.wall(), .exit_code = {}});
}

void Observer::handle(const docker::Event& event) {
  mark(event.id);
  const bool expected = works_on_(event.id);
  switch (event.action) {
    case EventAction::kill:
      if (expected) return;
      if (event.signal == "9" || event.signal == "SIGKILL") {
        signals_[event.id].kill = true;
      } else {
        signals_[event.id].graceful = true;
      }
      return;
    case EventAction::stop:
      // Follows `die` when an operator stopped or restarted it, whatever the signal was.
      if (expected) return;
      signals_[event.id].graceful = true;
      if (const auto found = world_.containers.find(event.id); found != world_.containers.end()) {
        if (has_ended(found->second.container.state)) found->second.hand = Hand::stopped;
      }
      return;
    case EventAction::die:
      note_end(event);
      if (!expected) wake_(Urgency::now);
      return;
    case EventAction::start:
      note_restart(event.id);
      if (!expected) wake_(Urgency::soon);
      return;
    case EventAction::create:
      return;
    case EventAction::destroy:
      explained_.insert(event.id);
      if (!expected) wake_(Urgency::now);
      return;
    default:
      if (!expected) wake_(Urgency::now);
      return;
  }
}

}  // namespace genisys::controller
