// Takes the target of a request apart: path segments and query, percent-decoded.
//
// Pure. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace genisys::api {

struct Target {
  std::vector<std::string> segments = {};  // "/service/web/" is {"service", "web"}; "/" is {}
  std::vector<std::pair<std::string, std::string>> query = {};
};

// Why a target is refused; for the detail of a problem.
struct TargetError {
  std::string message;
};

// Origin form only ("/path?query"). Segments and query are valid UTF-8 without control characters,
// no segment has a slash in it, and no key of the query comes twice. "." and ".." are names like
// others.
std::variant<Target, TargetError> parse_target(std::string_view target);

}  // namespace genisys::api
