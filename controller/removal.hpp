// How a deleted service goes: ours are stopped and removed, what was adopted is left as it is, and
// when nothing of it is left, what was made for it goes too and it is forgotten. Asked to keep its
// containers, those that run are let go instead.
//
// Pure.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "controller/verdict.hpp"

namespace genisys::controller {

struct RemovalStep {
  std::vector<std::pair<Slot, const Member*>> retiring = {};  // that are to end now
  std::optional<ForgetService> forget = {};                   // nothing else is left
};

RemovalStep next_removal(const state::Service& service, const ServiceView& view,
                         const Wanted& wanted);

}  // namespace genisys::controller
