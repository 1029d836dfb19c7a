// What is too strange to be acted on at the first look. Engines show nothing, or less, while they
// boot, after a change of their storage, or when somebody restored an old disk; and a mistake in
// what we believe must not take a whole service down. A second, equal look decides.
//
// Pure.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "controller/plan.hpp"

namespace genisys::controller {

// Containers of ours, and whether each runs.
using OwnContainers = std::map<docker::ContainerId, bool>;

// Why a whole list that shows `now`, where `before` was known, is hard to believe; nothing when it
// is not. `explained`: containers whose removal was told by an event or is our own act.
// `reconnected`: the events were cut off in between, as by a restart of the engine.
std::optional<std::string> doubt_in(const OwnContainers& before, const OwnContainers& now,
                                    const std::set<docker::ContainerId>& explained,
                                    bool reconnected);

// The running containers that `actions` (of one service) would end, when those are, together with
// the ones being ended, more than one and more than half of what runs, and nothing was written
// since the service converged. Else empty.
std::set<docker::ContainerId> unasked_ends(std::span<const Action> actions,
                                           const state::Service& service,
                                           const ServiceHistory& history, const PlanInput& input);

}  // namespace genisys::controller
