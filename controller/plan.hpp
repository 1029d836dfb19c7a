// What to do next. plan() compares what is wanted with what is seen and returns the acts that lead
// from here to there, each with its cause, the status of every service, and the time at which to
// look again although nothing happened.
//
// Pure: equal inputs make equal plans; no clock, no I/O, no globals. The same function serves the
// reconciler, the dry run, the simulator and the tests.
//
// What holds for every plan, whatever the inputs (see docs/reconciliation.md):
//  - only containers that identify() as ours, or that are adopted, are named in an act;
//  - at most `desired` containers of a service run or are about to run by our doing, those still
//    ending included; a start-first update allows as many more as its parallelism, the replacement
//    of an unhealthy one allows one more;
//  - a slot has one container that runs or may be started;
//  - a slot with an act under way gets no other;
//  - without a whole list of containers, or with the engine unreachable, there are no acts at all.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "controller/backoff.hpp"
#include "controller/history.hpp"
#include "controller/world.hpp"
#include "docker/types.hpp"
#include "state/host_policy.hpp"
#include "state/model.hpp"
#include "state/resource_use.hpp"

namespace genisys::controller {

struct Cause {
  state::Reason reason = state::Reason::none;
  std::string message = {};

  bool operator==(const Cause&) const = default;
};

// Create and start a new container in a slot.
struct RunContainer {
  Slot slot = 0;
  std::uint32_t incarnation = 1;
  std::string name;
  docker::ContainerSpec spec;

  bool operator==(const RunContainer&) const = default;
};

// Start one of ours that is created and never ran.
struct StartContainer {
  Slot slot = 0;
  docker::ContainerId id;
  // The networks besides the first, which it may not have joined yet.
  std::vector<docker::Endpoint> joins = {};

  bool operator==(const StartContainer&) const = default;
};

enum class AfterStop { keep, remove };

// Stop gracefully; remove it then, unless it is adopted.
struct StopContainer {
  Slot slot = 0;  // 0: adopted
  docker::ContainerId id;
  std::chrono::seconds grace;
  AfterStop after = AfterStop::remove;

  bool operator==(const StopContainer&) const = default;
};

enum class Removal {
  plain,   // refused by the engine should it run after all
  forced,  // wrecks only
};

struct RemoveContainer {
  Slot slot = 0;
  docker::ContainerId id;
  Removal removal = Removal::plain;

  bool operator==(const RemoveContainer&) const = default;
};

// Read the last words of one that ended, for the journal, before it is buried.
struct ExamineContainer {
  Slot slot = 0;
  docker::ContainerId id;

  bool operator==(const ExamineContainer&) const = default;
};

enum class PullWhen { missing, always };

struct PullImage {
  std::string image;
  PullWhen when = PullWhen::missing;

  bool operator==(const PullImage&) const = default;
};

// See that a network or a volume is there, and make it when it is not.
enum class WhenAbsent {
  make,
  fail,  // it is for somebody else to make
};

struct PrepareResource {
  std::variant<docker::NetworkConfig, docker::Volume> resource;
  WhenAbsent when_absent = WhenAbsent::make;

  ResourceKey key() const;
  bool operator==(const PrepareResource&) const = default;
};

// The current revision failed: the definition of `to` becomes the next one.
struct RollBack {
  state::Revision to{0};

  bool operator==(const RollBack&) const = default;
};

// Every replica of the current revision is proven: this is where a roll-back leads.
struct MarkStable {
  state::Revision revision{0};

  bool operator==(const MarkStable&) const = default;
};

// The service was deleted and nothing of it is left but what it lets go: containers that shall run
// on as nobody's. Before it is forgotten, what was made for it and is of no use to others is
// removed, if it is ours; what cannot be removed is left.
struct ForgetService {
  std::set<docker::ContainerId> released = {};
  state::ResourceNames unused = {};

  bool operator==(const ForgetService&) const = default;
};

struct Action {
  state::ServiceName service;
  state::Generation generation{0};  // decided on; an act that begins later checks it
  Cause cause;
  std::variant<RunContainer, StartContainer, StopContainer, RemoveContainer, ExamineContainer,
               PullImage, PrepareResource, RollBack, MarkStable, ForgetService>
      what;

  bool operator==(const Action&) const = default;
};

ActKind kind_of(const Action& action);
Slot slot_of(const Action& action);
const docker::ContainerId* container_of(const Action& action);

struct Policy {
  BackoffPolicy backoff = {};
  bool adopt = true;
  std::chrono::seconds default_grace{10};
  // Defaults of update_config. How long a successor must have been ready before the one it replaces
  // is stopped; how long an update may make no progress.
  state::Duration monitor = std::chrono::seconds(5);
  state::Duration progress_deadline = std::chrono::minutes(10);
  // How long after an implausible look, or plan, a second one may confirm it.
  state::Duration second_look = std::chrono::seconds(1);
  // How long a container that was stopped by hand may take to come back (docker restart).
  state::Duration restart_by_hand = std::chrono::seconds(2);
  // What a definition may ask of the host. One that asks for more starts nothing; what runs is
  // left.
  state::HostPolicy host = {};
};

struct PlanInput {
  const Wanted& wanted;
  const state::SharedResources& shared;
  const std::set<std::string>& released;  // ids of containers that were let go
  const std::string& instance;
  const World& world;
  const History& history;
  const std::vector<InFlight>& in_flight;
  const Policy& policy;
  state::TimePoint now;
  state::WallTime wall;
};

struct Plan {
  std::vector<Action> actions;  // by service, then in the order to begin them
  std::vector<state::ServiceStatus>
      statuses;  // one per service, by name; Condition::since is `wall`
  std::optional<state::TimePoint>
      wake_at;  // the earliest time at which waiting alone changes the plan
  // Containers about which the engine must have been asked by then, for the plan to go on.
  std::map<docker::ContainerId, state::TimePoint> look_at = {};
  // Ends that were held back, to be planned again from a second look; none for other services.
  std::map<state::ServiceName, std::set<docker::ContainerId>> doubted = {};
};

Plan plan(const PlanInput& input);

// Conditions that say what they said before keep the time since when they say it.
void carry_over(std::vector<state::ServiceStatus>& statuses,
                const std::map<state::ServiceName, state::ServiceStatus>& previous);

// The dry run's form.
state::PlannedAction describe(const Action& action);

}  // namespace genisys::controller
