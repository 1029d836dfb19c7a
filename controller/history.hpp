// Learns from what is observed: counts each end of a container once, and clears what a proven
// replica has made good. (Failures of acts are noted where acts end, with note_failure.)
//
// Pure but for the history it updates; deterministic for equal inputs.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "controller/backoff.hpp"
#include "controller/world.hpp"

namespace genisys::controller {

// A recorded service with the hash of its spec, which is worth keeping between passes.
struct Declared {
  std::shared_ptr<const state::Service> service;
  std::string spec;
};
using Wanted = std::map<state::ServiceName, Declared>;

// The services of a snapshot; hashes are taken over from `previous` where the record is the same
// object.
Wanted declare(const state::Snapshot& snapshot, const Wanted& previous);

// One value in 0…1 per call.
using Jitter = std::function<double()>;

void absorb(History& history, const World& world, const Wanted& wanted, std::string_view instance,
            const BackoffPolicy& policy, state::TimePoint now, state::WallTime wall,
            const Jitter& jitter);

// "exited with code 1 after 0.3 s", "killed by signal 9 after 2 s", "out of memory after 5 s".
std::string describe_end(const Seen& seen);

}  // namespace genisys::controller
