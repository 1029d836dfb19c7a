// The writes there are: each decides on a Draft whether it applies, and says what came of it. Both
// the API (through Store::commit) and its dry run (on a Draft of its own) use them.
//
// Pure. Any thread.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "state/store.hpp"

namespace genisys::state {

// A client's If-Match: nothing when it sent none; `any` for "*" (the service must exist).
struct Precondition {
  bool any = false;
  std::vector<Generation> generations = {};
};

enum class RefusalKind {
  not_found,            // 404
  conflict,             // 409
  precondition_failed,  // 412
  invalid,              // 400
};

struct Refusal {
  RefusalKind kind;
  std::string detail;
  Problems problems = {};
};

enum class Effect { created, changed, unchanged };

template <class T>
using Decided = boost::system::result<T, Refusal>;

// POST /service: created; unchanged when the identical definition is there; conflict when another
// one is, or when the service of that name is being removed.
Decided<Effect> register_service(Draft& draft, const Definition& definition);

// PUT /service/{name}: created, changed or unchanged. Refused (invalid) when the current target
// exceeds what the new definition's host ports allow; conflict while it is being removed.
Decided<Effect> replace_definition(Draft& draft, const Definition& definition,
                                   const std::optional<Precondition>& if_match);

// POST …/scale, for one or several services at once: all or none. A target above
// `max_replicas_allowed` (limits.replicas) or above what the host ports allow is refused (invalid,
// with the pointer `/<name>`, or `/number` when there is one service and `single`).
Decided<Effect> set_targets(
    Draft& draft, const std::map<ServiceName, std::uint32_t>& targets,
    const std::optional<Precondition>& if_match, bool single,
    std::uint32_t max_replicas_allowed = std::numeric_limits<std::uint32_t>::max());

// DELETE /service/{name}: marks it; a second DELETE is unchanged.
Decided<Effect> remove_service(Draft& draft, const ServiceName& name,
                               const std::optional<Precondition>& if_match);

// The controller's last word on a removed service whose containers are gone. Unchanged when the
// service is absent or not marked.
Effect forget_service(Draft& draft, const ServiceName& name);

// One entry of the service file, and the target it asks for at the first sight of the service.
struct FileEntry {
  Definition definition;
  std::optional<std::uint32_t> first_target = {};
};

// Takes the entries that are new or changed since they were last taken. Returns the names taken. An
// entry is passed over, and looked at again with the next reading, when the service is being
// removed or its target exceeds what the entry's host ports allow: `passed_over` gets the reason,
// at `/<name>`.
std::vector<ServiceName> import_file(Draft& draft, const std::vector<FileEntry>& entries,
                                     Problems* passed_over = nullptr);

}  // namespace genisys::state
