// When a container that ended by itself is started again: what restart, or deploy.restart_policy,
// changes about the ladders. What it does not say is as for every service: always, ever more
// slowly.
//
// What ended for good is told from the container alone, so that its end is told the same by every
// process and after every restart of the engine: the dead one of a slot is the memory that it has
// run.
//
// Pure.
#pragma once

#include <optional>

#include "controller/backoff.hpp"
#include "controller/verdict.hpp"

namespace genisys::controller {

// An ended container that is not to be started again: under the condition none whatever its end,
// also one by a hand or with the engine (it may not bear to run twice); under on_failure when it
// ended with code 0.
bool is_over(const Seen& seen, const state::RestartPolicy& rules);

// Why a slot is not tried any more; nothing while it is.
std::optional<Obstacle> attempts_exhausted(const state::Service& service, const SlotHistory& slot,
                                           const state::RestartPolicy& rules);

// The ladders of a service with these rules.
BackoffPolicy backoff_of(const state::RestartPolicy& rules, const BackoffPolicy& policy);

}  // namespace genisys::controller
