// What to tell an operator whose state file cannot be used: which copy there is, how old it is, and
// the commands that bring it back. Reads what is beside the file; changes nothing. Blocking;
// internal to the SQLite store.
#pragma once

#include <string>

namespace genisys::state {

// Of a file that is damaged: how to go on with the newest backup that is whole, if there is one.
// Half a sentence, in the imperative.
std::string advice_for_damaged(const std::string& state_file);

// Of a file that a newer program wrote: how to go back to what was before, as long as this program
// can read it (schemas up to `newest`).
std::string advice_for_newer(const std::string& state_file, int newest);

// Of a file that is not there, or is empty: empty when nothing says that there ever was one.
std::string advice_for_lost(const std::string& state_file);

}  // namespace genisys::state
