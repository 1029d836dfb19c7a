// The operator's hands, what happens by itself, and the images.
#include <fmt/format.h>

#include <stdexcept>

#include "tests/fakes/fake_host.hpp"
#include "tests/fakes/names.hpp"

namespace genisys::fakes {

using docker::ContainerId;
using docker::ContainerState;
using docker::EventAction;
using docker::Health;

namespace {

void require(bool holds, const FakeContainer& container, const char* what) {
  if (holds) return;
  throw std::invalid_argument(fmt::format("the fake container {} is {}: {}", container.name,
                                          to_string(container.state), what));
}

}  // namespace

void FakeHost::kill(const ContainerId& id) {
  FakeContainer& container = get(id);
  require(container.up(), container, "it cannot be killed");
  kill_now(container);
}

void FakeHost::docker_stop(const ContainerId& id, state::Duration grace) {
  get(id);
  begin_stop(id, grace);
}

void FakeHost::docker_restart(const ContainerId& id, state::Duration grace, state::Duration pause) {
  FakeContainer& container = get(id);
  require(container.up(), container, "it cannot be restarted");
  container.restarts_after = pause;
  begin_stop(id, grace);
}

void FakeHost::rm_force(const ContainerId& id) {
  FakeContainer& container = get(id);
  container.restarts_after.reset();
  container.under_way.cancel();
  if (container.up()) kill_now(container);
  if (auto starting = std::exchange(container.starting, nullptr)) {
    starting->outcome =
        docker::Error{docker::ErrorKind::not_found, 404, "No such container: " + id.str()};
  }
  transition(container, ContainerState::removing);
  erase(id);
}

void FakeHost::pause(const ContainerId& id) {
  FakeContainer& container = get(id);
  require(container.state == ContainerState::running, container, "it cannot be paused");
  container.end.cancel();
  if (container.ends_at)
    container.program.ends_after = *container.ends_at - timeline_.clock().now();
  emit(container, EventAction::pause);
  transition(container, ContainerState::paused);
}

void FakeHost::unpause(const ContainerId& id) {
  FakeContainer& container = get(id);
  require(container.state == ContainerState::paused, container, "it cannot be unpaused");
  if (container.ends_at) {
    container.ends_at = timeline_.clock().now() + *container.program.ends_after;
    container.end = timeline_.at(*container.ends_at, [this, id] { end_by_itself(id); });
  }
  emit(container, EventAction::unpause);
  transition(container, ContainerState::running);
}

void FakeHost::rename(const ContainerId& id, std::string name) {
  FakeContainer& container = get(id);
  require(is_container_name(name) && !names_.contains(name), container, "it cannot get that name");
  names_.erase(container.name);
  names_.emplace(name, id);
  container.name = std::move(name);
  emit(container, EventAction::rename);
  changed_.notify_all();
}

ContainerId FakeHost::run_foreign(std::string name, std::string image,
                                  std::map<std::string, std::string> labels) {
  if (!has_image(image)) add_image(image);
  docker::ContainerSpec spec;
  spec.image = std::move(image);
  spec.labels = std::move(labels);
  const ContainerId id = make(std::move(name), std::move(spec)).value();
  start_now(get(id)).value();
  return id;
}

void FakeHost::exit(const ContainerId& id, int code) {
  FakeContainer& container = get(id);
  require(container.up(), container, "it cannot end");
  die(container, code & 0xff);
}

void FakeHost::end_by_itself(const ContainerId& id) {
  const Program& program = get(id).program;
  if (program.runs_out_of_memory) {
    oom(id);
  } else {
    exit(id, program.exit_code);
  }
}

void FakeHost::oom(const ContainerId& id) {
  FakeContainer& container = get(id);
  require(container.up(), container, "it cannot run out of memory");
  container.oom_killed = true;
  emit(container, EventAction::oom);
  die(container, 137);
}

void FakeHost::begin_health(FakeContainer& container) {
  constexpr state::Duration kInterval = std::chrono::seconds(30);
  constexpr int kRetries = 3;
  const Program& program = container.program;
  const docker::HealthProbe probe = container.spec.healthcheck.value_or(docker::HealthProbe{});
  const bool is_off = !probe.test.empty() && probe.test.front() == "NONE";
  const bool is_probed = !probe.test.empty() && !is_off;
  container.health = Health::none;
  if (!is_probed && (is_off || !program.has_health_check)) return;

  container.health = Health::starting;
  Health turns = Health::healthy;
  std::optional<state::Duration> after = program.healthy_after;
  if (is_probed && !after) {
    after = probe.interval.count() > 0 ? state::Duration(probe.interval) : kInterval;
    if (program.fails_probes) {
      turns = Health::unhealthy;
      *after *= probe.retries > 0 ? probe.retries : kRetries;
    }
  }
  if (!after) return;
  container.turns_healthy =
      timeline_.after(*after, [this, id = container.id, turns] { set_health(id, turns); });
}

void FakeHost::set_health(const ContainerId& id, docker::Health health) {
  FakeContainer& container = get(id);
  require(container.up(), container, "it has no health");
  if (container.health == health) return;
  container.health = health;
  emit(container, EventAction::health);
  transition(container, container.state);
}

void FakeHost::make_wreck(const ContainerId& id, Wreck wreck) {
  FakeContainer& container = get(id);
  require(!container.up(), container, "it cannot become a wreck");
  container.wreck = wreck;
  container.started_at.reset();
  transition(container,
             wreck == Wreck::running ? ContainerState::running : ContainerState::created);
}

void FakeHost::set_command_behaviour(std::string pattern, Program program) {
  programs_.emplace_back(std::move(pattern), std::move(program));
}

void FakeHost::add_image(const std::string& reference) {
  images_.try_emplace(normal_image_reference(reference), nth_image_id(++numbers_));
}

void FakeHost::remove_image(const std::string& reference) {
  images_.erase(normal_image_reference(reference));
}

void FakeHost::move_tag(const std::string& reference) {
  images_[normal_image_reference(reference)] = nth_image_id(++numbers_);
}

bool FakeHost::has_image(const std::string& reference) const {
  return id_of_image(reference).has_value();
}

docker::Result<std::string> FakeHost::id_of_image(const std::string& reference) const {
  for (const auto& [normal, id] : images_) {
    if (id == reference) return id;
  }
  const auto image = images_.find(normal_image_reference(reference));
  if (image == images_.end()) {
    return docker::Error{docker::ErrorKind::not_found, 404,
                         fmt::format("no such image: {}", reference)};
  }
  return image->second;
}

}  // namespace genisys::fakes
