#include "controller/setting.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "state/definition.hpp"
#include "state/text.hpp"

namespace genisys::controller {
namespace {

constexpr std::string_view kIsEmpty = "is empty (remove the key or give a value)";

}  // namespace

std::nullopt_t Setting::reject(std::string message) const {
  problems_.push_back({pointer_, std::move(message), at_});
  return std::nullopt;
}

std::nullopt_t Setting::reject_kind(std::string_view wanted) const {
  if (value_.is_null()) return reject(std::string(kIsEmpty));
  if (const std::string* text = value_.as_string()) {
    return reject(fmt::format("{} is needed here, not the string {}", wanted, state::quote(*text)));
  }
  return reject(fmt::format("{} is needed here, not {}", wanted, value_.kind_name()));
}

std::optional<std::string> Setting::text() const {
  const std::string* text = value_.as_string();
  if (text == nullptr) return reject_kind("a string");
  if (text->empty()) return reject(std::string(kIsEmpty));
  return *text;
}

std::optional<bool> Setting::boolean() const {
  const bool* boolean = value_.as_bool();
  if (boolean == nullptr) return reject_kind("true or false");
  return *boolean;
}

std::optional<std::uint32_t> Setting::integer(std::uint32_t lowest, std::uint32_t highest) const {
  const state::Number* number = value_.as_number();
  if (number == nullptr) return reject_kind("a whole number");
  const std::string& text = number->text;
  std::uint32_t result = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result);
  const bool is_read = error == std::errc{} && end == text.data() + text.size();
  if (!is_read || result < lowest || result > highest) {
    return reject(fmt::format("{} is out of range (allowed: {} to {})", text, lowest, highest));
  }
  return result;
}

std::optional<std::chrono::milliseconds> Setting::duration(
    std::chrono::milliseconds lowest, std::chrono::milliseconds highest) const {
  const std::string* text = value_.as_string();
  if (text == nullptr && value_.as_number() != nullptr) text = &value_.as_number()->text;
  if (text == nullptr) return reject_kind("a duration such as 5s");
  const auto duration = state::parse_duration(*text);
  if (!duration) {
    return reject(
        fmt::format("{} is no duration (write 500ms, 5s, 1m30s or 1h)", state::quote(*text)));
  }
  if (*duration < lowest || *duration > highest) {
    return reject(fmt::format("{} is out of range (allowed: {} to {})", *text,
                              state::format_duration(lowest), state::format_duration(highest)));
  }
  return duration;
}

std::optional<std::filesystem::path> Setting::path(const std::filesystem::path& folder) const {
  const auto given = text();
  if (!given) return std::nullopt;
  return (folder / *given).lexically_normal();
}

std::vector<Setting> Setting::items() const {
  std::vector<Setting> items;
  const state::List* list = value_.as_list();
  if (list == nullptr) {
    reject_kind("a list");
    return items;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    items.emplace_back((*list)[i], (*list)[i].at(), state::pointer_to(pointer_, i), problems_);
  }
  return items;
}

void read_members(const state::Value& map, std::string_view pointer,
                  std::span<const std::string_view> known, state::Problems& problems,
                  const std::function<void(std::size_t key, const state::Member& member,
                                           const std::string& pointer)>& read) {
  if (map.is_null()) return;  // a section whose every line is commented out
  if (map.as_map() == nullptr) {
    problems.push_back({std::string(pointer),
                        fmt::format("lines `key: value` are needed here, not {}", map.kind_name()),
                        map.at()});
    return;
  }
  for (const state::Member& member : *map.as_map()) {
    const std::string at = state::pointer_to(pointer, member.key);
    const auto found = std::ranges::find(known, member.key);
    if (found == known.end()) {
      problems.push_back({at, unknown_key(member.key, known), member.at});
    } else {
      read(static_cast<std::size_t>(found - known.begin()), member, at);
    }
  }
}

Setting setting_of(const state::Member& member, std::string pointer, state::Problems& problems) {
  // Of a value that is not there, the reader knows no good place.
  const state::Position place = member.value.is_null() ? member.at : member.value.at();
  return {member.value, place, std::move(pointer), problems};
}

std::string unknown_key(std::string_view key, std::span<const std::string_view> known) {
  if (const std::string_view meant = state::nearest(key, known); !meant.empty()) {
    return fmt::format("unknown key (did you mean {}?)", meant);
  }
  return fmt::format("unknown key (this version knows {})", fmt::join(known, ", "));
}

}  // namespace genisys::controller
