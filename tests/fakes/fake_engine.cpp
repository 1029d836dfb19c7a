#include "tests/fakes/fake_engine.hpp"

#include <algorithm>
#include <string_view>

#include "tests/fakes/names.hpp"

namespace genisys::fakes {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using docker::ContainerId;
using docker::ContainerState;
using docker::Error;
using docker::ErrorKind;
using docker::Result;

// One call from its begin to its end, counted in flight.
class FakeEngine::Call {
 public:
  Call(FakeEngine& engine, Operation operation, state::Duration allowed)
      : life(engine.life_),
        deadline(engine.timeline().clock().now() + allowed),
        fault(engine.next_fault(operation, ++engine.calls_[operation])),
        flight_(engine.flight_) {
    const auto known = engine.latencies_.find(operation);
    latency = fault.delay + (known == engine.latencies_.end() ? state::Duration{} : known->second);
    // Takes effect in its time, but nobody is waiting any more.
    if (latency >= allowed && !fault.kind)
      fault = {ErrorKind::timeout, Effect::after, {}, "too slow"};
    flight_->peak = std::max(flight_->peak, ++flight_->now);
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() { --flight_->now; }

  std::optional<Error> fault_at(Effect effect) const {
    if (!fault.kind || fault.effect != effect) return std::nullopt;
    const bool answered =
        *fault.kind != ErrorKind::unreachable && *fault.kind != ErrorKind::timeout;
    return Error{*fault.kind, answered ? 500 : 0, fault.message};
  }
  bool times_out_at(Effect effect) const {
    return fault.kind == ErrorKind::timeout && fault.effect == effect;
  }

  const std::uint64_t life;
  const state::TimePoint deadline;
  Fault fault;
  state::Duration latency;

 private:
  std::shared_ptr<Flight> flight_;
};

namespace {

Error unreachable() {
  return {ErrorKind::unreachable, 0, "cannot reach the engine: connection refused"};
}
Error timed_out() { return {ErrorKind::timeout, 0, "no answer in time"}; }

// As text for people: without the line feed at the very end.
std::string last_lines(std::string_view text, int lines) {
  constexpr std::size_t kMostBytes = 64 * 1024;
  while (text.ends_with('\n')) text.remove_suffix(1);
  std::size_t begin = text.size();
  for (int left = lines; begin > 0 && left > 0; --left) {
    // `begin` stands behind a line feed, or at the end.
    const std::size_t search_to = begin == text.size() ? begin : begin - 1;
    const std::size_t feed =
        search_to == 0 ? std::string_view::npos : text.rfind('\n', search_to - 1);
    begin = feed == std::string_view::npos ? 0 : feed + 1;
  }
  text.remove_prefix(std::max(begin, text.size() - std::min(text.size(), kMostBytes)));
  return std::string(text);
}

}  // namespace

FakeEngine::FakeEngine(asio::any_io_executor executor, state::Clock& clock)
    : FakeHost(std::move(executor), clock),
      info_{.id = "FAKE:ENGINE",
            .driver = "fake",
            .server_version = "20.10.24",
            .api_version = "1.41",
            .cpus = 2} {}

// --- The way of a call
// ----------------------------------------------------------------------------

asio::awaitable<void> FakeEngine::wait_while_silent(const Call& call) {
  if (phase_ != Phase::silent) co_return;
  auto wakes = timeline().at(call.deadline, [this] { changed().notify_all(); });
  while (phase_ == Phase::silent && timeline().clock().now() < call.deadline)
    co_await changed().wait();
  wakes.cancel();
}

// To the point where the call takes effect; an error: it does not.
asio::awaitable<std::optional<Error>> FakeEngine::admit(Call& call, state::Duration latency) {
  co_await yield();
  if (phase_ == Phase::down || call.life != life_) co_return unreachable();
  if (latency > state::Duration{}) {
    auto& clock = timeline().clock();
    co_await clock.sleep_until(std::min(clock.now() + latency, call.deadline));
  }
  co_await wait_while_silent(call);
  if (phase_ == Phase::down || call.life != life_) co_return unreachable();
  if (phase_ == Phase::silent) co_return timed_out();
  if (call.times_out_at(Effect::before)) co_await timeline().clock().sleep_until(call.deadline);
  co_return call.fault_at(Effect::before);
}

// The way back; an error: the outcome gets lost on it.
asio::awaitable<std::optional<Error>> FakeEngine::answer(Call& call) {
  co_await yield();
  co_await wait_while_silent(call);
  if (phase_ == Phase::down || call.life != life_) co_return unreachable();
  if (phase_ == Phase::silent) co_return timed_out();
  if (call.times_out_at(Effect::after)) co_await timeline().clock().sleep_until(call.deadline);
  co_return call.fault_at(Effect::after);
}

template <class T>
asio::awaitable<Result<T>> FakeEngine::answer_with(Operation operation, state::Duration allowed,
                                                   std::function<Result<T>()> effect) {
  Call call(*this, operation, allowed);
  if (auto failure = co_await admit(call, call.latency)) co_return *failure;
  Result<T> result = effect();
  if (auto failure = co_await answer(call)) co_return *failure;
  co_return result;
}

// Awaits what goes on without us.
asio::awaitable<Result<void>> FakeEngine::finish(Call& call, std::shared_ptr<Pending> pending) {
  while (!pending->outcome && call.life == life_ && !call.times_out_at(Effect::after)) {
    co_await changed().wait();
  }
  if (auto failure = co_await answer(call)) co_return *failure;
  co_return *pending->outcome;
}

// The engine holds a container's lock while it starts it.
asio::awaitable<void> FakeEngine::wait_until_settled(ContainerId id) {
  for (const auto* container = find(id); container && container->starting; container = find(id)) {
    co_await changed().wait();
  }
}

// --- docker::Engine
// -------------------------------------------------------------------------------

asio::awaitable<Result<docker::EngineInfo>> FakeEngine::info() {
  return answer_with<docker::EngineInfo>(Operation::info, 10s,
                                         [this] { return Result<docker::EngineInfo>(info_); });
}

asio::awaitable<Result<std::vector<docker::Container>>> FakeEngine::list(
    docker::ListFilter filter) {
  using Listed = std::vector<docker::Container>;
  return answer_with<Listed>(
      Operation::list, 10s, [this, filter = std::move(filter)]() -> Result<Listed> {
        std::vector<const FakeContainer*> newest_first;
        for (const auto& [id, container] : containers()) {
          const bool asked_for =
              filter.ids.empty() || std::ranges::find(filter.ids, id) != filter.ids.end();
          if (asked_for && (filter.all || container.up())) newest_first.push_back(&container);
        }
        std::ranges::sort(newest_first, std::greater{}, &FakeContainer::number);
        Listed listed;
        for (const auto* container : newest_first) listed.push_back(as_listed(*container));
        if (list_hook_) list_hook_(listed);
        return listed;
      });
}

asio::awaitable<Result<docker::ContainerDetail>> FakeEngine::inspect(std::string id_or_name) {
  Call call(*this, Operation::inspect, 10s);
  if (auto failure = co_await admit(call, call.latency)) co_return *failure;
  if (const auto found = look_up(id_or_name)) co_await wait_until_settled((*found)->id);

  const auto found = look_up(id_or_name);
  Result<docker::ContainerDetail> result =
      Error{ErrorKind::not_found, 404, "No such container: " + id_or_name};
  if (found) {
    const FakeContainer& container = **found;
    result = docker::ContainerDetail{.container = as_listed(container),
                                     .exit_code = container.exit_code,
                                     .error = container.error,
                                     .oom_killed = container.oom_killed,
                                     .tty = false,
                                     .started_at = container.started_at,
                                     .finished_at = container.finished_at};
  }
  if (auto failure = co_await answer(call)) co_return *failure;
  co_return result;
}

asio::awaitable<Result<ContainerId>> FakeEngine::create(std::string name,
                                                        docker::ContainerSpec spec) {
  return answer_with<ContainerId>(
      Operation::create, 60s,
      [this, name = std::move(name), spec = std::move(spec)] { return make(name, spec); });
}

asio::awaitable<Result<void>> FakeEngine::start(ContainerId id) {
  Call call(*this, Operation::start, 120s);
  if (auto failure = co_await admit(call, {})) co_return *failure;
  co_return co_await finish(call, begin_start(id, call.latency));
}

asio::awaitable<Result<void>> FakeEngine::stop(ContainerId id, std::chrono::seconds grace) {
  Call call(*this, Operation::stop, grace + 60s);
  if (auto failure = co_await admit(call, call.latency)) co_return *failure;
  log_destructive(Operation::stop, id);
  co_return co_await finish(call, begin_stop(id, grace));
}

asio::awaitable<Result<void>> FakeEngine::remove(ContainerId id, Force force) {
  Call call(*this, Operation::remove, 60s);
  if (auto failure = co_await admit(call, {})) co_return *failure;
  log_destructive(Operation::remove, id);
  co_await wait_until_settled(id);
  if (call.life != life_) co_return unreachable();
  co_return co_await finish(call, begin_remove(id, force, call.latency));
}

asio::awaitable<Result<std::string>> FakeEngine::logs(ContainerId id, int lines) {
  return answer_with<std::string>(Operation::logs, 10s, [this, id, lines]() -> Result<std::string> {
    const auto* container = find(id);
    if (!container) return Error{ErrorKind::not_found, 404, "No such container: " + id.str()};
    return last_lines(container->output, lines);
  });
}

asio::awaitable<Result<std::string>> FakeEngine::image_id(std::string reference) {
  return answer_with<std::string>(
      Operation::image_id, 10s,
      [this, reference = std::move(reference)] { return id_of_image(reference); });
}

asio::awaitable<Result<void>> FakeEngine::pull(
    std::string reference, std::string, std::function<void(const docker::PullProgress&)> progress) {
  // The silence of a pull that only takes long is never that long.
  constexpr auto kSilence = 5min;
  Call call(*this, Operation::pull, latencies_[Operation::pull] + kSilence);
  if (auto failure = co_await admit(call, call.latency)) co_return *failure;
  for (auto rule = pull_failures_.rbegin(); rule != pull_failures_.rend(); ++rule) {
    if (!glob_matches(rule->first, reference)) continue;
    if (rule->second) co_return *rule->second;
    break;
  }
  if (progress) progress({"Pulling from " + reference, ""});
  add_image(reference);
  if (auto failure = co_await answer(call)) co_return *failure;
  co_return Result<void>{};
}

asio::awaitable<Result<std::vector<docker::Network>>> FakeEngine::networks(std::string name) {
  using Named = std::vector<docker::Network>;
  return answer_with<Named>(Operation::network, 10s, [this, name = std::move(name)] {
    return Result<Named>(networks_named(name));
  });
}

asio::awaitable<Result<void>> FakeEngine::create_network(docker::NetworkConfig config) {
  const Result<void> checked = check_network_name(config.name);
  return answer_with<void>(Operation::create_network, 60s,
                           [this, checked, config = std::move(config)]() -> Result<void> {
                             if (!checked) return checked.error();
                             return make_network(config);
                           });
}

asio::awaitable<Result<void>> FakeEngine::remove_network(docker::Network network) {
  return answer_with<void>(Operation::remove_network, 60s,
                           [this, id = std::move(network.id)] { return erase_network(id); });
}

asio::awaitable<Result<void>> FakeEngine::connect(std::string network, ContainerId container,
                                                  docker::Endpoint endpoint) {
  return answer_with<void>(
      Operation::connect, 60s,
      [this, network = std::move(network), container, endpoint = std::move(endpoint)] {
        return join(network, container, endpoint);
      });
}

asio::awaitable<Result<docker::Volume>> FakeEngine::volume(std::string name) {
  return answer_with<docker::Volume>(
      Operation::volume, 10s, [this, name = std::move(name)]() -> Result<docker::Volume> {
        if (const auto* found = find_volume(name)) return *found;
        return Error{ErrorKind::not_found, 404, "get " + name + ": no such volume"};
      });
}

asio::awaitable<Result<void>> FakeEngine::create_volume(docker::Volume volume) {
  return answer_with<void>(Operation::create_volume, 60s,
                           [this, volume = std::move(volume)] { return make_volume(volume); });
}

asio::awaitable<Result<void>> FakeEngine::remove_volume(std::string name) {
  return answer_with<void>(Operation::remove_volume, 60s,
                           [this, name = std::move(name)] { return erase_volume(name); });
}

asio::awaitable<Result<std::unique_ptr<docker::EventStream>>> FakeEngine::subscribe() {
  // Not answer_with: the stream is moved out.
  Call call(*this, Operation::subscribe, 30s);
  if (auto failure = co_await admit(call, call.latency)) co_return *failure;
  auto stream = events().subscribe();
  if (auto failure = co_await answer(call)) co_return *failure;
  co_return std::move(stream);
}

// --- Faults
// ---------------------------------------------------------------------------------------

void FakeEngine::fail_next(Operation operation, ErrorKind kind, Effect effect) {
  planned_faults_[operation].push_back({.kind = kind, .effect = effect});
}

Fault FakeEngine::next_fault(Operation operation, std::uint64_t number) {
  if (auto& planned = planned_faults_[operation]; !planned.empty()) {
    Fault fault = std::move(planned.front());
    planned.pop_front();
    return fault;
  }
  return fault_hook_ ? fault_hook_(operation, number) : Fault{};
}

void FakeEngine::set_pull_failure(std::string pattern, std::optional<Error> failure) {
  pull_failures_.emplace_back(std::move(pattern), std::move(failure));
}

std::uint64_t FakeEngine::calls(Operation operation) const {
  const auto counted = calls_.find(operation);
  return counted == calls_.end() ? 0 : counted->second;
}

void FakeEngine::log_destructive(Operation operation, const ContainerId& id) {
  const auto* container = find(id);
  if (!container) return;
  destructive_calls_.push_back({operation, id, container->name, container->spec.labels,
                                container->state, timeline().clock().now()});
}

// --- The engine's life
// ----------------------------------------------------------------------------

void FakeEngine::stop_engine(LiveRestore live_restore) {
  if (live_restore == LiveRestore::no) end_all_runs();
  drop_what_is_under_way(std::nullopt);
  ends_survivors_ = false;
  go_down();
}

void FakeEngine::crash_engine(std::optional<Wreck> wrecks, LiveRestore live_restore) {
  drop_what_is_under_way(wrecks);
  ends_survivors_ = live_restore == LiveRestore::no;
  go_down();
}

void FakeEngine::go_down() {
  booted_.cancel();
  phase_ = Phase::down;
  ++life_;
  events().release();
  events().break_streams();
  changed().notify_all();
}

void FakeEngine::start_engine(state::Duration boot) {
  phase_ = Phase::silent;
  booted_ = timeline().after(boot, [this] {
    if (std::exchange(ends_survivors_, false)) end_all_runs();
    phase_ = Phase::answering;
    changed().notify_all();
  });
}

void FakeEngine::hang() {
  if (phase_ != Phase::answering) return;
  phase_ = Phase::silent;
  events().hold();
}

void FakeEngine::resume() {
  if (phase_ != Phase::silent) return;
  phase_ = Phase::answering;
  events().release();
  changed().notify_all();
}

}  // namespace genisys::fakes
