// A small world from bytes, and what holds for every plan that is made in it: as the property tests
// try it on random worlds, here on those that a fuzzer finds worth trying, over some rounds of
// acts, failures and time.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "controller/classify.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/properties.hpp"
#include "tests/support/plan_world.hpp"

namespace genisys::fuzz {
namespace {

using namespace std::chrono_literals;
using controller::Action;
using controller::ActKind;
using docker::ContainerState;
using test::PlanWorld;

constexpr std::uint32_t kMostRounds = 6;

std::string name_of(std::uint32_t service) { return "s" + std::to_string(service); }

void define(PlanWorld& world, Input& input, std::uint32_t service) {
  state::Definition definition = world.record(name_of(service)).definition;
  const std::uint8_t has = input.byte();
  if ((has & 1) != 0) definition.networks = {{.name = "back"}};
  if ((has & 2) != 0) {
    definition.restart_policy = state::RestartPolicy{
        .condition = input.pick({state::RestartCondition::none, state::RestartCondition::on_failure,
                                 state::RestartCondition::any}),
        .max_attempts = input.below(3)};
  }
  if ((has & 4) != 0) {
    definition.update_config = state::UpdateConfig{
        .parallelism = input.below(4),
        .order = input.pick({state::UpdateOrder::start_first, state::UpdateOrder::stop_first}),
        .max_failure_ratio = input.below(3) / 2.0,
        .failure_action = input.pick({state::FailureAction::pause, state::FailureAction::rollback,
                                      state::FailureAction::proceed})};
  }
  if ((has & 8) != 0) {
    const auto first = static_cast<std::uint16_t>(8000 + input.below(4));
    const auto last = static_cast<std::uint16_t>(first + input.below(6));
    definition.ports = {test::host_ports(first, last, "8000-8009:80")};
  }
  if ((has & 16) != 0) {
    definition.depends_on = {
        {name_of(input.below(4)),
         {input.pick({state::DependencyCondition::started, state::DependencyCondition::healthy,
                      state::DependencyCondition::completed}),
          !input.one_in(4)}}};
  }
  if ((has & 32) != 0) {
    definition.pull_policy = input.pick(
        {state::PullPolicy::missing, state::PullPolicy::always, state::PullPolicy::never});
  }
  if ((has & 64) != 0) definition.privileged = true;  // forbidden
  world.redefine(name_of(service), definition);
}

void add_container(PlanWorld& world, Input& input, std::uint32_t service) {
  auto& seen = world.own(
      name_of(service), 1 + input.below(6),
      input.pick({ContainerState::running, ContainerState::running, ContainerState::created,
                  ContainerState::exited, ContainerState::paused, ContainerState::restarting,
                  ContainerState::dead, ContainerState::removing, ContainerState::unknown}),
      1 + input.below(4));
  seen.running_since = world.now - std::chrono::seconds(input.below(20));
  seen.seen_at = world.now - std::chrono::seconds(input.below(4));
  if (seen.container.state == ContainerState::exited) seen.container.exit_code = input.below(3);
  const std::uint8_t is = input.byte();
  if ((is & 1) != 0) seen.container.labels[std::string(controller::kSpecLabel)] = "an older spec";
  if ((is & 2) != 0) seen.container.health = docker::Health::unhealthy;
  if ((is & 4) != 0) seen.container.health = docker::Health::starting;
  if ((is & 8) != 0) seen.hand = controller::Hand::stopped;
  if ((is & 16) != 0) seen.wreck = seen.container.state == ContainerState::running;
  if ((is & 32) != 0) seen.detailed = true;
  if ((is & 64) != 0) seen.container.name = "renamed-" + seen.container.id.str().substr(60);
  if ((is & 128) != 0) world.released.insert(seen.container.id.str());
}

void fill(PlanWorld& world, Input& input) {
  const std::uint8_t about = input.byte();
  world.world.reachable = (about & 1) == 0;
  world.world.listed = (about & 2) == 0;
  if ((about & 4) != 0) {
    world.world.doubt = controller::Doubt{"half of them are gone", world.now + 1s};
  }
  world.policy.adopt = (about & 8) == 0;
  const std::uint32_t services = 1 + input.below(3);
  for (std::uint32_t s = 0; s < services; ++s) {
    auto& record = world.declare(name_of(s), input.below(6), input.pick({"app:1", "db:2"}));
    const std::uint8_t is = input.byte();
    if ((is & 1) != 0) record.desired.reset();
    record.removing = (is & 2) != 0;
    record.keep_containers = (is & 4) != 0;
    record.paused = (is & 8) != 0;
    if ((is & 16) != 0) record.vacated = {1 + input.below(4)};
    if ((is & 32) != 0) world.call_stable(name_of(s));
    define(world, input, s);
    for (std::uint32_t c = input.below(8); c > 0; --c) add_container(world, input, s);
  }
  for (std::uint32_t f = input.below(4); f > 0; --f) {
    const std::string label =
        input.pick({"com.docker.compose.project", "io.genisys.instance", "io.genisys.ignore", "x"});
    world.foreign(input.pick({"app:1", "db:2", "other:1"}), {{label, "x"}});
  }
  for (const char* image : {"app:1", "db:2"}) {
    world.history.images[image].state =
        input.pick({controller::ImageState::present, controller::ImageState::unknown,
                    controller::ImageState::missing, controller::ImageState::failed});
  }
}

std::map<state::ServiceName, std::size_t> running(const PlanWorld& world) {
  std::map<state::ServiceName, std::size_t> count;
  for (const auto& [id, seen] : world.world.containers) {
    const auto identity = controller::identify(seen.container, world.instance, world.released);
    if (identity && controller::is_running(seen)) ++count[identity->service];
  }
  return count;
}

void require_ours(const PlanWorld& world, const Action& action) {
  const docker::ContainerId* id = controller::container_of(action);
  if (id == nullptr) return;
  const controller::Seen& seen = world.world.containers.at(*id);
  const auto identity = controller::identify(seen.container, world.instance, world.released);
  if (identity) {
    require(identity->service == action.service, "a container is its own service's");
    return;
  }
  require(controller::is_adoptable(seen.container, world.released), "what is foreign is untouched");
  require(world.policy.adopt, "nothing is adopted against the operator's word");
  const auto* stop = std::get_if<controller::StopContainer>(&action.what);
  require(stop != nullptr && stop->after == controller::AfterStop::keep,
          "what is adopted is stopped at most");
}

// More than the target runs only beside what it replaces.
void require_no_surplus(const PlanWorld& world, const Action& action, std::size_t will_run) {
  const state::Service& service = *world.wanted.at(action.service).service;
  require(service.desired.has_value() && !service.removing && !service.paused,
          "only what is wanted is started");
  require(!service.definition.privileged, "what the policy forbids is not started");
  require(!service.vacated.contains(controller::slot_of(action)), "a vacated slot stays empty");
  const bool replaces = action.cause.reason == state::Reason::updating ||
                        action.cause.reason == state::Reason::unhealthy;
  std::size_t surge = 0;
  if (replaces) {
    const auto& update = service.definition.update_config;
    const std::uint32_t parallelism = update ? update->parallelism.value_or(1) : 1;
    surge = parallelism == 0 ? *service.desired : parallelism;
    surge = std::max<std::size_t>(surge, 1);
  }
  require(will_run <= *service.desired + surge, "never more than the target and the surge");
}

void require_plan(const PlanWorld& world, const controller::Plan& plan) {
  require(plan.actions.empty() || (world.world.reachable && world.world.listed),
          "without a whole list there are no acts");
  require(!plan.wake_at || *plan.wake_at > world.now || !plan.actions.empty(),
          "what is to be done now is done now");
  require(plan.statuses.size() == world.wanted.size(), "every service has a status");
  require(std::ranges::is_sorted(plan.statuses, {}, &state::ServiceStatus::name), "by name");
  std::set<std::string> names;
  // What was let go keeps its name: the engine says so, and another one is taken.
  for (const auto& [id, seen] : world.world.containers) {
    if (!world.released.contains(id.str())) names.insert(seen.container.name);
  }
  std::set<std::pair<state::ServiceName, controller::Slot>> begun;
  for (const controller::InFlight& busy : world.in_flight) {
    if (busy.kind == ActKind::run || busy.kind == ActKind::start) {
      begun.emplace(busy.service, busy.slot);
    }
  }
  std::set<docker::ContainerId> touched;
  auto will_run = running(world);
  for (const Action& action : plan.actions) {
    const ActKind kind = controller::kind_of(action);
    require_ours(world, action);
    if (const auto* id = controller::container_of(action)) {
      require(touched.insert(*id).second, "a container gets one act");
      for (const controller::InFlight& busy : world.in_flight) {
        require(busy.container != *id, "what is busy is left alone");
      }
    }
    if (const auto* run = std::get_if<controller::RunContainer>(&action.what)) {
      require(names.insert(run->name).second, "a new container has a new name", run->name);
    }
    if (kind != ActKind::run && kind != ActKind::start) continue;
    require(begun.emplace(action.service, controller::slot_of(action)).second,
            "a slot gets one container");
    require_no_surplus(world, action, ++will_run[action.service]);
  }
}

// Some of the acts succeed, some are still under way, of some nothing is heard.
void act(PlanWorld& world, Input& input, const controller::Plan& plan) {
  world.in_flight.clear();
  for (const Action& action : plan.actions) {
    switch (input.below(4)) {
      case 0:
      case 1:
        world.carry_out(action);
        break;
      case 2: {
        controller::InFlight about{.kind = controller::kind_of(action),
                                   .service = action.service,
                                   .slot = controller::slot_of(action)};
        if (const auto* id = controller::container_of(action)) about.container = *id;
        if (const auto* pull = std::get_if<controller::PullImage>(&action.what)) {
          about.image = pull->image;
        }
        if (const auto* prepare = std::get_if<controller::PrepareResource>(&action.what)) {
          about.resource = prepare->key();
        }
        world.in_flight.push_back(std::move(about));
        break;
      }
      default:
        break;
    }
  }
}

// What happens to containers meanwhile.
void happen(PlanWorld& world, Input& input) {
  for (auto& [id, seen] : world.world.containers) {
    switch (input.below(12)) {
      case 1:
        if (!controller::is_running(seen)) break;
        seen.container.state = ContainerState::exited;
        seen.container.exit_code = 1;
        seen.ended_at = world.now;
        break;
      case 2:
        seen.container.health = docker::Health::unhealthy;
        break;
      case 3:
        seen.container.health = docker::Health::healthy;
        break;
      case 4:
        seen.detailed = true;
        break;
      default:
        break;
    }
  }
}

}  // namespace
}  // namespace genisys::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace genisys;
  using namespace genisys::fuzz;
  Input input(data, size);
  PlanWorld world;
  fill(world, input);
  for (std::uint32_t round = 0; round < kMostRounds; ++round) {
    world.learn();
    const controller::Plan plan = world.plan();
    require_plan(world, plan);
    const controller::Plan again = world.plan();
    require(plan.actions == again.actions && plan.statuses == again.statuses &&
                plan.wake_at == again.wake_at,
            "equal inputs make equal plans");
    if (input.empty()) break;
    act(world, input, plan);
    happen(world, input);
    world.advance(std::chrono::milliseconds(input.below(256) * 100));
    if (input.one_in(8)) world.desire(name_of(0), input.below(6));
  }
  return 0;
}
