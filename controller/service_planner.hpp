// What to do next about one service: plan() for a single one.
//
// Pure.
#pragma once

#include <algorithm>
#include <set>
#include <string>

#include "controller/verdict.hpp"

namespace genisys::controller {

// What several services share in one pass.
struct Pass {
  const PlanInput& input;
  Plan& plan;
  const ServiceViews& views;
  std::set<std::string> pulling = {};    // images with a pull under way or planned
  std::set<ResourceKey> preparing = {};  // the same of networks and volumes

  void wake_at(state::TimePoint when) {
    if (when <= input.now) return;
    plan.wake_at = plan.wake_at ? std::min(*plan.wake_at, when) : when;
  }
};

// Appends the actions for one service to the pass's plan, and says what it found in the way.
Verdict plan_service(Pass& pass, const Declared& declared, const ServiceView& view);

}  // namespace genisys::controller
