#include "state/port.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "state/field_decoding.hpp"
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

// "8080" or "8080-8089"; the first may be above the last.
struct Range {
  std::uint16_t first = 0;
  std::uint16_t last = 0;

  std::uint32_t width() const { return std::uint32_t{last} - first + 1; }
};

std::optional<Range> parse_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = parse_number(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : parse_number(text.substr(dash + 1));
  if (!first || !last) return std::nullopt;
  return Range{*first, *last};
}

std::optional<Protocol> parse_protocol(std::string_view text) {
  for (const Protocol protocol : {Protocol::tcp, Protocol::udp, Protocol::sctp}) {
    if (text == to_string(protocol)) return protocol;
  }
  return std::nullopt;
}

// What stands behind the slash, with it; `text` keeps the rest.
std::string_view take_protocol(std::string_view& text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::string_view suffix = text.substr(slash);
  text = text.substr(0, slash);
  return suffix;
}

std::optional<std::string> canonical(std::string_view text, int family) {
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

std::optional<std::string> canonical_ipv4(std::string_view text) {
  return canonical(text, AF_INET);
}
std::optional<std::string> canonical_ipv6(std::string_view text) {
  return canonical(text, AF_INET6);
}
std::optional<std::string> canonical_address(std::string_view text) {
  auto address = canonical_ipv4(text);
  return address ? address : canonical_ipv6(text);
}

std::vector<Port> parse_ports(std::string_view text, std::string& why) {
  const auto fail = [&](std::string_view reason) {
    why = fmt::format("{} is not a port: {}", quote(text), reason);
    return std::vector<Port>();
  };
  Port port;
  std::string_view rest = text;
  const std::string_view suffix = take_protocol(rest);
  if (!suffix.empty()) {
    const auto protocol = parse_protocol(suffix.substr(1));
    if (!protocol) {
      return fail(fmt::format("the protocol {} must be tcp, udp or sctp", quote(suffix.substr(1))));
    }
    port.protocol = *protocol;
  }

  const std::size_t last_colon = rest.rfind(':');
  const bool has_host = last_colon != std::string_view::npos;
  const auto container = parse_range(has_host ? rest.substr(last_colon + 1) : rest);
  if (!container) {
    return fail("the container's port must be a number from 1 to 65535, or a range of them");
  }
  if (container->last < container->first) return fail("the range of container ports must rise");

  std::string_view ip;  // with its colon
  std::string_view host = has_host ? rest.substr(0, last_colon) : std::string_view();
  if (const std::size_t colon = host.rfind(':'); colon != std::string_view::npos) {
    ip = host.substr(0, colon + 1);
    const std::string_view given = host.substr(0, colon);
    host = host.substr(colon + 1);
    const bool in_brackets = given.size() >= 2 && given.front() == '[' && given.back() == ']';
    const auto address =
        in_brackets ? canonical_ipv6(given.substr(1, given.size() - 2)) : canonical_ipv4(given);
    if (!address) {
      return fail(
          fmt::format("the host address {} must be an IPv4 address, or an IPv6 address in "
                      "brackets",
                      quote(given)));
    }
    port.host_ip = *address;
  } else if (has_host && host.empty()) {
    return fail("the host's port is missing before the ':'");
  }

  if (!host.empty()) {
    const auto range = parse_range(host);
    if (!range) return fail("the host's port must be a number from 1 to 65535, or a range");
    if (range->last < range->first) return fail("the range of host ports must rise");
    if (container->width() > 1 && container->width() != range->width()) {
      return fail(
          fmt::format("{} ports of the host cannot be {} of the container: make the ranges "
                      "equally long",
                      range->width(), container->width()));
    }
    port.host_first = range->first;
    port.host_last = range->last;
  }
  if (container->width() == 1) {
    port.text = text;
    port.container = container->first;
    return {port};
  }
  if (container->width() > kMaxEntries) {
    return fail(
        fmt::format("{} ports are more than the {} allowed", container->width(), kMaxEntries));
  }
  std::vector<Port> ports;
  for (std::uint32_t i = 0; i < container->width(); ++i) {
    Port one = port;
    one.container = static_cast<std::uint16_t>(container->first + i);
    std::string host_text;
    if (!port.is_ephemeral()) {
      one.host_first = one.host_last = static_cast<std::uint16_t>(port.host_first + i);
      host_text = std::to_string(one.host_first);
    }
    one.text = fmt::format("{}{}{}{}{}", ip, host_text, has_host ? ":" : "", one.container, suffix);
    ports.push_back(std::move(one));
  }
  return ports;
}

std::optional<ExposedPort> parse_exposed(std::string_view text, std::string& why) {
  std::string_view rest = text;
  const std::string_view suffix = take_protocol(rest);
  const auto range = parse_range(rest);
  const auto protocol =
      suffix.empty() ? std::optional(Protocol::tcp) : parse_protocol(suffix.substr(1));
  if (range && protocol && range->first <= range->last) {
    return ExposedPort{range->first, range->last, *protocol};
  }
  why = fmt::format(
      "{} is not a port: write a number from 1 to 65535 or a range that rises, and /tcp, /udp or "
      "/sctp behind it, such as \"3000\" or \"8000-8010/udp\"",
      quote(text));
  return std::nullopt;
}

bool may_collide(const Port& a, const Port& b) {
  if (a.is_ephemeral() || b.is_ephemeral() || a.protocol != b.protocol) return false;
  if (a.host_last < b.host_first || b.host_last < a.host_first) return false;
  return is_any_address(a.host_ip) || is_any_address(b.host_ip) || a.host_ip == b.host_ip;
}

}  // namespace genisys::state
