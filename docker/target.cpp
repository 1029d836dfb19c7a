#include "docker/target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace genisys::docker {

std::optional<ApiVersion> ApiVersion::parse(std::string_view text) {
  ApiVersion version;
  const char* const end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, version.major);
  if (major.ec != std::errc() || major.ptr == end || *major.ptr != '.') return std::nullopt;
  const auto minor = std::from_chars(major.ptr + 1, end, version.minor);
  if (minor.ec != std::errc() || minor.ptr != end) return std::nullopt;
  if (version.major < 0 || version.minor < 0) return std::nullopt;
  return version;
}

std::string ApiVersion::str() const { return fmt::format("{}.{}", major, minor); }

Result<ApiVersion> negotiate(std::string_view offered) {
  const auto newest = ApiVersion::parse(offered);
  if (!newest) {
    return Error{ErrorKind::protocol, 0,
                 "what answers is not a Docker engine: it names no Engine API version"};
  }
  if (*newest < kLowestApi) {
    return Error{
        ErrorKind::unsupported, 0,
        fmt::format("the engine speaks API {} at most, and {} is needed: use Docker Engine "
                    "20.10 or newer",
                    newest->str(), kLowestApi.str())};
  }
  return std::min(*newest, kHighestApi);
}

std::string percent_encode(std::string_view text, std::string_view keep) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (is_plain || keep.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

namespace target {
namespace {

// The characters that image references are made of and that mean nothing else inside a path.
constexpr std::string_view kReferencePunctuation = "/:@";

// One before each of `special`.
std::string with_backslashes(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::string list(bool all, const std::vector<ContainerId>& ids) {
  std::string out = all ? "/containers/json?all=1" : "/containers/json?all=0";
  if (ids.empty()) return out;
  std::string quoted;
  for (const ContainerId& id : ids) {
    if (!quoted.empty()) quoted += ',';
    quoted += fmt::format("\"{}\"", id.str());
  }
  return out + "&filters=" + percent_encode(fmt::format(R"({{"id":[{}]}})", quoted));
}

std::string inspect(std::string_view id_or_name) {
  return fmt::format("/containers/{}/json", percent_encode(id_or_name));
}

std::string create(std::string_view name) {
  return fmt::format("/containers/create?name={}", percent_encode(name));
}

std::string start(const ContainerId& id) { return fmt::format("/containers/{}/start", id.str()); }

std::string stop(const ContainerId& id, std::chrono::seconds grace) {
  // A negative number would mean "wait for ever".
  return fmt::format("/containers/{}/stop?t={}", id.str(),
                     std::max<std::chrono::seconds::rep>(0, grace.count()));
}

std::string remove(const ContainerId& id, bool force) {
  return fmt::format("/containers/{}?v=1&force={}", id.str(), force ? 1 : 0);
}

std::string logs(const ContainerId& id, int lines) {
  // The engine takes what is no natural number for "all of it".
  return fmt::format("/containers/{}/logs?stdout=1&stderr=1&tail={}", id.str(), std::max(0, lines));
}

std::string image(std::string_view reference) {
  return fmt::format("/images/{}/json", percent_encode(reference, kReferencePunctuation));
}

std::string pull(std::string_view reference) {
  std::string_view name = reference;
  std::string_view version;
  if (const auto at = reference.find('@'); at != std::string_view::npos) {
    name = reference.substr(0, at);
    version = reference.substr(at + 1);
  }
  // A colon before the last slash belongs to the registry's port.
  const auto slash = name.rfind('/');
  const auto colon = name.find(':', slash == std::string_view::npos ? 0 : slash);
  if (colon != std::string_view::npos) {
    if (version.empty()) version = name.substr(colon + 1);
    name = name.substr(0, colon);
  }
  if (version.empty()) version = "latest";
  return fmt::format("/images/create?fromImage={}&tag={}",
                     percent_encode(name, kReferencePunctuation),
                     percent_encode(version, kReferencePunctuation));
}

std::string networks(std::string_view name) {
  const std::string expression = with_backslashes(name, R"(\.+*?()|[]{}^$)");
  const std::string quoted = with_backslashes(expression, R"(\")");
  return "/networks?filters=" + percent_encode(fmt::format(R"({{"name":["^{}$"]}})", quoted));
}

std::string network(std::string_view id) { return fmt::format("/networks/{}", percent_encode(id)); }

std::string connect(std::string_view network) {
  return fmt::format("/networks/{}/connect", percent_encode(network));
}

std::string volume(std::string_view name) {
  return fmt::format("/volumes/{}", percent_encode(name));
}

std::string events() { return "/events?filters=" + percent_encode(R"({"type":["container"]})"); }

}  // namespace target

std::string versioned(ApiVersion version, std::string_view path) {
  return fmt::format("/v{}{}", version.str(), path);
}

}  // namespace genisys::docker
