// What differs between two JSON documents, and what may.
#pragma once

#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "tests/support/json.hpp"

namespace genisys::test {

// A place that one of them has and the other has not, or has with another value.
struct Difference {
  std::string path;    // "HostConfig.Binds[0]", "Config.Labels.com.example.team"
  std::string theirs;  // as JSON; "(absent)"
  std::string ours;

  bool operator==(const Difference&) const = default;
};

// "path: theirs / ours", a line.
void PrintTo(const Difference& difference, std::ostream* out);

enum class Allowance {
  any,        // nothing below such a path is looked at
  any_order,  // the elements of such an array are compared as a set with repetitions
};

struct Allowed {
  std::string path;  // '*' is any text, also none; everything else stands for itself
  Allowance allowance;
  std::string reason;
};

// In the order of the paths. Of those allowed that match a path the first counts. `null`, an empty
// array and an empty object are the same: all three are how the engine says "none".
std::vector<Difference> differences(const Json& theirs, const Json& ours,
                                    std::span<const Allowed> allowed);

}  // namespace genisys::test
