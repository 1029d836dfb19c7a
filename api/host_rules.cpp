#include "api/host_rules.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "api/text.hpp"

namespace genisys::api {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr HostAddress kLoopbackV6{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
constexpr HostAddress kAnyV6{};
constexpr HostAddress kAnyV4{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};

bool is_v4(const HostAddress& address) {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), address.begin());
}

bool is_loopback(const HostAddress& address) {
  return address == kLoopbackV6 || (is_v4(address) && address[12] == 127);
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port <= 65535;
}

bool is_host_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_alphanumeric(c) || c == '-' || c == '.' || c == '_';
  });
}

struct Host {
  std::string name;  // lower case; empty when it is an address
  std::optional<HostAddress> address;
};

std::optional<Host> parse_authority(std::string_view text) {
  std::string_view host = text;
  std::string_view rest;
  const bool bracketed = text.starts_with('[');
  if (bracketed) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
  } else if (const auto colon = text.find(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    rest = text.substr(colon);
  }
  if (!rest.empty() && !(rest.starts_with(':') && is_port(rest.substr(1)))) return std::nullopt;

  std::optional<HostAddress> address = parse_address(host);
  if (bracketed && (!address || host.find(':') == std::string_view::npos)) return std::nullopt;
  if (address) return Host{.name = {}, .address = address};
  if (!is_host_name(host)) return std::nullopt;
  return Host{.name = lower_case(host), .address = {}};
}

}  // namespace

std::optional<HostAddress> parse_address(std::string_view text) {
  const std::string terminated(text);
  if (terminated.size() != std::strlen(terminated.c_str())) return std::nullopt;
  HostAddress address{};
  if (inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1) return address;
  std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.begin());
  if (inet_pton(AF_INET, terminated.c_str(), address.data() + kMappedPrefix.size()) == 1) {
    return address;
  }
  return std::nullopt;
}

HostRules::HostRules(std::string_view bind, const std::vector<std::string>& allowed_hosts) {
  names_.insert("localhost");
  addresses_.insert(kLoopbackV6);
  if (const auto address = parse_address(bind); address && address != kAnyV4 && address != kAnyV6) {
    addresses_.insert(*address);
  }
  for (const std::string& host : allowed_hosts) allow(host);
}

void HostRules::allow(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (const auto address = parse_address(host)) {
    addresses_.insert(*address);
  } else {
    names_.insert(lower_case(host));
  }
}

HostRules::Verdict HostRules::check_authority(std::string_view authority) const {
  const std::optional<Host> host = parse_authority(authority);
  if (!host) return Verdict::malformed;
  const bool allowed = host->address
                           ? is_loopback(*host->address) || addresses_.contains(*host->address)
                           : names_.contains(host->name);
  return allowed ? Verdict::allowed : Verdict::foreign;
}

HostRules::Verdict HostRules::check_origin(std::string_view origin) const {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!origin.starts_with(scheme)) continue;
    return check_authority(origin.substr(scheme.size()));
  }
  return Verdict::foreign;
}

}  // namespace genisys::api
