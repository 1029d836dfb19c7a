#include "tests/fuzz/properties.hpp"

#include <algorithm>
#include <cstdio>
#include <set>

#include "state/documents.hpp"
#include "state/text.hpp"

namespace genisys::fuzz {
namespace {

constexpr std::size_t kLongestMessage = 64 * 1024;
constexpr std::size_t kMostJson = std::size_t{64} * 1024 * 1024;

bool is_pointer(std::string_view text) {
  if (!text.empty() && text.front() != '/') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '~' && (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1'))) {
      return false;
    }
  }
  return true;
}

bool is_text(std::string_view text) {
  return state::is_utf8(text) && text.find('\0') == std::string_view::npos;
}

}  // namespace

void require(bool holds, std::string_view claim, std::string_view about) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(claim.size()), claim.data());
  const std::string_view shown = about.substr(0, 4096);
  if (!about.empty()) std::fprintf(stderr, "%.*s\n", static_cast<int>(shown.size()), shown.data());
  std::abort();
}

bool same(const state::Value& left, const state::Value& right) {
  if (left.content().index() != right.content().index()) return false;
  if (const bool* flag = left.as_bool()) return *flag == *right.as_bool();
  if (const auto* number = left.as_number()) return *number == *right.as_number();
  if (const auto* text = left.as_string()) return *text == *right.as_string();
  if (const auto* list = left.as_list()) {
    return std::ranges::equal(*list, *right.as_list(), same);
  }
  if (const auto* map = left.as_map()) {
    return std::ranges::equal(*map, *right.as_map(),
                              [](const state::Member& a, const state::Member& b) {
                                return a.key == b.key && same(a.value, b.value);
                              });
  }
  return true;
}

std::size_t lines_of(std::string_view text) {
  return 1 + static_cast<std::size_t>(
                 std::ranges::count_if(text, [](char c) { return c == '\n' || c == '\r'; }));
}

void require_told(const state::Problems& problems, std::size_t lines) {
  require(!problems.empty(), "what is refused is refused for a reason");
  for (const state::Problem& problem : problems) {
    require(!problem.message.empty(), "a problem has a message", problem.pointer);
    require(state::is_utf8(problem.message), "a message is UTF-8", problem.message);
    require(problem.message.size() <= kLongestMessage, "a message is short", problem.message);
    require(state::is_utf8(problem.pointer), "a pointer is UTF-8", problem.pointer);
    require(is_pointer(problem.pointer), "a pointer is one", problem.pointer);
    // The end of the text counts as a place.
    require(problem.at.line <= lines + 1, "a problem is within the text", problem.message);
  }
}

void require_sound(const state::Value& tree, std::size_t max_depth) {
  if (const auto* text = tree.as_string()) require(is_text(*text), "a text is UTF-8", *text);
  if (const auto* number = tree.as_number()) {
    require(!number->text.empty(), "a number has digits");
  }
  const auto* list = tree.as_list();
  const auto* map = tree.as_map();
  if (list == nullptr && map == nullptr) return;
  require(max_depth > 0, "depth is bounded");
  if (list != nullptr) {
    for (const state::Value& item : *list) require_sound(item, max_depth - 1);
    return;
  }
  std::set<std::string_view> keys;
  for (const state::Member& member : *map) {
    require(is_text(member.key), "a key is UTF-8", member.key);
    require(keys.insert(member.key).second, "no key comes twice", member.key);
    require_sound(member.value, max_depth - 1);
  }
}

void require_json(std::string_view text) {
  state::Problems problems;
  const auto read = state::read_json(text, problems, kMostJson);
  require(read.has_value(), problems.empty() ? "it is JSON" : problems.front().message, text);
}

}  // namespace genisys::fuzz
