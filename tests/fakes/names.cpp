#include "tests/fakes/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace genisys::fakes {

namespace {

// splitmix64.
std::uint64_t mixed(std::uint64_t n) {
  n += 0x9e3779b97f4a7c15;
  n = (n ^ (n >> 30)) * 0xbf58476d1ce4e5b9;
  n = (n ^ (n >> 27)) * 0x94d049bb133111eb;
  return n ^ (n >> 31);
}

std::string nth_hex64(std::uint64_t n) {
  const std::uint64_t first = mixed(n);
  const std::uint64_t second = mixed(first);
  return fmt::format("{:016x}{:016x}{:016x}{:016x}", first, second, mixed(second), n);
}

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_every_address(std::string_view ip) { return ip.empty() || ip == "0.0.0.0" || ip == "::"; }

bool is_ipv6(std::string_view ip) { return ip.find(':') != std::string_view::npos; }

}  // namespace

bool is_container_name(std::string_view name) {
  return name.size() >= 2 && is_word_character(name.front()) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return is_word_character(c) || c == '_' || c == '.' || c == '-';
         });
}

docker::ContainerId nth_container_id(std::uint64_t n) {
  return *docker::ContainerId::parse(nth_hex64(n));
}

std::string nth_image_id(std::uint64_t n) { return "sha256:" + nth_hex64(~n); }

std::string nth_network_id(std::uint64_t n) { return nth_hex64(n + (std::uint64_t{1} << 32)); }

std::string normal_image_reference(std::string_view reference) {
  for (const std::string_view prefix : {"docker.io/", "library/"}) {
    if (reference.starts_with(prefix)) reference.remove_prefix(prefix.size());
  }
  const auto last_part = reference.substr(reference.rfind('/') + 1);
  const bool has_tag = last_part.find(':') != std::string_view::npos;
  return std::string(reference) + (has_tag ? "" : ":latest");
}

std::string signal_number(std::string_view signal) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kNumbers{
      {{"HUP", "1"},
       {"INT", "2"},
       {"QUIT", "3"},
       {"KILL", "9"},
       {"USR1", "10"},
       {"USR2", "12"},
       {"TERM", "15"},
       {"WINCH", "28"}}};
  if (signal.starts_with("SIG")) signal.remove_prefix(3);
  const auto known = std::find_if(kNumbers.begin(), kNumbers.end(),
                                  [&](const auto& entry) { return entry.first == signal; });
  return std::string(known == kNumbers.end() ? signal : known->second);
}

bool same_socket(const docker::PublishedPort& a, const docker::PublishedPort& b) {
  if (a.host_port != b.host_port || a.protocol != b.protocol) return false;
  if (a.host_ip == b.host_ip || a.host_ip.empty() || b.host_ip.empty()) return true;
  return is_ipv6(a.host_ip) == is_ipv6(b.host_ip) &&
         (is_every_address(a.host_ip) || is_every_address(b.host_ip));
}

bool glob_matches(std::string_view pattern, std::string_view text) {
  // On a mismatch the last star takes one character more; earlier stars need no second look.
  std::size_t p = 0, t = 0, after_star = std::string_view::npos, retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      retry = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (after_star != std::string_view::npos) {
      p = after_star;
      t = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace genisys::fakes
