// The answer to "why is it not as I want it?", put together from what the planner said of the
// service (its status, so that the two cannot disagree) and from what happened to it (the journal).
//
// Pure. Any thread.
#pragma once

#include <string>
#include <vector>

#include "state/journal.hpp"
#include "state/model.hpp"

namespace genisys::api {

// What to read of the journal for it: the newest entries of the service.
constexpr std::size_t kWhyEntries = 300;

// `status` as current_status() gives it; `entries` of that service by ascending id. Newest first
// where it lists them.
std::string encode_why(const state::Service& service, const state::ServiceStatus& status,
                       const std::vector<state::JournalEntry>& entries);

}  // namespace genisys::api
