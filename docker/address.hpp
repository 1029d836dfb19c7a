// Where an engine listens, and the texts by which people name such a place.
//
// Pure. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace genisys::docker {

struct UnixAddress {
  std::string path;  // absolute, 1…107 bytes: what fits into a sockaddr_un

  bool operator==(const UnixAddress&) const = default;
};

struct TcpAddress {
  std::string host;  // a name, an IPv4 address or an IPv6 address without brackets
  std::uint16_t port = 2375;

  bool operator==(const TcpAddress&) const = default;
};

using Address = std::variant<UnixAddress, TcpAddress>;

// Reads what Docker's clients accept: unix:///path, unix://path (the two slashes of docker-py: a
// missing leading slash is added), unix:/path, http+unix://…, a bare /path, tcp://host[:port] and
// http://host[:port]. Anything else yields nothing, and `why` says what is wrong with the text and
// what to write instead.
inline constexpr std::uint16_t kPlainPort = 2375;
inline constexpr std::uint16_t kTlsPort = 2376;
std::optional<Address> parse_address(std::string_view text, std::string& why,
                                     std::uint16_t default_port = kPlainPort);
// Whether nobody but this machine can listen in. A name other than localhost may be anywhere.
bool is_local(const Address& address);

// The canonical text: "unix:///var/run/docker.sock", "tcp://[::1]:2375".
std::string to_string(const Address& address);

}  // namespace genisys::docker
