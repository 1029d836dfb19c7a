// The short syntax of published ports.
//
// Pure. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "state/definition.hpp"

namespace genisys::state {

// [[host_ip:]host[-last]:]container[/protocol]; an IPv6 address is in brackets, and an empty host
// ("127.0.0.1::80") leaves the choice to the engine. Returns nothing and says why when it is
// something else.
std::optional<Port> parse_port(std::string_view text, std::string& why);

// Whether some replica could ask for a host port that the other's asks for as well.
bool may_collide(const Port& a, const Port& b);

}  // namespace genisys::state
