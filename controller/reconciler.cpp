#include "controller/reconciler.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "controller/resource_gate.hpp"
#include "state/fail_point.hpp"
#include "state/secrets.hpp"

namespace genisys::controller {
namespace {

namespace asio = boost::asio;
using docker::ErrorKind;
using state::Reason;

constexpr state::Duration kRecordRetry = std::chrono::seconds(5);
constexpr state::Duration kForeignResourceRetry = std::chrono::seconds(5);

// Why an attempt failed, as a client is told. A lost answer and a failing engine are nobody's
// fault: they are tried again as soon as the world has been looked at.
Reason reason_of(const Outcome& outcome) {
  if (outcome.name_taken) return Reason::name_taken;
  switch (outcome.failure->error.kind) {
    case ErrorKind::unreachable:
    case ErrorKind::timeout:
    case ErrorKind::protocol:
      return Reason::outcome_unknown;
    case ErrorKind::image_missing:
      return Reason::image_unavailable;
    case ErrorKind::port_taken:
      return Reason::port_taken;
    case ErrorKind::command:
      return Reason::command_invalid;
    case ErrorKind::network:
      return Reason::network_missing;
    case ErrorKind::wreck:
      return Reason::wreck;
    case ErrorKind::engine:
      return Reason::engine_error;
    default:
      return Reason::engine_refused;
  }
}

}  // namespace

Reconciler::Reconciler(asio::any_io_executor executor, state::Store& store,
                       state::StatusBoard& board, docker::Engine& engine, state::Clock& clock,
                       ReconcilerOptions options, std::function<void(Urgency)> wake)
    : store_(store),
      board_(board),
      clock_(clock),
      options_(std::move(options)),
      wake_(std::move(wake)),
      instance_(store.snapshot()->instance),
      random_(options_.seed),
      recorder_(store, clock),
      learnt_(executor),
      history_(recorder_.recall()),
      progress_{.since = clock.now()},
      observer_(
          engine, clock, instance_, options_.policy.second_look, wake_, [this] { decide(); },
          [this](const docker::ContainerId& id) { return works_on(id); },
          [this](const docker::ContainerId& id) { return ends(id); }),
      executor_(std::move(executor), engine, clock, instance_, options_.limits,
                {.still_wanted = [this](const Action& action) { return still_wanted(action); },
                 .ended = [this](const Action& action, const InFlight& about,
                                 const Outcome& outcome) { act_ended(action, about, outcome); },
                 .record = [this](Action action) { return record(std::move(action)); },
                 .registry_auth = options_.registry_auth,
                 .masked = [this](const Action& action,
                                  std::string text) { return masked(action, std::move(text)); }}) {}

double Reconciler::jitter() { return std::uniform_real_distribution<double>(0.0, 1.0)(random_); }

// Says that the pass is over, however it ended.
class Reconciler::PassEnd {
 public:
  explicit PassEnd(Reconciler& of) : of_(of) {}
  PassEnd(const PassEnd&) = delete;
  PassEnd& operator=(const PassEnd&) = delete;
  ~PassEnd() { of_.progress_ = {.since = of_.clock_.now()}; }

