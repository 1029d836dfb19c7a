// A look at the state file while no connector runs.
//
// Blocking. Any thread, as long as this process has no store open on the file: closing a descriptor
// of it would end that store's lock.
#pragma once

#include <string>

#include "state/model.hpp"
#include "state/sqlite_file.hpp"  // OpenError

namespace genisys::state {

// What is recorded, of an absent file nothing. The file is copied and the copy is read, with what
// its WAL holds: nothing is written to it, not even a migration. Throws OpenError, which tells a
// file that a connector uses (in_use).
Snapshot peek_state(const std::string& path);

}  // namespace genisys::state
