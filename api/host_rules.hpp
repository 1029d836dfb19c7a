// Which hosts a request may name. A page in a browser can reach a loopback port, under its own name
// by DNS rebinding or across origins; it cannot choose the Host and Origin fields, so these are
// checked.
//
// Pure. Immutable once made: any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace genisys::api {

// An IP address as 16 bytes, IPv4 in its IPv4-mapped form: two spellings of one address are equal.
using HostAddress = std::array<std::uint8_t, 16>;
std::optional<HostAddress> parse_address(std::string_view text);

class HostRules {
 public:
  // Allowed are localhost and the loopback addresses, `bind` where that is an address other than
  // the wildcard (a page may be served from 0.0.0.0 too), and `allowed_hosts` (names or addresses,
  // without port, in any case).
  HostRules(std::string_view bind, const std::vector<std::string>& allowed_hosts);

  enum class Verdict { allowed, foreign, malformed };
  // The value of a Host field: host[:port], IPv6 addresses in brackets. Any port is accepted: it
  // may have been forwarded.
  Verdict check_authority(std::string_view authority) const;
  // The value of an Origin field. "null" is foreign.
  Verdict check_origin(std::string_view origin) const;

 private:
  void allow(std::string_view host);

  std::set<std::string, std::less<>> names_;  // lower case
  std::set<HostAddress> addresses_;
};

}  // namespace genisys::api
