// What is wrong with files, as lines for a person.
//
// Pure. Any thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "state/value.hpp"

namespace genisys::controller {

// In the order of the files and of their lines, one line each: "file:line:column: key.of.it: what
// is wrong". `files`: the names of all documents, by Position::document; not empty.
std::vector<std::string> describe(state::Problems problems, std::span<const std::string> files);

}  // namespace genisys::controller
