// Splits a command line into words as a POSIX shell does before it expands anything.
//
// Pure. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace genisys::state {

// Words are separated by blanks and line ends. Single quotes keep everything; double quotes keep
// everything but a backslash before $ ` " \ or a line's end; a bare backslash keeps the next
// character. Nothing is expanded, and operators (; | && >) are plain characters: no shell sees the
// words. Returns nothing when a quote or a backslash is left open, and says so in `why`.
std::optional<std::vector<std::string>> split_words(std::string_view text, std::string& why);

}  // namespace genisys::state
