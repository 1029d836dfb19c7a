// The writes there are: each decides on a Draft whether it applies, and says what came of it. Both
// the API (through Store::commit) and its dry run (on a Draft of its own) use them. One that
// changes something notes it in the journal, for the draft's author.
//
// Pure. Any thread.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
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
// one is, or when the service of that name is being removed; invalid, with the pointer
// `/depends_on`, when services would depend on each other in a circle.
Decided<Effect> register_service(Draft& draft, const Definition& definition);

// PUT /service/{name}: created, changed or unchanged. Refused (invalid) when the current target
// exceeds what the new definition's host ports allow, or for a circle as above; conflict while it
// is being removed.
Decided<Effect> replace_definition(Draft& draft, const Definition& definition,
                                   const std::optional<Precondition>& if_match);

// POST …/scale, for one or several services at once: all or none. A target above
// `max_replicas_allowed` (limits.replicas) or above what the host ports allow is refused (invalid,
// with the pointer `/<name>`, or `/number` when there is one service and `single`).
//
// `vacate`: slots that shall hold nothing while this target stands; only with `single`. At most
// 1000, from 1 upward. One that a range of host ports provides for takes its port out of use: what
// is then left must do for the target. All of it invalid otherwise, with the pointer `/remove`. A
// scale that names none fills the slots again.
Decided<Effect> set_targets(
    Draft& draft, const std::map<ServiceName, std::uint32_t>& targets,
    const std::optional<Precondition>& if_match, bool single,
    std::uint32_t max_replicas_allowed = std::numeric_limits<std::uint32_t>::max(),
    const std::set<std::uint32_t>& vacate = {});

// DELETE /service/{name}: marks it; a second DELETE is unchanged, unless it asks for more: that
// containers are stopped or volumes removed which the first would have kept. `Volumes::remove`
// needs `Containers::stop`: what runs on uses them.
enum class Containers { stop, keep };
enum class Volumes { keep, remove };
Decided<Effect> remove_service(Draft& draft, const ServiceName& name,
                               const std::optional<Precondition>& if_match,
                               Containers containers = Containers::stop,
                               Volumes volumes = Volumes::keep);

// The controller's last word on a removed service: its containers are gone, or are `released` and
// nobody's from now on. What the controller remembers of it goes too, and what it shared with
// nobody who is left. Unchanged when the service is absent or not marked.
Effect forget_service(Draft& draft, const ServiceName& name,
                      const std::set<std::string>& released = {});

// POST …/pause and …/resume: changed or unchanged; not_found; conflict while it is being removed.
// They say nothing of what is wanted, so the generation stays.
Decided<Effect> pause_service(Draft& draft, const ServiceName& name,
                              const std::optional<Precondition>& if_match);
Decided<Effect> resume_service(Draft& draft, const ServiceName& name,
                               const std::optional<Precondition>& if_match);

// DELETE …/backoff: what failed may be tried again now. Always changed; not_found. The generation
// stays.
Decided<Effect> reset_backoff(Draft& draft, const ServiceName& name);

// POST …/rollback: the definition of revision `to`, as a new revision. Without `to`, that of the
// last stable revision unless it is the current one, else of the one before the current. Unchanged
// when that is the current definition. Refused: invalid, with the pointer `/revision`, when no such
// revision is kept or the target exceeds what its host ports allow; conflict while it is being
// removed; invalid, with the pointer `/depends_on`, for a circle. `why` is for the journal, where a
// draft without an author makes it a decision of the connector.
Decided<Effect> roll_back(Draft& draft, const ServiceName& name, std::optional<Revision> to,
                          const std::optional<Precondition>& if_match, const std::string& why = {});

// The controller's word that a revision's rollout completed. Unchanged when it said so before, or
// when there is no such service, or no such revision of it any more. The generation stays.
Effect note_stable(Draft& draft, const ServiceName& name, Revision revision);

// One entry of the service files, and the target it asks for at the first sight of the service.
struct FileEntry {
  Definition definition;
  std::optional<std::uint32_t> first_target = {};
  Position at = {};
};

}  // namespace genisys::state
