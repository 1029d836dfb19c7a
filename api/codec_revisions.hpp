// The definitions that a service had, as JSON.
//
// Pure. Any thread.
#pragma once

#include <string>

#include "api/shown.hpp"
#include "state/model.hpp"

namespace genisys::api {

// {"current", "stable", "revisions": [{"revision", "recorded_at", "current", "stable",
// "definition"}, …]}, newest first. `stable` is null until an update completed.
std::string encode_revisions(const state::Service& service, Show show = Show::everything);

}  // namespace genisys::api
