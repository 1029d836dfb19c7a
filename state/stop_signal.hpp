// Signals by name and number, as an engine on Linux takes them.
//
// Pure. Any thread.
#pragma once

#include <optional>
#include <string_view>

namespace genisys::state {

// "SIGTERM", "TERM", "SIGRTMIN+3", "15": the number, 1…64; nothing when it is no signal. The case
// of a name does not matter. RTMIN is 34 and RTMAX 64, as the C library numbers them.
std::optional<int> parse_signal(std::string_view text);

}  // namespace genisys::state
