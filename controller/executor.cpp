#include "controller/executor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "controller/container_spec.hpp"
#include "controller/resource_calls.hpp"
#include "state/fail_point.hpp"

namespace genisys::controller {
namespace {

namespace asio = boost::asio;
using state::FailPoint;

Outcome failed(Step step, docker::Error error) {
  return {.failure = Outcome::Failure{.step = step, .error = std::move(error)}};
}

// Of what an ended container wrote.
constexpr int kLastLines = 100;

// What an act is about, for the log.
std::string subject(const InFlight& about) {
  if (about.slot != 0) return fmt::format("slot {}", about.slot);
  return about.resource ? to_string(*about.resource) : about.image;
}

bool is_begin(ActKind kind) { return kind == ActKind::run || kind == ActKind::start; }

// What takes longer is told: as long as an engine under load may take, and a pull over a slow line.
state::Duration bound_of(const Action& action) {
  constexpr std::chrono::seconds kCall{60};
  constexpr std::chrono::minutes kPull{15};
  if (const auto* stop = std::get_if<StopContainer>(&action.what)) return stop->grace + kCall;
  return kind_of(action) == ActKind::pull ? state::Duration(kPull) : state::Duration(kCall);
}

// Likely to end as the attempts before did.
bool is_vain(const Action& action) {
  return is_begin(kind_of(action)) && action.cause.reason == state::Reason::crash_loop;
}

}  // namespace

std::string_view to_string(Step step) {
  switch (step) {
    case Step::create:
      return "create";
    case Step::join:
      return "join a network with";
    case Step::start:
      return "start";
    case Step::stop:
      return "stop";
    case Step::remove:
      return "remove";
    case Step::pull:
      return "pull";
    case Step::prepare:
      return "prepare";
    case Step::examine:
      return "examine";
    case Step::record:
      return "record";
  }
  return "unknown";
}

Executor::Executor(asio::any_io_executor executor, docker::Engine& engine,
                   const state::Clock& clock, std::string instance, ExecutorLimits limits,
                   ExecutorHooks hooks)
    : executor_(std::move(executor)),
      engine_(engine),
      clock_(clock),
      instance_(std::move(instance)),
      limits_(limits),
      hooks_(std::move(hooks)) {}

Executor::~Executor() = default;

void Executor::offer(std::vector<Action> actions) {
  waiting_.clear();
  for (Action& action : actions) waiting_[action.service].push_back(std::move(action));
  begin_waiting();
}

std::vector<InFlight> Executor::in_flight() const {
  std::vector<InFlight> list;
  list.reserve(acts_.size());
  for (const Act& act : acts_) list.push_back(act.about);
  return list;
}

std::vector<UnderWay> Executor::under_way() const {
  std::vector<UnderWay> list;
  for (const Act& act : acts_) {
    list.push_back({.what = fmt::format("[{}] {} {}", act.about.service.str(),
                                        to_string(act.about.kind), subject(act.about)),
                    .since = act.began,
                    .bound = bound_of(act.action)});
  }
  return list;
}

bool Executor::works_on(const docker::ContainerId& id) const {
  return std::any_of(acts_.begin(), acts_.end(),
                     [&](const Act& act) { return act.about.container == id; });
}

bool Executor::has_room(ActKind kind) const {
  const auto running = [this](ActKind of) {
    const auto found = running_.find(of);
    return found == running_.end() ? std::size_t{0} : found->second;
  };
  switch (kind) {
    case ActKind::run:
    case ActKind::start:
      return running(ActKind::run) + running(ActKind::start) < limits_.starts;
    case ActKind::stop:
      return has_room_for_a_stop();
    case ActKind::remove:
      return running(kind) < limits_.removes;
    case ActKind::examine:
      return running(kind) < limits_.examinations;
    case ActKind::pull:
      return running(kind) < limits_.pulls;
    case ActKind::prepare:
      return running(kind) < limits_.preparations;
    case ActKind::roll_back:
    case ActKind::mark_stable:
    case ActKind::forget:
      return true;
  }
  return true;
}

bool Executor::has_room_for_a_stop() const {
  std::size_t all = 0;
  std::size_t quick = 0;
  for (const Act& act : acts_) {
    if (act.about.kind != ActKind::stop) continue;
    ++all;
    if (clock_.now() < act.began + limits_.quick) ++quick;
  }
  return quick < limits_.stops && all < limits_.all_stops;
}

bool Executor::must_yield(const Action& action) const {
  if (!is_vain(action)) return false;
  const auto is_hopeful = [](const Action& other) {
    return is_begin(kind_of(other)) && !is_vain(other);
  };
  return std::any_of(acts_.begin(), acts_.end(),
                     [&](const Act& act) { return is_hopeful(act.action); }) ||
         std::any_of(waiting_.begin(), waiting_.end(), [&](const auto& entry) {
           return std::any_of(entry.second.begin(), entry.second.end(), is_hopeful);
         });
}

std::optional<state::TimePoint> Executor::room_at() const {
  if (waiting_.empty()) return std::nullopt;
  std::optional<state::TimePoint> earliest;
  for (const Act& act : acts_) {
    const state::TimePoint when = act.began + limits_.quick;
    if (act.about.kind != ActKind::stop || when <= clock_.now()) continue;
    if (!earliest || when < *earliest) earliest = when;
  }
  return earliest;
}

// One action of each service in turn, beginning behind the service that was served last, until no
// service has an action that finds room.
void Executor::begin_waiting() {
  if (stopped_ || std::exchange(beginning_, true)) return;
  bool begun = true;
  while (begun && !waiting_.empty()) {
    begun = false;
    auto next = last_served_ ? waiting_.upper_bound(*last_served_) : waiting_.begin();
    for (std::size_t turn = waiting_.size(); turn > 0 && !begun; --turn) {
      if (next == waiting_.end()) next = waiting_.begin();
      auto& queue = next->second;
      const auto fitting = std::find_if(queue.begin(), queue.end(), [this](const Action& action) {
        return has_room(kind_of(action)) && !must_yield(action);
      });
      if (fitting == queue.end()) {
        ++next;
        continue;
      }
      Action action = std::move(*fitting);
      queue.erase(fitting);
      last_served_ = action.service;
      if (queue.empty()) waiting_.erase(next);
      begun = true;
      if (hooks_.still_wanted(action)) begin(std::move(action));
    }
  }
  beginning_ = false;
}

void Executor::begin(Action action) {
  InFlight about{.kind = kind_of(action), .service = action.service, .slot = slot_of(action)};
  if (const auto* id = container_of(action)) about.container = *id;
  if (const auto* pull = std::get_if<PullImage>(&action.what)) about.image = pull->image;
  if (const auto* made = std::get_if<PrepareResource>(&action.what)) about.resource = made->key();
  spdlog::info("[{}] {} {}: {}{}{}", action.service.str(), to_string(about.kind), subject(about),
               state::to_string(action.cause.reason), action.cause.message.empty() ? "" : ", ",
               action.cause.message);
  ++running_[about.kind];
  const auto act = acts_.emplace(acts_.end(), std::move(action), std::move(about), clock_.now());
  const auto ended = [this, act](std::exception_ptr error, Outcome outcome) {
    if (error) {
      // Only cancellation and a lack of memory get here: both leave the outcome unknown.
      outcome = failed(Step::record, {.kind = docker::ErrorKind::unreachable,
                                      .message = "the act was interrupted"});
    }
    finish(act, std::move(outcome));
  };
  asio::co_spawn(executor_, perform(*act), asio::bind_cancellation_slot(act->cancel.slot(), ended));
}

void Executor::finish(Acts::iterator act, Outcome outcome) {
  const Act done(std::move(act->action), std::move(act->about), act->began);
  if (hooks_.masked && outcome.failure) {
    std::string& message = outcome.failure->error.message;
    message = hooks_.masked(done.action, std::move(message));
  }
  if (hooks_.masked && !outcome.last_words.empty())
    outcome.last_words = hooks_.masked(done.action, std::move(outcome.last_words));
  acts_.erase(act);
  --running_[done.about.kind];
  if (outcome.failure) {
    spdlog::warn("[{}] cannot {} {}: {}", done.action.service.str(),
                 to_string(outcome.failure->step), subject(done.about),
                 outcome.failure->error.message);
    // More of the same would fail alike: what to do about it is decided anew.
    if (const auto waiting = waiting_.find(done.action.service); waiting != waiting_.end()) {
      std::erase_if(waiting->second,
                    [](const Action& action) { return is_begin(kind_of(action)); });
      if (waiting->second.empty()) waiting_.erase(waiting);
    }
  }
  hooks_.ended(done.action, done.about, outcome);
  begin_waiting();
  if (acts_.empty() && on_drained_) std::exchange(on_drained_, nullptr)();
}

void Executor::stop() {
  stopped_ = true;
  waiting_.clear();
}

void Executor::cancel() {
  for (Act& act : acts_) act.cancel.emit(asio::cancellation_type::terminal);
}

asio::awaitable<bool> Executor::drained_by(state::TimePoint deadline) {
  if (!acts_.empty()) {
    asio::steady_timer done(executor_, deadline);
    on_drained_ = [&done] { done.cancel(); };
    boost::system::error_code ignored;
    co_await done.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    on_drained_ = nullptr;
  }
  co_return acts_.empty();
}

asio::awaitable<Outcome> Executor::perform(Act& act) {
  const auto& what = act.action.what;
  if (std::holds_alternative<RunContainer>(what)) co_return co_await run(act);
  if (const auto* begin = std::get_if<StartContainer>(&what))
    co_return co_await start(act, begin->id, begin->joins);
  if (const auto* end = std::get_if<StopContainer>(&what)) co_return co_await stop(*end);
  if (const auto* gone = std::get_if<RemoveContainer>(&what)) co_return co_await remove(*gone);
  if (const auto* dead = std::get_if<ExamineContainer>(&what)) co_return co_await examine(dead->id);
  if (const auto* image = std::get_if<PullImage>(&what)) co_return co_await pull(*image);
  if (const auto* made = std::get_if<PrepareResource>(&what)) co_return co_await prepare(*made);
  co_return co_await record(act.action);
}

// Create, then start. A name that is taken is ours when an earlier try of this very act took effect
// and its answer was lost.
asio::awaitable<Outcome> Executor::run(Act& act) {
  const auto& what = std::get<RunContainer>(act.action.what);
  state::pass(FailPoint::creating);
  auto created = co_await engine_.create(what.name, what.spec);
  state::pass(FailPoint::created);
  if (created) {
    act.about.container = *created;
  } else if (created.error().kind == docker::ErrorKind::conflict) {
    auto found = co_await engine_.inspect(what.name);
    if (!found) co_return failed(Step::create, created.error());
    const auto identity = identify(found->container, instance_);
    const bool ours =
        identity && identity->service == act.action.service && identity->slot == what.slot;
    if (!ours) {
      Outcome outcome = failed(Step::create, created.error());
      outcome.name_taken = true;
      co_return outcome;
    }
    act.about.container = found->container.id;
    const bool usable = found->container.state == docker::ContainerState::created &&
                        identity->spec == what.spec.labels.at(std::string(kSpecLabel));
    // Ours, but not what this act wants: the next look at the world says what to do with it.
    if (!usable) co_return Outcome{.name_held = true, .abandoned = true};
  } else {
    co_return failed(Step::create, created.error());
  }
  co_return co_await start(act, *act.about.container, later_joins(what.spec));
}

// A container that an earlier try made may have joined its networks or not: all are joined again.
asio::awaitable<Outcome> Executor::start(Act& act, docker::ContainerId id,
                                         std::vector<docker::Endpoint> joins) {
  for (const docker::Endpoint& endpoint : joins) {
    if (stopped_ || !hooks_.still_wanted(act.action)) co_return Outcome{.abandoned = true};
    state::pass(FailPoint::joining);
    auto joined = co_await engine_.connect(endpoint.network, id, endpoint);
    state::pass(FailPoint::joined);
    if (!joined) co_return failed(Step::join, joined.error());
  }
  if (stopped_ || !hooks_.still_wanted(act.action)) co_return Outcome{.abandoned = true};
  state::pass(FailPoint::starting);
  auto started = co_await engine_.start(id);
  state::pass(FailPoint::started);
  if (started) co_return Outcome{};
  if (started.error().kind == docker::ErrorKind::wreck) {
    // Its program may be running without the engine knowing: it can only be removed.
    auto removed = co_await engine_.remove(id, docker::Engine::Force::yes);
    if (!removed) co_return failed(Step::remove, removed.error());
  }
  co_return failed(Step::start, started.error());
}

asio::awaitable<Outcome> Executor::stop(StopContainer what) {
  state::pass(FailPoint::stopping);
  auto stopped = co_await engine_.stop(what.id, what.grace);
  state::pass(FailPoint::stopped);
  if (!stopped) co_return failed(Step::stop, stopped.error());
  if (what.after == AfterStop::keep) co_return Outcome{};
  co_return co_await remove(RemoveContainer{.slot = what.slot, .id = what.id});
}

asio::awaitable<Outcome> Executor::remove(RemoveContainer what) {
  const auto force =
      what.removal == Removal::forced ? docker::Engine::Force::yes : docker::Engine::Force::no;
  state::pass(FailPoint::removing);
  auto removed = co_await engine_.remove(what.id, force);
  state::pass(FailPoint::removed);
  if (removed || removed.error().kind == docker::ErrorKind::busy) co_return Outcome{};
  // It runs after all (a start was under way): look again rather than fail.
  if (removed.error().kind == docker::ErrorKind::conflict) co_return Outcome{.abandoned = true};
  co_return failed(Step::remove, removed.error());
}

// That there are no words is no failure: a log driver may keep none, and somebody may have removed
// the container. Only when nobody can tell, it is asked again.
asio::awaitable<Outcome> Executor::examine(docker::ContainerId id) {
  state::pass(FailPoint::examining);
  auto words = co_await engine_.logs(id, kLastLines);
  state::pass(FailPoint::examined);
  if (words) co_return Outcome{.last_words = std::move(*words)};
  if (words.error().outcome_unknown()) co_return failed(Step::examine, words.error());
  co_return Outcome{};
}

asio::awaitable<docker::Result<void>> Executor::pull_with_credentials(std::string image) {
  std::string registry_auth;
  if (hooks_.registry_auth) {
    auto credentials = co_await hooks_.registry_auth(image);
    if (!credentials) co_return credentials.error();
    registry_auth = *std::move(credentials);
  }
  std::function<void(const docker::PullProgress&)> unheard;
  co_return co_await engine_.pull(std::move(image), std::move(registry_auth), unheard);
}

asio::awaitable<Outcome> Executor::pull(PullImage what) {
  if (what.when == PullWhen::missing) {
    auto present = co_await engine_.image_id(what.image);
    if (present) co_return Outcome{};
    if (present.error().kind != docker::ErrorKind::not_found)
      co_return failed(Step::pull, present.error());
  }
  state::pass(FailPoint::pulling);
  docker::Result<void> pulled = co_await pull_with_credentials(what.image);
  state::pass(FailPoint::pulled);
  if (pulled) co_return Outcome{};
  Outcome outcome = failed(Step::pull, pulled.error());
  auto present = co_await engine_.image_id(what.image);
  outcome.image_is_here = present.has_value();
  co_return outcome;
}

asio::awaitable<Outcome> Executor::prepare(PrepareResource what) {
  state::pass(FailPoint::preparing);
  auto prepared = co_await prepare_resource(engine_, std::move(what), instance_);
  state::pass(FailPoint::prepared);
  if (!prepared) co_return failed(Step::prepare, prepared.error());
  co_return Outcome{};
}

// What was made for a service goes before the record of it: in the other order nobody would know of
// it after a kill in between.
asio::awaitable<Outcome> Executor::record(Action action) {
  if (const auto* forget = std::get_if<ForgetService>(&action.what)) {
    state::pass(FailPoint::unmaking);
    auto removed = co_await remove_unused(engine_, forget->unused, instance_);
    if (!removed) co_return failed(Step::remove, removed.error());
    state::pass(FailPoint::unmade);
  }
  std::string why_not = co_await hooks_.record(std::move(action));
  if (why_not.empty()) co_return Outcome{};
  co_return failed(Step::record,
                   {.kind = docker::ErrorKind::rejected, .message = std::move(why_not)});
}

}  // namespace genisys::controller
