// JSON of what a reading of the service files came to.
//
// Pure. Any thread.
#pragma once

#include <string>

#include "state/import.hpp"

namespace genisys::api {

// {"effect", "taken": [{"service", "effect"[, "target"]}, …], "unchanged": […], "kept":
// [{"service", "message"}, …], "passed_over": likewise, "gone": […], "shared": [{"what", "name",
// "change"}, …], "notices": […]}. Of a dry run also "dry_run": true, first, and "actions", last.
// `reload` has no errors.
enum class DryRun { no, yes };
std::string encode_reload(const state::Reload& reload, DryRun dry_run);

}  // namespace genisys::api
