// What is said of a name that a file uses and does not declare.
//
// Pure. Any thread.
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "state/text.hpp"

namespace genisys::state::compose {

// "<what>: did you mean 'x'?" when `name` is near one of `known`, else "<what>: <advice>".
inline std::string undeclared(std::string_view what, std::string_view name,
                              const std::vector<std::string_view>& known, std::string_view advice) {
  // Beyond that the search costs more than the guess is worth, in a file full of mistakes.
  constexpr std::size_t kMostCompared = 256;
  const std::string_view meant =
      known.size() <= kMostCompared ? nearest(name, known) : std::string_view();
  if (meant.empty()) return fmt::format("{}: {}", what, advice);
  return fmt::format("{}: did you mean {}?", what, quote(meant));
}

template <class T>
std::vector<std::string_view> names_of(const std::map<std::string, T>& map) {
  std::vector<std::string_view> names;
  for (const auto& [name, value] : map) names.emplace_back(name);
  return names;
}

}  // namespace genisys::state::compose
