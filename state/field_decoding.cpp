#include "state/field_decoding.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "state/definition.hpp"
#include "state/quantities.hpp"
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

void report_choice(const Value& value, std::span<const std::string_view> names,
                   std::string_view pointer, Problems& problems) {
  report(problems, pointer, value.at(),
         fmt::format("must be one of {}, not {}", fmt::join(names, ", "), shown(value)));
}

std::string shown(const Value& value) {
  const std::string* text = text_of(value);
  return text == nullptr ? std::string(value.kind_name()) : quote(*text);
}

bool require_map(const Value& value, std::string_view key, std::string_view pointer,
                 Problems& problems) {
  if (value.as_map() != nullptr) return true;
  report(problems, pointer, value.at(),
         fmt::format("must be a map such as {{\"{}\": …}}, not {}", key, value.kind_name()));
  return false;
}

bool require_list(const Value& value, std::string_view example, std::string_view pointer,
                  Problems& problems) {
  const List* list = value.as_list();
  if (list == nullptr) {
    report(problems, pointer, value.at(),
           fmt::format("must be a list such as [{}], not {}", example, value.kind_name()));
    return false;
  }
  if (list->size() > kMaxEntries) {
    report(problems, pointer, value.at(),
           fmt::format("{} entries are more than the {} allowed", list->size(), kMaxEntries));
    return false;
  }
  return true;
}

void check_keys(const Map& map, std::span<const std::string_view> known, std::string_view pointer,
                Problems& problems, std::span<const UnsupportedKey> unsupported) {
  std::size_t unknown = 0;
  for (const Member& member : map) {
    if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
    if (++unknown > kMostUnknownKeys) continue;
    if (const UnsupportedKey* row = find_unsupported(unsupported, member.key)) {
      report(problems, pointer_to(pointer, member.key), member.at,
             fmt::format("{} is not acted on: {}", row->key, row->reason));
      continue;
    }
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

std::optional<bool> decode_flag(const Value& value, std::string_view pointer, Problems& problems) {
  if (const bool* flag = value.as_bool()) return *flag;
  if (const std::string* text = value.as_string()) {
    if (*text == "true") return true;
    if (*text == "false") return false;
  }
  report(problems, pointer, value.at(), fmt::format("must be true or false, not {}", shown(value)));
  return std::nullopt;
}

std::optional<std::string> decode_text(const Value& value, std::string_view pointer,
                                       Problems& problems) {
  const std::string* text = value.as_string();
  if (text == nullptr) {
    report(problems, pointer, value.at(),
           fmt::format("must be a string, not {}: write it in quotes", value.kind_name()));
    return std::nullopt;
  }
  if (text->size() > kMaxTextBytes || has_control(*text)) {
    report(problems, pointer, value.at(),
           fmt::format("{} must have at most {} bytes, and no control characters", quote(*text),
                       kMaxTextBytes));
    return std::nullopt;
  }
  if (text->empty()) return std::nullopt;
  return *text;
}

std::optional<std::vector<std::string>> decode_texts(const Value& value, std::string_view pointer,
                                                     Problems& problems) {
  if (value.as_string() != nullptr) {
    auto text = decode_text(value, pointer, problems);
    if (!text) return std::nullopt;
    return std::vector<std::string>{std::move(*text)};
  }
  if (!require_list(value, "\"…\"", pointer, problems)) return std::nullopt;
  const std::size_t before = problems.size();
  std::vector<std::string> texts;
  const List& list = *value.as_list();
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string place = pointer_to(pointer, i);
    const std::size_t so_far = problems.size();
    auto text = decode_text(list[i], place, problems);
    if (!text) {
      if (problems.size() == so_far) report(problems, place, list[i].at(), "is empty: remove it");
      continue;
    }
    if (std::find(texts.begin(), texts.end(), *text) != texts.end()) {
      report(problems, place, list[i].at(),
             fmt::format("{} is given twice: remove one", quote(*text)));
    }
    texts.push_back(std::move(*text));
  }
  if (problems.size() != before) return std::nullopt;
  return texts;
}

std::optional<std::int64_t> decode_integer(const Value& value, std::int64_t least,
                                           std::int64_t most, std::string_view pointer,
                                           Problems& problems) {
  if (const std::string* text = text_of(value)) {
    std::int64_t number = 0;
    const char* const end = text->data() + text->size();
    const auto [rest, error] = std::from_chars(text->data(), end, number);
    const bool is_plain = error == std::errc{} && rest == end && *text != "-0";
    if (is_plain && number >= least && number <= most) return number;
  }
  report(problems, pointer, value.at(),
         fmt::format("must be an integer from {} to {}, not {}", least, most, shown(value)));
  return std::nullopt;
}

std::optional<std::int64_t> decode_bytes(const Value& value, std::string_view pointer,
                                         Problems& problems) {
  if (const std::string* text = text_of(value)) {
    if (const auto bytes = parse_bytes(*text)) return bytes;
  }
  report(problems, pointer, value.at(),
         fmt::format("{} is not a number of bytes: write it like 64m, 1.5g, 512k or 1048576",
                     shown(value)));
  return std::nullopt;
}

std::optional<std::uint32_t> decode_count(const Value& value, std::uint32_t most,
                                          std::string_view pointer, Problems& problems) {
  const auto count = decode_integer(value, 0, most, pointer, problems);
  if (!count) return std::nullopt;
  return static_cast<std::uint32_t>(*count);
}

}  // namespace genisys::state
