// How a service's history of definitions grows, and what is kept of it.
//
// Pure. Any thread.
#pragma once

#include <memory>
#include <optional>

#include "state/model.hpp"

namespace genisys::state {

// A service's first record: revision 1, without a target.
Service first_record(const Definition& definition, WallTime now);

// Gives the service another definition as a new revision, which is no way back. Its generation is
// the caller's.
void revise(Service& service, const Definition& definition, WallTime now);

// Takes a kept revision for the stable one, and lets go of an older stable one that only this had
// kept.
void take_for_stable(Service& service, Revision revision);

// The service's history; of one that has none, its current definition alone. Never null or empty.
std::shared_ptr<const RevisionHistory> history_of(const Service& service);

// Null when it is not kept.
const RevisionRecord* find_revision(const RevisionHistory& history, Revision revision);

// What a roll-back without a named revision goes to: the stable one unless it is the current,
// otherwise the one before the current. Nothing when there is none.
std::optional<Revision> revision_to_go_back_to(const Service& service);

}  // namespace genisys::state
