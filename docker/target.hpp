// What is written into the request line: API versions and the paths of the calls there are. All
// text that goes into a URL passes the one percent-encoder here.
//
// Pure. Any thread.
#pragma once

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "docker/types.hpp"

namespace genisys::docker {

struct ApiVersion {
  int major = 0;
  int minor = 0;

  // "1.41"
  static std::optional<ApiVersion> parse(std::string_view text);
  std::string str() const;
  auto operator<=>(const ApiVersion&) const = default;
};

// The range that is spoken: Docker Engine 20.10 to 29.x, Podman 4.
inline constexpr ApiVersion kLowestApi{1, 41};
inline constexpr ApiVersion kHighestApi{1, 51};

// The version to speak with an engine whose newest is `offered` (its Api-Version header);
// `unsupported` when the engine is too old, `protocol` when the text is no version. An engine that
// no longer speaks the result says so when asked, and that is classified as `unsupported`, too.
Result<ApiVersion> negotiate(std::string_view offered);

// Everything outside A-Z a-z 0-9 - . _ ~ and the characters of `keep` as %XX.
std::string percent_encode(std::string_view text, std::string_view keep = {});

// The paths, without the version.
namespace target {
inline constexpr std::string_view kPing = "/_ping";
inline constexpr std::string_view kInfo = "/info";
// `all`: also those that do not run; `ids`: only these, all of them when empty.
std::string list(bool all, const std::vector<ContainerId>& ids);
std::string inspect(std::string_view id_or_name);
std::string create(std::string_view name);
std::string start(const ContainerId& id);
std::string stop(const ContainerId& id, std::chrono::seconds grace);
std::string remove(const ContainerId& id, bool force);
std::string logs(const ContainerId& id, int lines);
std::string image(std::string_view reference);
// A reference without tag and digest means :latest here; the engine would pull every tag there is.
std::string pull(std::string_view reference);
// Among others: the engine takes what it is given for an expression.
std::string networks(std::string_view name);
std::string network(std::string_view id);
inline constexpr std::string_view kCreateNetwork = "/networks/create";
std::string connect(std::string_view network);
std::string volume(std::string_view name);
inline constexpr std::string_view kCreateVolume = "/volumes/create";
// Container events only.
std::string events();
}  // namespace target

// "/v1.41/info"
std::string versioned(ApiVersion version, std::string_view path);

}  // namespace genisys::docker
