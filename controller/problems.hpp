// What is wrong with files, as lines for a person.
//
// Pure. Any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "state/value.hpp"

namespace genisys::controller {

// "file:line:column: key.of.it", without what is not known.
std::string describe_place(const std::string& pointer, state::Position at, std::string_view file);

// In the order of the files and of their lines, one line each: "file:line:column: key.of.it: what
// is wrong". `files`: the names of all documents, by Position::document; not empty.
std::vector<std::string> describe(state::Problems problems, std::span<const std::string> files);

}  // namespace genisys::controller
