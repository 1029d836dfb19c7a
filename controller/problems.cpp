#include "controller/problems.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <utility>

namespace genisys::controller {
namespace {

std::string describe(const state::Problem& problem, std::string_view file) {
  std::string line(file);
  if (problem.at.line != 0) line += fmt::format(":{}:{}", problem.at.line, problem.at.column);
  line += ": ";
  if (!problem.pointer.empty()) {
    std::string key = problem.pointer.substr(1);
    std::ranges::replace(key, '/', '.');
    line += key + ": ";
  }
  return line + problem.message;
}

}  // namespace

std::vector<std::string> describe(state::Problems problems, std::span<const std::string> files) {
  std::ranges::stable_sort(problems, {}, [](const state::Problem& problem) {
    return std::tuple(problem.at.document, problem.at.line, problem.at.column);
  });
  std::vector<std::string> lines;
  for (const auto& problem : problems) {
    // What has no place concerns all of them; the first one stands for them.
    lines.push_back(
        describe(problem, files[std::min<std::size_t>(problem.at.document, files.size() - 1)]));
  }
  return lines;
}

}  // namespace genisys::controller
