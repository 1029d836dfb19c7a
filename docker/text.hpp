// Text from outside, made safe to show: in a log, a terminal, a JSON answer.
//
// Pure. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace genisys::docker {

enum class LineBreaks { replace, keep };

// `text` as valid UTF-8 without control characters (replaced by blanks; with LineBreaks::keep, line
// feeds and tabs stay and carriage returns before a line feed go) and without invalid bytes
// (replaced by '?'). Not longer than `limit` bytes: what is too long ends in "…". Blanks and line
// breaks at the end are cut.
std::string printable(std::string_view text, std::size_t limit,
                      LineBreaks breaks = LineBreaks::replace);

// Compares ASCII letters without regard to case.
bool contains_ignoring_case(std::string_view text, std::string_view part);

}  // namespace genisys::docker
