#include "state/port.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <charconv>

#include "state/text.hpp"

namespace genisys::state {
namespace {

// 1…65535 in plain decimal digits.
std::optional<std::uint16_t> parse_number(std::string_view text) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number == 0 || text[0] == '0') {
    return std::nullopt;
  }
  return number;
}

// The address as the system writes it, so that two spellings compare equal.
std::optional<std::string> canonical_address(std::string_view text, int family) {
  std::array<unsigned char, sizeof(in6_addr)> address;
  std::array<char, INET6_ADDRSTRLEN> written;
  if (::inet_pton(family, std::string(text).c_str(), address.data()) != 1 ||
      ::inet_ntop(family, address.data(), written.data(), written.size()) == nullptr) {
    return std::nullopt;
  }
  return written.data();
}

bool is_any_address(std::string_view ip) { return ip.empty() || ip == "0.0.0.0" || ip == "::"; }

}  // namespace

std::string_view to_string(Protocol protocol) {
  switch (protocol) {
    case Protocol::tcp:
      return "tcp";
    case Protocol::udp:
      return "udp";
    case Protocol::sctp:
      return "sctp";
  }
  return "tcp";
}

std::optional<std::uint16_t> Port::host_port(std::uint32_t slot) const {
  if (is_ephemeral()) return std::uint16_t{0};
  const std::uint32_t width = std::uint32_t{host_last} - host_first + 1;
  if (slot == 0 || slot > width) return std::nullopt;
  return static_cast<std::uint16_t>(host_first + slot - 1);
}

std::optional<Port> parse_port(std::string_view text, std::string& why) {
  const auto fail = [&](std::string_view reason) {
    why = fmt::format("{} is not a port: {}", quote(text), reason);
    return std::nullopt;
  };
  Port port{.text = std::string(text)};
  std::string_view rest = text;
  if (const std::size_t slash = rest.find('/'); slash != std::string_view::npos) {
    const std::string_view protocol = rest.substr(slash + 1);
    rest = rest.substr(0, slash);
    if (protocol == "udp") {
      port.protocol = Protocol::udp;
    } else if (protocol == "sctp") {
      port.protocol = Protocol::sctp;
    } else if (protocol != "tcp") {
      return fail(fmt::format("the protocol {} must be tcp, udp or sctp", quote(protocol)));
    }
  }

  const std::size_t last_colon = rest.rfind(':');
  const bool has_host = last_colon != std::string_view::npos;
  const std::string_view container = has_host ? rest.substr(last_colon + 1) : rest;
  const auto number = parse_number(container);
  if (!number && container.find('-') != std::string_view::npos) {
    return fail("a range of container ports is not supported, list each of them");
  }
  if (!number) return fail("the container's port must be a number from 1 to 65535");
  port.container = *number;
  if (!has_host) return port;

  std::string_view host = rest.substr(0, last_colon);
  if (const std::size_t colon = host.rfind(':'); colon != std::string_view::npos) {
    const std::string_view ip = host.substr(0, colon);
    host = host.substr(colon + 1);
    const bool in_brackets = ip.size() >= 2 && ip.front() == '[' && ip.back() == ']';
    const auto address = in_brackets ? canonical_address(ip.substr(1, ip.size() - 2), AF_INET6)
                                     : canonical_address(ip, AF_INET);
    if (!address) {
      return fail(
          fmt::format("the host address {} must be an IPv4 address, or an IPv6 address in "
                      "brackets",
                      quote(ip)));
    }
    port.host_ip = *address;
    if (host.empty()) return port;
  }

  const std::size_t dash = host.find('-');
  const auto first = parse_number(host.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : parse_number(host.substr(dash + 1));
  if (!first || !last) return fail("the host's port must be a number from 1 to 65535, or a range");
  if (*last < *first) return fail("the range of host ports must rise");
  port.host_first = *first;
  port.host_last = *last;
  return port;
}

bool may_collide(const Port& a, const Port& b) {
  if (a.is_ephemeral() || b.is_ephemeral() || a.protocol != b.protocol) return false;
  if (a.host_last < b.host_first || b.host_last < a.host_first) return false;
  return is_any_address(a.host_ip) || is_any_address(b.host_ip) || a.host_ip == b.host_ip;
}

}  // namespace genisys::state
