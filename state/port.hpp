// The short syntax of published ports.
//
// Pure. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "state/definition.hpp"

namespace genisys::state {

// [[host_ip:]host[-last]:]container[-last][/protocol]; an IPv6 address is in brackets, and an empty
// host ("127.0.0.1::80") leaves the choice to the engine. A range of the container's ports is
// several ports, each with a text of its own; as many of the host then belong to them, one each.
// Returns none and says why when it is something else.
std::vector<Port> parse_ports(std::string_view text, std::string& why);

// A range of ports, or one, and its protocol: "3000", "8000-8010/udp".
std::optional<ExposedPort> parse_exposed(std::string_view text, std::string& why);

// An IPv4 or IPv6 address as the system writes it, so that two spellings compare equal.
std::optional<std::string> canonical_ipv4(std::string_view text);
std::optional<std::string> canonical_ipv6(std::string_view text);
std::optional<std::string> canonical_address(std::string_view text);

// Whether some replica could ask for a host port that the other's asks for as well.
bool may_collide(const Port& a, const Port& b);

}  // namespace genisys::state
