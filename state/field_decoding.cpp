#include "state/field_decoding.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "state/definition.hpp"
#include "state/text.hpp"

namespace genisys::state {
namespace {

constexpr std::size_t kMostUnknownKeys = 16;

}  // namespace

void report(Problems& problems, std::string_view pointer, Position at, std::string message) {
  problems.push_back({std::string(pointer), std::move(message), at});
}

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

const std::string* text_of(const Value& value) {
  if (const Number* number = value.as_number()) return &number->text;
  return value.as_string();
}

void check_keys(const Map& map, std::span<const std::string_view> known, std::string_view pointer,
                Problems& problems) {
  std::size_t unknown = 0;
  for (const Member& member : map) {
    if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
    if (++unknown > kMostUnknownKeys) continue;
    const std::string_view meant = nearest(member.key, known);
    report(problems, pointer_to(pointer, member.key), member.at,
           meant.empty()
               ? fmt::format("unknown key {}: the keys are {}", quote(member.key),
                             fmt::join(known, ", "))
               : fmt::format("unknown key {}: did you mean {}?", quote(member.key), quote(meant)));
  }
  if (unknown > kMostUnknownKeys) {
    report(problems, pointer, {},
           fmt::format("and {} more unknown keys", unknown - kMostUnknownKeys));
  }
}

std::optional<std::vector<std::string>> decode_words(const Value& value, std::string_view pointer,
                                                     Problems& problems) {
  const List& list = *value.as_list();
  if (list.size() > kMaxEntries) {
    report(problems, pointer, value.at(),
           fmt::format("{} words are more than the {} allowed", list.size(), kMaxEntries));
    return std::nullopt;
  }
  const std::size_t before = problems.size();
  std::vector<std::string> words;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Value& item = list[i];
    const std::string* word = item.as_string();
    if (word == nullptr) {
      report(problems, pointer_to(pointer, i), item.at(),
             fmt::format("must be a string, not {}: write it in quotes", item.kind_name()));
      continue;
    }
    if (has_nul(*word)) {
      report(problems, pointer_to(pointer, i), item.at(), "a word must not hold a NUL character");
    }
    bytes += word->size();
    words.push_back(*word);
  }
  if (bytes > kMaxTotalBytes) {
    report(problems, pointer, value.at(),
           fmt::format("{} bytes in all are more than the {} allowed", bytes, kMaxTotalBytes));
  }
  if (problems.size() != before) return std::nullopt;
  return words;
}

std::optional<std::chrono::milliseconds> decode_duration(const Value& value,
                                                         std::string_view pointer,
                                                         Problems& problems) {
  const std::string* text = text_of(value);
  if (text == nullptr) {
    report(problems, pointer, value.at(),
           fmt::format("must be a duration such as \"10s\", not {}", value.kind_name()));
    return std::nullopt;
  }
  const auto duration = parse_duration(*text);
  if (!duration) {
    report(problems, pointer, value.at(),
           fmt::format("{} is not a duration: write it like 10s, 1m30s or 500ms, down to whole "
                       "milliseconds",
                       quote(*text)));
  }
  return duration;
}

std::optional<std::uint32_t> decode_count(const Value& value, std::uint32_t most,
                                          std::string_view pointer, Problems& problems) {
  const std::string* text = text_of(value);
  if (text != nullptr) {
    std::uint32_t count = 0;
    const char* const end = text->data() + text->size();
    const auto [rest, error] = std::from_chars(text->data(), end, count);
    if (error == std::errc{} && rest == end && count <= most) return count;
  }
  report(problems, pointer, value.at(),
         fmt::format("must be an integer from 0 to {}, not {}", most,
                     text == nullptr ? std::string(value.kind_name()) : quote(*text)));
  return std::nullopt;
}

}  // namespace genisys::state
