#include "tests/fakes/fake_host.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <tuple>

#include "tests/fakes/names.hpp"

namespace genisys::fakes {

using docker::ContainerId;
using docker::ContainerState;
using docker::Error;
using docker::ErrorKind;
using docker::EventAction;
using docker::Health;
using docker::Result;

namespace {

constexpr int kKilled = 137;
constexpr std::uint16_t kFirstEphemeralPort = 32768;
constexpr std::uint16_t kLastEphemeralPort = 60999;

std::shared_ptr<Pending> done(Result<void> outcome) {
  auto pending = std::make_shared<Pending>();
  pending->outcome = std::move(outcome);
  return pending;
}

void settle(std::shared_ptr<Pending>& pending, Result<void> outcome) {
  if (auto settled = std::exchange(pending, nullptr)) settled->outcome = std::move(outcome);
}

Error no_such_container(std::string_view id) {
  return {ErrorKind::not_found, 404, fmt::format("No such container: {}", id)};
}

auto order_of_listing(const docker::PublishedPort& port) {
  const bool is_ipv6 = port.host_ip.find(':') != std::string::npos;
  return std::tuple(port.container_port, port.protocol, is_ipv6, port.host_ip, port.host_port);
}

int http_status_of_failed_start(ErrorKind kind) {
  if (kind == ErrorKind::command) return 400;
  return kind == ErrorKind::network ? 404 : 500;
}

}  // namespace

FakeHost::FakeHost(boost::asio::any_io_executor executor, state::Clock& clock)
    : timeline_(executor, clock),
      changed_(executor),
      events_(executor),
      next_port_(kFirstEphemeralPort) {
  add_default_networks();
}

// --- The engine's verbs
// ---------------------------------------------------------------------------

Result<ContainerId> FakeHost::make(std::string name, docker::ContainerSpec spec) {
  const std::uint64_t number = ++numbers_;
  if (name.empty()) name = fmt::format("unnamed_{}", number);
  if (!is_container_name(name)) {
    return Error{ErrorKind::rejected, 400, fmt::format("Invalid container name ({})", name)};
  }
  if (const auto holder = names_.find(name); holder != names_.end()) {
    return Error{
        ErrorKind::conflict, 409,
        fmt::format("Conflict. The container name \"/{}\" is already in use by container \"{}\".",
                    name, holder->second.str())};
  }
  const auto image = id_of_image(spec.image);
  if (!image) {
    return Error{ErrorKind::image_missing, 404, fmt::format("No such image: {}", spec.image)};
  }

  const ContainerId id = nth_container_id(number);
  FakeContainer container{.id = id, .name = name, .spec = std::move(spec), .image_id = *image};
  container.number = number;
  container.created = tick();
  take_resources(container);
  const auto [position, inserted] = containers_.emplace(id, std::move(container));
  names_.emplace(std::move(name), id);
  emit(position->second, EventAction::create);
  transition(position->second, ContainerState::created);
  return id;
}

std::shared_ptr<Pending> FakeHost::begin_start(const ContainerId& id, state::Duration lasts) {
  FakeContainer* const container = find_mutable(id);
  if (!container) return done(no_such_container(id.str()));
  if (container->starting) return container->starting;
  // Running is what the engine says until a stop is over: a start in that window is lost.
  if (container->state == ContainerState::running) return done(Result<void>{});
  if (container->state != ContainerState::created && container->state != ContainerState::exited) {
    return done(
        Error{ErrorKind::conflict, 409,
              fmt::format("cannot start a container that is {}", to_string(container->state))});
  }
  auto starting = std::make_shared<Pending>();
  container->starting = starting;
  container->under_way.cancel();
  container->under_way = timeline_.after(lasts, [this, container, starting] {
    container->starting = nullptr;
    starting->outcome = start_now(*container);
    changed_.notify_all();
  });
  return starting;
}

std::shared_ptr<Pending> FakeHost::begin_stop(const ContainerId& id, state::Duration grace) {
  FakeContainer* const container = find_mutable(id);
  if (!container || !container->up()) return done(Result<void>{});
  if (container->stopping) return container->stopping;
  auto stopping = std::make_shared<Pending>();
  container->stopping = stopping;
  signal_stop(*container, grace);
  return stopping;
}

std::shared_ptr<Pending> FakeHost::begin_remove(const ContainerId& id, docker::Engine::Force force,
                                                state::Duration lasts) {
  FakeContainer* const container = find_mutable(id);
  if (!container) return done(Result<void>{});
  if (container->removing) {
    return done(Error{ErrorKind::busy, 409,
                      fmt::format("removal of container {} is already in progress", id.str())});
  }
  if (container->up() && force == docker::Engine::Force::no) {
    return done(Error{ErrorKind::conflict, 409,
                      fmt::format("You cannot remove a {} container {}.",
                                  to_string(container->state), id.str())});
  }
  auto removing = std::make_shared<Pending>();
  container->removing = removing;
  container->restarts_after.reset();
  container->under_way.cancel();
  if (container->up()) kill_now(*container);
  transition(*container, ContainerState::removing);
  container->under_way = timeline_.after(lasts, [this, id] { erase(id); });
  return removing;
}

Result<FakeContainer*> FakeHost::look_up(const std::string& id_or_name) {
  if (const auto id = ContainerId::parse(id_or_name)) {
    if (auto* container = find_mutable(*id)) return container;
  }
  if (const auto named = names_.find(id_or_name); named != names_.end()) {
    return find_mutable(named->second);
  }
  FakeContainer* match = nullptr;
  for (auto& [id, container] : containers_) {
    if (id_or_name.empty() || !id.str().starts_with(id_or_name)) continue;
    if (match) return no_such_container(id_or_name);
    match = &container;
  }
  if (!match) return no_such_container(id_or_name);
  return match;
}

docker::Container FakeHost::as_listed(const FakeContainer& container) const {
  docker::Container listed{
      .id = container.id, .name = container.name, .image = container.spec.image};
  const auto image = id_of_image(container.spec.image);
  if (!image || *image != container.image_id) listed.image = container.image_id;
  listed.state = container.state;
  if (container.state == ContainerState::running) listed.health = container.health;
  if (container.state == ContainerState::exited) listed.exit_code = container.exit_code;
  listed.labels = container.spec.labels;
  listed.ports = container.ports;
  if (container.state == ContainerState::exited &&
      timeline_.clock().now() < container.listed_running_until) {
    listed.state = ContainerState::running;
    listed.exit_code.reset();
  }
  listed.created =
      std::chrono::floor<std::chrono::seconds>(container.created).time_since_epoch().count();
  return listed;
}

// --- Starts and ends
// ------------------------------------------------------------------------------

Result<void> FakeHost::start_now(FakeContainer& container) {
  if (container.wreck) {
    return Error{ErrorKind::wreck, 500, fmt::format("task {}: already exists", container.id.str())};
  }
  container.program = program_of(container);
  if (auto found = find_networks(container); !found) {
    return fail_start(container, {found.error().kind, 128, found.error().message});
  }
  auto ports = allocate_ports(container);
  if (!ports) return fail_start(container, {ports.error().kind, 128, ports.error().message});
  if (container.program.start_failure)
    return fail_start(container, *container.program.start_failure);

  const Program& program = container.program;
  container.ports = std::move(*ports);
  container.started_at = tick();
  container.exit_code = 0;
  container.error.clear();
  container.oom_killed = false;
  container.output += program.output;
  const ContainerId id = container.id;
  if (program.ends_after) {
    container.ends_at = timeline_.clock().now() + *program.ends_after;
    container.end = timeline_.at(*container.ends_at, [this, id] { end_by_itself(id); });
  }
  begin_health(container);
  emit(container, EventAction::start);
  transition(container, ContainerState::running);
  return {};
}

Result<void> FakeHost::fail_start(FakeContainer& container, StartFailure failure) {
  // No event tells of it, and the state stays what it was; only inspect knows.
  container.exit_code = failure.exit_code;
  container.error = failure.message;
  changed_.notify_all();
  return Error{failure.kind, http_status_of_failed_start(failure.kind), std::move(failure.message)};
}

Result<std::vector<docker::PublishedPort>> FakeHost::allocate_ports(
    const FakeContainer& container) {
  std::vector<docker::PublishedPort> ports;
  const auto is_taken = [&](const docker::PublishedPort& port) {
    return taken(port) || std::any_of(ports.begin(), ports.end(),
                                      [&](const auto& own) { return same_socket(own, port); });
  };
  for (const auto& binding : container.spec.ports) {
    docker::PublishedPort port{binding.host_ip, binding.host_port, binding.container_port,
                               binding.protocol};
    if (binding.host_port != 0 && is_taken(port)) {
      return Error{ErrorKind::port_taken, 500,
                   fmt::format("Bind for {}:{} failed: port is already allocated",
                               port.host_ip.empty() ? "0.0.0.0" : port.host_ip, port.host_port)};
    }
    while (port.host_port == 0) {
      port.host_port = next_port_;
      next_port_ = next_port_ == kLastEphemeralPort ? kFirstEphemeralPort
                                                    : static_cast<std::uint16_t>(next_port_ + 1);
      if (is_taken(port)) port.host_port = 0;
    }
    if (!port.host_ip.empty()) {
      ports.push_back(port);
      continue;
    }
    for (const char* all : {"0.0.0.0", "::"}) {
      port.host_ip = all;
      ports.push_back(port);
    }
  }
  std::ranges::sort(ports, {}, order_of_listing);
  return ports;
}

bool FakeHost::taken(const docker::PublishedPort& port) const {
  if (occupied_ports_.contains(port.host_port)) return true;
  return std::any_of(containers_.begin(), containers_.end(), [&](const auto& entry) {
    const auto& held = entry.second.ports;
    return std::any_of(held.begin(), held.end(),
                       [&](const auto& other) { return same_socket(other, port); });
  });
}

void FakeHost::signal_stop(FakeContainer& container, state::Duration grace) {
  const std::string signal = signal_number(container.spec.stop_signal.value_or("SIGTERM"));
  emit(container, EventAction::kill, signal);
  const Program& program = container.program;
  const ContainerId id = container.id;
  // A frozen process takes no signal but SIGKILL.
  const bool obeys = program.code_when_stopped && program.stops_after <= grace &&
                     container.state == ContainerState::running && signal != "9";
  if (obeys) {
    container.stop_signal_acts = timeline_.after(
        program.stops_after, [this, id, code = *program.code_when_stopped] { die(get(id), code); });
  } else {
    container.stop_signal_acts = timeline_.after(signal == "9" ? state::Duration{} : grace,
                                                 [this, id] { kill_now(get(id)); });
  }
}

void FakeHost::kill_now(FakeContainer& container) {
  emit(container, EventAction::kill, "9");
  die(container, kKilled);
}

void FakeHost::die(FakeContainer& container, int code) {
  container.end.cancel();
  container.turns_healthy.cancel();
  container.stop_signal_acts.cancel();
  container.ends_at.reset();
  container.exit_code = code;
  container.finished_at = tick();
  container.ports.clear();
  container.health = Health::none;
  container.listed_running_until = timeline_.clock().now() + list_lag_;
  emit(container, EventAction::die);
  transition(container, ContainerState::exited);
  if (container.stopping) {
    emit(container, EventAction::stop);
    settle(container.stopping, {});
  }
  if (const auto pause = std::exchange(container.restarts_after, std::nullopt)) {
    container.under_way = timeline_.after(*pause, [this, id = container.id] {
      FakeContainer& restarting = get(id);
      if (restarting.state == ContainerState::exited && start_now(restarting)) {
        emit(restarting, EventAction::other);
      }
    });
  }
  changed_.notify_all();
}

void FakeHost::erase(ContainerId id) {
  auto node = containers_.extract(id);
  FakeContainer& container = node.mapped();
  names_.erase(container.name);
  emit(container, EventAction::destroy);
  if (observer_) observer_(container);
  settle(container.removing, {});
  changed_.notify_all();
}

void FakeHost::end_all_runs() {
  for (auto& [id, container] : containers_) {
    container.restarts_after.reset();
    if (!container.up()) continue;
    emit(container, EventAction::kill, "15");
    die(container, kKilled);
  }
}

void FakeHost::drop_what_is_under_way(std::optional<Wreck> wrecks) {
  for (auto& [id, container] : containers_) {
    container.under_way.cancel();
    // Nobody is left who would send the SIGKILL.
    container.stop_signal_acts.cancel();
    container.stopping = nullptr;
    container.restarts_after.reset();
    if (std::exchange(container.starting, nullptr) && wrecks) make_wreck(id, *wrecks);
    if (std::exchange(container.removing, nullptr)) transition(container, ContainerState::dead);
  }
}

// --- Bookkeeping
// ----------------------------------------------------------------------------------

const FakeContainer* FakeHost::find(const ContainerId& id) const {
  const auto found = containers_.find(id);
  return found == containers_.end() ? nullptr : &found->second;
}

FakeContainer* FakeHost::find_mutable(const ContainerId& id) {
  const auto found = containers_.find(id);
  return found == containers_.end() ? nullptr : &found->second;
}

const FakeContainer* FakeHost::find_named(std::string_view name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? nullptr : find(found->second);
}

FakeContainer& FakeHost::get(const ContainerId& id) {
  FakeContainer* const container = find_mutable(id);
  if (!container) throw std::invalid_argument("the fake host has no container " + id.str());
  return *container;
}

// Later than the last one, as long as nobody sets the clock back.
docker::EngineTime FakeHost::tick() {
  constexpr std::chrono::milliseconds kSetBack{1};
  const docker::EngineTime now = timeline_.clock().wall();
  const docker::EngineTime next = last_time_ + std::chrono::nanoseconds(1);
  last_time_ = now + kSetBack < next ? now : std::max(now, next);
  return last_time_;
}

void FakeHost::emit(const FakeContainer& container, EventAction action, std::string signal) {
  docker::Event event{
      .id = container.id, .action = action, .signal = std::move(signal), .time = tick()};
  if (action == EventAction::die) event.exit_code = container.exit_code;
  events_.publish(std::move(event));
}

void FakeHost::transition(FakeContainer& container, ContainerState state) {
  const bool was_up = container.up();
  container.state = state;
  if (container.up() != was_up) count(container, container.up() ? 1 : -1);
  if (observer_) observer_(container);
  changed_.notify_all();
}

void FakeHost::count(const FakeContainer& container, int by) {
  for (const auto& label : container.spec.labels) {
    Counter& counter = running_[label];
    counter.now += by;
    counter.peak = std::max(counter.peak, counter.now);
  }
}

int FakeHost::running(const std::string& label, const std::string& value) const {
  const auto counter = running_.find({label, value});
  return counter == running_.end() ? 0 : counter->second.now;
}

int FakeHost::peak_running(const std::string& label, const std::string& value) const {
  const auto counter = running_.find({label, value});
  return counter == running_.end() ? 0 : counter->second.peak;
}

Program FakeHost::program_of(const FakeContainer& container) const {
  const std::string command = fmt::format("{}", fmt::join(container.spec.command, " "));
  for (auto rule = programs_.rbegin(); rule != programs_.rend(); ++rule) {
    const std::string& pattern = rule->first;
    if (glob_matches(pattern, container.spec.image) || glob_matches(pattern, container.name) ||
        glob_matches(pattern, command)) {
      return rule->second;
    }
  }
  return {};
}

}  // namespace genisys::fakes
