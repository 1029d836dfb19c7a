// What is wrong with a file, as lines for a person.
//
// Pure. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "state/value.hpp"

namespace genisys::controller {

// In the order of the file, one line each: "file:line:column: key.of.it: what is wrong".
std::vector<std::string> describe(state::Problems problems, std::string_view file);

}  // namespace genisys::controller