 private:
  Reconciler& of_;
};

asio::awaitable<PassReport> Reconciler::pass() {
  ++counters_.passes;
  const state::TimePoint began = clock_.now();
  const PassEnd end(*this);
  progress_ = {.is_under_way = true,
               .since = began,
               .stage = "looking at the engine",
               .waits_for_engine = true};
  // Acts that ended before this look are part of the world afterwards; those that end during it are
  // not.
  const std::size_t settled = settling_.size();
  look_around();
  co_await observer_.refresh();
  const World& world = observer_.world();
  if (world.reachable) {
    settling_.erase(settling_.begin(), settling_.begin() + static_cast<std::ptrdiff_t>(settled));
  }
  progress_.waits_for_engine = false;
  progress_.stage = "deciding";
  // From here to the offer nothing suspends: the plan is made from, and acted on in, one moment.
  Plan next = decide();
  PassReport report{.engine_reached = world.reachable,
                    .took = clock_.now() - began,
                    .containers = world.containers.size(),
                    .actions = next.actions.size(),
                    .wake_at = next.wake_at};
  executor_.offer(std::move(next.actions));
  if (const auto room = executor_.room_at(); room && (!report.wake_at || *room < *report.wake_at)) {
    report.wake_at = room;
  }
  learnt_.notify();
  co_return report;
}

asio::awaitable<void> Reconciler::keep_records() {
  while (true) {
    co_await learnt_.wait();
    co_await reserve_indexes();
    co_await recorder_.remember(history_, observer_.world());
  }
}

void Reconciler::look_around() {
  for (const auto& [id, when] : look_at_) {
    if (when <= clock_.now()) observer_.mark(id);
  }
  std::set<std::string> in_question;
  for (const auto& [image, past] : history_.images) {
    if (past.state == ImageState::missing || past.state == ImageState::failed)
      in_question.insert(image);
  }
  observer_.ask_about(std::move(in_question));
}

Plan Reconciler::decide() {
  const World& world = observer_.world();
  const state::SnapshotPtr snapshot = store_.snapshot();
  wanted_ = declare(*snapshot, wanted_);
  const std::vector<InFlight> in_flight = under_way();
  const PlanInput input{.wanted = wanted_,
                        .shared = *snapshot->shared,
                        .released = snapshot->released,
                        .instance = instance_,
                        .world = world,
                        .history = history_,
                        .in_flight = in_flight,
                        .policy = options_.policy,
                        .now = clock_.now(),
                        .wall = clock_.wall()};
  // Whoever answers next may be another one.
  if (!world.reachable) history_.resources.clear();
  recorder_.note_reachability(world);
  for (const Observer::Vanished& vanished : observer_.take_vanished()) {
    if (wanted_.contains(vanished.identity.service)) recorder_.note_vanished(vanished);
  }
  if (world.reachable && world.listed && !world.doubt)
    recorder_.note(absorb(history_, input, [this] { return jitter(); }));
  Plan next = plan(input);
  carry_over(next.statuses, published_);
  published_.clear();
  for (const state::ServiceStatus& status : next.statuses) published_.emplace(status.name, status);
  remember_doubts(next);
  look_at_ = next.look_at;
  board_.set_readiness(world.reachable, board_.first_pass_done() || world.listed);
  state::pass(state::FailPoint::publishing);
  board_.publish(std::move(next.statuses));
  state::pass(state::FailPoint::published);
  return next;
}

// Also which generation converged: what is asked for later is no surprise.
void Reconciler::remember_doubts(const Plan& plan) {
  for (auto& [name, past] : history_.services) {
    const auto status = published_.find(name);
    if (status != published_.end() && status->second.converged)
      past.settled = status->second.observed_generation;
    const auto doubted = plan.doubted.find(name);
    if (doubted == plan.doubted.end()) {
      past.doubted = {};
      continue;
    }
    observer_.mark_all();
    const auto& known = past.doubted.containers;
    const auto& ends = doubted->second;
    if (std::includes(known.begin(), known.end(), ends.begin(), ends.end())) continue;
    past.doubted = {.containers = ends, .since = clock_.now()};
    spdlog::warn("[{}] {} containers would be stopped, which nobody asked for: looking again",
                 name.str(), ends.size());
  }
}

asio::awaitable<void> Reconciler::reserve_indexes() {
  if (!board_.wants_indexes()) co_return;
  try {
    const state::Index first = co_await store_.reserve_indexes(kIndexBlock);
    board_.add_indexes(first, kIndexBlock);
  } catch (const state::StoreError& error) {
    spdlog::warn("cannot reserve status indexes: {}", error.what());
  }
}

std::vector<state::PlannedAction> Reconciler::preview(const state::Snapshot& wanted) const {
  const Wanted declared = declare(wanted, wanted_);
  const std::vector<InFlight> in_flight = under_way();
  const Plan next = plan({.wanted = declared,
                          .shared = *wanted.shared,
                          .released = wanted.released,
                          .instance = instance_,
                          .world = observer_.world(),
                          .history = history_,
                          .in_flight = in_flight,
                          .policy = options_.policy,
                          .now = clock_.now(),
                          .wall = clock_.wall()});
  std::vector<state::PlannedAction> actions;
  for (const Action& action : next.actions) {
    const ActKind kind = kind_of(action);
    if (kind == ActKind::examine || kind == ActKind::mark_stable) continue;  // nobody's concern
    // Only what the change is about: a record that stays the same object is planned for anyway.
    const auto recorded = wanted_.find(action.service);
    const auto hypothetical = declared.find(action.service);
    const bool untouched = recorded != wanted_.end() && hypothetical != declared.end() &&
                           recorded->second.service == hypothetical->second.service;
    if (!untouched) actions.push_back(describe(action));
  }
  return actions;
}

std::vector<InFlight> Reconciler::under_way() const {
  std::vector<InFlight> list = executor_.in_flight();
  list.insert(list.end(), settling_.begin(), settling_.end());
  return list;
}

// Also an act that has just ended: its last events may come after its answer.
bool Reconciler::works_on(const docker::ContainerId& id) const {
  return executor_.works_on(id) ||
         std::any_of(settling_.begin(), settling_.end(),
                     [&](const InFlight& act) { return act.container == id; });
}

bool Reconciler::ends(const docker::ContainerId& id) const {
  const std::vector<InFlight> acts = under_way();
  return std::any_of(acts.begin(), acts.end(), [&](const InFlight& act) {
    return act.container == id && (act.kind == ActKind::stop || act.kind == ActKind::remove);
  });
}

bool Reconciler::still_wanted(const Action& action) const {
  const state::Service* service = store_.snapshot()->find(action.service);
  if (service == nullptr || service->generation != action.generation) return false;
  return !service->paused || service->removing;
}

// Of every definition that a container of the service may still be of.
std::string Reconciler::masked(const Action& action, std::string text) const {
  const state::SnapshotPtr snapshot = store_.snapshot();
  state::Secrets secrets;
  secrets.add(*snapshot->shared);
  if (const state::Service* service = snapshot->find(action.service)) {
    secrets.add(service->definition);
    if (service->revisions) {
      for (const state::RevisionRecord& past : *service->revisions) secrets.add(*past.definition);
    }
  }
  return secrets.masked(std::move(text));
}

asio::awaitable<std::string> Reconciler::record(Action action) {
  const state::ServiceName name = action.service;
  std::string why_not = co_await recorder_.carry_out(std::move(action), history_);
  // Not at once again: a full disk stays full for a while.
  const auto past = history_.services.find(name);
  if (!why_not.empty() && past != history_.services.end())
    past->second.record_after = clock_.now() + kRecordRetry;
  co_return why_not;
}

void Reconciler::act_ended(const Action& action, const InFlight& about, const Outcome& outcome) {
  ++counters_.acts[std::string(to_string(about.kind))];
  if (outcome.failure) ++counters_.failures[std::string(to_string(about.kind))];
  settling_.push_back(about);
  if (about.container) {
    observer_.mark(*about.container);
  } else if (about.kind == ActKind::run ||
             (outcome.failure && outcome.failure->error.outcome_unknown())) {
    observer_.mark_all();  // it may have been created all the same, and the engine may be away
  }
  recorder_.note_act(action, about, outcome);
  learn(action, outcome);
  const bool look_now = outcome.failure || outcome.abandoned || about.kind == ActKind::pull ||
                        about.kind == ActKind::prepare ||
                        (executor_.is_idle() && !executor_.has_waiting());
  wake_(look_now ? Urgency::now : Urgency::soon);
}

void Reconciler::learn(const Action& action, const Outcome& outcome) {
  if (const auto* pull = std::get_if<PullImage>(&action.what)) {
    learn_pull(*pull, outcome);
    return;
  }
  if (const auto* prepared = std::get_if<PrepareResource>(&action.what)) {
    learn_preparation(*prepared, outcome);
    return;
  }
  if (outcome.failure) {
    learn_failure(action, outcome);
    return;
  }
  if (outcome.name_held) learn_held_name(action);
  if (const auto* run = std::get_if<RunContainer>(&action.what); run && !outcome.abandoned) {
    ImageHistory& image = history_.images[run->spec.image];
    image.state = ImageState::present;
    image.ladder = {};
  }
  if (const auto* stop = std::get_if<StopContainer>(&action.what);
      stop && stop->after == AfterStop::keep) {
    observer_.note_stopped(stop->id);
  }
  if (const auto* examine = std::get_if<ExamineContainer>(&action.what)) {
    const auto seen = observer_.world().containers.find(examine->id);
    const auto past = history_.services.find(action.service);
    if (past != history_.services.end())
      past->second.slots[examine->slot].examined.insert(examine->id);
    if (seen != observer_.world().containers.end())
      recorder_.note_end(action, seen->second, outcome);
  }
}

void Reconciler::learn_pull(const PullImage& pull, const Outcome& outcome) {
  ImageHistory& image = history_.images[pull.image];
  const bool is_here = !outcome.failure || outcome.image_is_here;
  if (!is_here) {
    image.state = ImageState::failed;
    note_failure(image.ladder, Reason::image_unavailable, outcome.failure->error.message,
                 options_.policy.backoff, clock_.now(), clock_.wall(), jitter());
    return;
  }
  image = {.state = ImageState::present};
  if (outcome.failure) {
    image.warning = "a newer one could not be had, the one on the engine serves: " +
                    outcome.failure->error.message;
  }
  for (const auto& [name, declared] : wanted_) {
    const state::Service& service = *declared.service;
    const auto past = history_.services.find(name);
    if (service.definition.image.str() == pull.image && past != history_.services.end())
      past->second.pulled = service.revision;
  }
}

// What somebody else is to make is looked for again soon: nothing else would tell of it.
void Reconciler::learn_preparation(const PrepareResource& prepared, const Outcome& outcome) {
  const ResourceKey key = prepared.key();
  if (!outcome.failure) {
    history_.resources[key] = {.seen_at = clock_.now()};
    return;
  }
  const docker::Error& error = outcome.failure->error;
  BackoffPolicy policy = options_.policy.backoff;
  Reason reason = error.outcome_unknown() ? Reason::engine_error : reason_of(outcome);
  std::string message = error.message;
  if (prepared.when_absent == WhenAbsent::fail && error.kind == ErrorKind::not_found) {
    policy.longest = std::min(policy.longest, kForeignResourceRetry);
    reason = key.kind == ResourceKind::network ? Reason::network_missing : Reason::volume_missing;
    message = "it is external and not there: create it, or drop `external`";
  }
  ResourceHistory& past = history_.resources[key];
  past.seen_at.reset();
  note_failure(past.ladder, reason, std::move(message), policy, clock_.now(), clock_.wall(),
               jitter());
}

// An engine that goes on to hide the holder from the list would be asked again and again: the first
// time the next look may show it, later ones wait.
void Reconciler::learn_held_name(const Action& action) {
  const auto service = history_.services.find(action.service);
  if (service == history_.services.end()) return;
  note_slot_failure(service->second, slot_of(action), Reason::engine_error,
                    "the engine has a container of this name and does not list it",
                    options_.policy.backoff, clock_.now(), clock_.wall(),
                    [this] { return jitter(); });
}

void Reconciler::learn_failure(const Action& action, const Outcome& outcome) {
  const std::string& message = outcome.failure->error.message;
  const Reason reason = reason_of(outcome);
  const ActKind kind = kind_of(action);
  if (kind != ActKind::run && kind != ActKind::start) return;
  if (reason == Reason::image_unavailable) {
    const auto* run = std::get_if<RunContainer>(&action.what);
    if (run != nullptr) history_.images[run->spec.image].state = ImageState::missing;
    return;
  }
  const auto service = history_.services.find(action.service);
  if (service == history_.services.end()) return;
  if (const auto declared = wanted_.find(action.service);
      reason == Reason::network_missing && declared != wanted_.end()) {
    std::erase_if(history_.resources, [&](const auto& entry) {
      return is_named_by(declared->second.service->definition, entry.first);
    });
  }
  if (outcome.name_taken) {
    SlotHistory& slot = service->second.slots[slot_of(action)];
    slot.burnt_incarnation =
        std::max(slot.burnt_incarnation, std::get<RunContainer>(action.what).incarnation);
  }
  // An engine that is away is waited for as a whole; the slot is not to blame.
  if (reason == Reason::outcome_unknown) return;
  note_slot_failure(service->second, slot_of(action), reason, message, options_.policy.backoff,
                    clock_.now(), clock_.wall(), [this] { return jitter(); });
}

}  // namespace genisys::controller
