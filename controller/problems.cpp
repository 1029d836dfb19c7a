#include "controller/problems.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <utility>

namespace genisys::controller {

std::string describe_place(const std::string& pointer, state::Position at, std::string_view file) {
  std::string place(file);
  if (at.line != 0) place += fmt::format(":{}:{}", at.line, at.column);
  if (!pointer.empty()) {
    std::string key = pointer.substr(1);
    std::ranges::replace(key, '/', '.');
    place += ": " + key;
  }
  return place;
}

std::vector<std::string> describe(state::Problems problems, std::span<const std::string> files) {
  std::ranges::stable_sort(problems, {}, [](const state::Problem& problem) {
    return std::tuple(problem.at.document, problem.at.line, problem.at.column);
  });
  std::vector<std::string> lines;
  for (const auto& problem : problems) {
    // What has no place concerns all of them; the first one stands for them.
    const std::string& file = files[std::min<std::size_t>(problem.at.document, files.size() - 1)];
    lines.push_back(describe_place(problem.pointer, problem.at, file) + ": " + problem.message);
  }
  return lines;
}

}  // namespace genisys::controller
