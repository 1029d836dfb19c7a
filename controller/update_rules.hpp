// How a service is updated: its update_config (on the way back to an older revision its
// rollback_config, if it has one) with the defaults filled in, and what its ports and volumes
// force.
//
// Pure values. Any thread.
#pragma once

#include <cstdint>

#include "controller/plan.hpp"

namespace genisys::controller {

struct UpdateRules {
  std::uint32_t parallelism = 1;  // slots in replacement at a time; at least 1
  state::Duration delay = {};     // after a successor is proven, before the next step
  bool stop_first = false;        // the old one goes before its successor comes
  state::Duration monitor = {};   // how long a successor must be ready to be proven
  double max_failure_ratio = 0;   // of the replicas; more is a failed update
  state::FailureAction failure_action = state::FailureAction::pause;
  state::Duration progress_deadline = {};
};

// `target`: how many replicas shall run.
UpdateRules update_rules(const state::Service& service, std::uint32_t target, const Policy& policy);

}  // namespace genisys::controller
