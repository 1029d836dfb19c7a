// Learns from what is observed: counts each end and each illness of a container once, clears what a
// proven replica has made good and what is no longer in the way, and follows the rollouts.
// (Failures of acts are noted where acts end, with note_slot_failure.)
//
// Pure but for the history it updates; deterministic for equal inputs.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "controller/backoff.hpp"
#include "controller/world.hpp"
#include "state/journal.hpp"

namespace genisys::controller {

struct PlanInput;

// A recorded service with the hashes of its spec and of the stable revision's, which are worth
// keeping between passes.
struct Declared {
  std::shared_ptr<const state::Service> service;
  std::string spec;
  std::optional<std::string> stable_spec = {};
  // Since which revision the service has been of this spec without interruption: a container of an
  // earlier time has no say in whether it is run again.
  state::Revision spec_since{0};
};
using Wanted = std::map<state::ServiceName, Declared>;

// The services of a snapshot; hashes are taken over from `previous` where the record is the same
// object.
Wanted declare(const state::Snapshot& snapshot, const Wanted& previous);

// One value in 0…1 per call.
using Jitter = std::function<double()>;

// `input.history` is `history`. Returns what is worth the journal, oldest first.
std::vector<state::JournalEntry> absorb(History& history, const PlanInput& input,
                                        const Jitter& jitter);

// One more failure of a slot: on its ladder, in the service's count, and for its rollout.
void note_slot_failure(ServiceHistory& service, Slot slot, state::Reason cause, std::string message,
                       const BackoffPolicy& policy, state::TimePoint now, state::WallTime wall,
                       const Jitter& jitter);

// "exited with code 1 after 0.3 s", "killed by signal 9 after 2 s", "out of memory after 5 s".
std::string describe_end(const Seen& seen);

// The same for the journal; `log`: the last words.
state::ContainerEnd end_of(const Seen& seen, std::string log);

}  // namespace genisys::controller
