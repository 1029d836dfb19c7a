#include "docker/address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace genisys::docker {
namespace {

// Enough to tell it from a name; whether it is one, connecting shows.
bool looks_like_ipv6(std::string_view host) {
  return host.find(':') != std::string_view::npos &&
         host.find_first_of("[]/@") == std::string_view::npos;
}

constexpr std::size_t kLongestSocketPath = 107;

bool is_blank_or_control(char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; }

std::optional<Address> unix_address(std::string_view text, std::string_view path,
                                    std::string& why) {
  std::string absolute(path);
  if (!absolute.starts_with('/')) absolute.insert(absolute.begin(), '/');
  if (absolute.find_first_not_of('/') == std::string::npos) {
    why = fmt::format("'{}' names no socket: write unix:///var/run/docker.sock", text);
    return std::nullopt;
  }
  if (absolute.size() > kLongestSocketPath) {
    why = fmt::format("'{}': the path of a unix socket has at most {} bytes, this one has {}", text,
                      kLongestSocketPath, absolute.size());
    return std::nullopt;
  }
  return UnixAddress{std::move(absolute)};
}

std::optional<Address> tcp_address(std::string_view text, std::string_view authority,
                                   std::uint16_t default_port, std::string& why) {
  const auto refuse = [&](std::string_view reason) {
    why = fmt::format("'{}': {}; write tcp://host:2375", text, reason);
    return std::nullopt;
  };
  if (authority.ends_with('/')) authority.remove_suffix(1);
  if (authority.find_first_of("/?#@") != std::string_view::npos) {
    return refuse("only a host and a port may follow the scheme");
  }

  TcpAddress address{.host = {}, .port = default_port};
  std::string_view port;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return refuse("the bracket is not closed");
    address.host = authority.substr(1, end - 1);
    if (!looks_like_ipv6(address.host)) return refuse("an IPv6 address stands in the brackets");
    port = authority.substr(end + 1);
    if (!port.empty() && !port.starts_with(':')) return refuse("after the bracket comes :port");
  } else {
    const auto colon = authority.find(':');
    if (colon != authority.rfind(':')) return refuse("an IPv6 address stands in brackets");
    address.host = authority.substr(0, colon);
    if (colon != std::string_view::npos) port = authority.substr(colon);
  }
  if (address.host.empty()) return refuse("the host is missing");
  if (!port.empty()) {
    port.remove_prefix(1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (error != std::errc() || end != port.data() + port.size() || address.port == 0) {
      return refuse("the port is a number from 1 to 65535");
    }
  }
  return address;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text, std::string& why,
                                     std::uint16_t default_port) {
  if (text.empty()) {
    why = "the engine's address is empty: write unix:///var/run/docker.sock";
    return std::nullopt;
  }
  if (std::any_of(text.begin(), text.end(), is_blank_or_control)) {
    why = "the engine's address contains a blank or a control character";
    return std::nullopt;
  }
  if (text.starts_with('/')) return unix_address(text, text, why);

  const auto colon = text.find(':');
  std::string scheme(text.substr(0, colon));
  std::transform(scheme.begin(), scheme.end(), scheme.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const std::string_view rest =
      colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);

  if (rest.starts_with("//")) {
    const std::string_view place = rest.substr(2);
    if (scheme == "unix" || scheme == "http+unix") return unix_address(text, place, why);
    if (scheme == "tcp" || scheme == "http") {
      return tcp_address(text, place, default_port, why);
    }
    if (scheme == "https") {
      why =
          fmt::format("'{}': write tcp://host:2376, and name the certificates in docker.tls", text);
      return std::nullopt;
    }
  } else if (scheme == "unix" && rest.starts_with('/')) {
    return unix_address(text, rest, why);
  }
  why = fmt::format(
      "'{}' is no address of an engine that can be reached: write unix:///var/run/docker.sock or "
      "tcp://host:2375{}",
      text, scheme == "ssh" ? " (for ssh, forward the socket and name the local end)" : "");
  return std::nullopt;
}

bool is_local(const Address& address) {
  const auto* tcp = std::get_if<TcpAddress>(&address);
  if (tcp == nullptr || tcp->host == "localhost") return true;
  in_addr v4{};
  if (::inet_pton(AF_INET, tcp->host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  return ::inet_pton(AF_INET6, tcp->host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

std::string to_string(const Address& address) {
  if (const auto* local = std::get_if<UnixAddress>(&address)) return "unix://" + local->path;
  const auto& tcp = std::get<TcpAddress>(address);
  const bool is_ipv6 = tcp.host.find(':') != std::string::npos;
  return fmt::format("tcp://{}:{}", is_ipv6 ? '[' + tcp.host + ']' : tcp.host, tcp.port);
}

}  // namespace genisys::docker
