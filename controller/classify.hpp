// Sorts the containers of one service into its slots: who serves, who is to be replaced, who has
// ended, what is busy. First-match rules in a fixed order; says what is, not what to do about it.
//
// Pure. The views point into the World and the InFlight list they were made from.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "controller/plan.hpp"
#include "controller/world.hpp"

namespace genisys::controller {

// What one container of ours is at this moment.
enum class Role {
  busy_stopping,  // a stop or removal of ours is under way, or the engine is removing it
  wreck,          // left over from an engine crash: neither runs nor can be started
  ended,          // exited
  finished,       // the same, and its restart policy does not start it again
  returning,      // stopped by hand a moment ago: a restart may bring it back
  serving,        // runs and is of the current spec
  failing,        // the same, and unhealthy or paused by hand: to be replaced
  startable,      // created, of the current spec, never ran
  outdated,       // runs, of another spec
  unusable,       // created, of another spec: never ran and never will
};

struct Member {
  const Seen* seen = nullptr;
  Identity identity;
  Role role = Role::ended;
};

// One slot with everything that is in it; members newest incarnation first.
struct SlotView {
  std::vector<Member> members;
  const InFlight* busy = nullptr;  // a run or start under way

  // The best member of a role, null when there is none: running before not, healthy before not,
  // then the oldest, so that two observers choose the same.
  const Member* best(Role role) const;
  std::size_t count(Role role) const;
  // The container of the current spec that runs: the serving one before the failing one.
  const Member* current() const;
  // What ran last, when it is of the current spec and is not to be started again; else null.
  const Member* finished() const;
  // A replica is there or on its way: this slot needs no new one.
  bool is_taken() const;
};

struct ServiceView {
  std::map<Slot, SlotView> slots;
  std::vector<const Seen*> adopted;  // newest first; those that are not being stopped
  std::size_t adopted_stopping = 0;
  const InFlight* forgetting = nullptr;
  bool concluding = false;                  // the end of its rollout is being recorded
  std::set<docker::ContainerId> examining;  // ended ones whose last words are being read
};

Role classify(const Seen& seen, const Identity& identity, const Declared& declared,
              const std::vector<InFlight>& in_flight, const Policy& policy, state::TimePoint now);

// A finished one that did what it was to do.
bool succeeded(const Member& member);

// Running, and healthy where there is a health check.
bool is_ready(const Seen& seen);

// Its health check fails, or somebody paused it.
bool is_ill(const Seen& seen);

// When it will have been ready for `at_least`, or has been; nothing while it is not ready.
std::optional<state::TimePoint> proven_at(const Seen& seen, state::Duration at_least);

// It has, and the engine said so after that time: what happened since the last look may have gone
// unheard.
bool is_proven(const Seen& seen, state::Duration at_least);

// Counted by `docker ps` as running.
bool is_running(const Seen& seen);

using ServiceViews = std::map<state::ServiceName, ServiceView>;

// The whole world, sorted by service. Services that share an image adopt nothing.
ServiceViews classify_world(const PlanInput& input);

}  // namespace genisys::controller
