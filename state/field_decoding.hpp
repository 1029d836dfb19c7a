// What the decoders of a definition's fields share: how a problem is reported, what an unknown key
// is answered with, and the scalars that several fields have in common.
//
// The decoders append what is wrong to `problems`, at `pointer`, and then return nothing. A null
// value is the caller's business: decode_member takes it for unset. Pure. Any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "state/unsupported_keys.hpp"
#include "state/value.hpp"

namespace genisys::state {

// Two hundred long strings are an accident or an attack; the engine would choke on either.
inline constexpr std::size_t kMaxEntries = 256;
inline constexpr std::size_t kMaxTotalBytes = std::size_t{128} * 1024;

inline constexpr std::size_t kMaxTextBytes = 4096;

void report(Problems& problems, std::string_view pointer, Position at, std::string message);
void report_choice(const Value& value, std::span<const std::string_view> names,
                   std::string_view pointer, Problems& problems);

bool has_nul(std::string_view text);
bool has_control(std::string_view text);

// A string, or a number as it was written; null for anything else.
const std::string* text_of(const Value& value);

// Reports each member whose key is none of `known`: with its reason when it is `unsupported`, else
// with the nearest that is known. A flood of them is summed up.
void check_keys(const Map& map, std::span<const std::string_view> known, std::string_view pointer,
                Problems& problems, std::span<const UnsupportedKey> unsupported = {});

// Whether it is a map; reports that it is not, with a map that has `key` for an example.
bool require_map(const Value& value, std::string_view key, std::string_view pointer,
                 Problems& problems);
// Whether it is a list of at most kMaxEntries; `example` is one entry as JSON.
bool require_list(const Value& value, std::string_view example, std::string_view pointer,
                  Problems& problems);

// The text of a value, or its kind: what a message shows of it.
std::string shown(const Value& value);

// The member `key` of a map as `decoder` has it. An unset field and a null one are the same.
template <class Decoder>
auto decode_member(const Value& map, std::string_view key, std::string_view pointer,
                   Problems& problems, Decoder decoder)
    -> decltype(decoder(map, pointer, problems)) {
  const Value* field = map.find(key);
  if (field == nullptr || field->is_null()) return std::nullopt;
  return decoder(*field, pointer_to(pointer, key), problems);
}

// A list of strings, within the limits above. Precondition: `value` is a list.
std::optional<std::vector<std::string>> decode_words(const Value& value, std::string_view pointer,
                                                     Problems& problems);

// A duration as text, or a number of seconds.
std::optional<std::chrono::milliseconds> decode_duration(const Value& value,
                                                         std::string_view pointer,
                                                         Problems& problems);

// true, false, or one of these words.
std::optional<bool> decode_flag(const Value& value, std::string_view pointer, Problems& problems);

// A string of at most kMaxTextBytes without control characters. Nothing alone when it is empty,
// which is what a Compose file has where a variable is not set: it means that the field is not.
std::optional<std::string> decode_text(const Value& value, std::string_view pointer,
                                       Problems& problems);

// One such text, or a list of them, none empty and none twice.
std::optional<std::vector<std::string>> decode_texts(const Value& value, std::string_view pointer,
                                                     Problems& problems);

// One of `choices`; a misspelt one is answered with all of them.
template <class Choice>
using Choices = std::span<const std::pair<std::string_view, Choice>>;
template <class Choice>
std::optional<Choice> decode_choice(const Value& value, Choices<Choice> choices,
                                    std::string_view pointer, Problems& problems) {
  const std::string* text = value.as_string();
  std::vector<std::string_view> names;
  for (const auto& [name, choice] : choices) {
    if (text != nullptr && *text == name) return choice;
    names.push_back(name);
  }
  report_choice(value, names, pointer, problems);
  return std::nullopt;
}
// The first name that a choice is written with.
template <class Choice>
std::string_view name_of(Choice wanted, Choices<Choice> choices) {
  for (const auto& [name, choice] : choices) {
    if (choice == wanted) return name;
  }
  return "";
}

// An integer within the bounds, or its decimal digits as a string.
std::optional<std::int64_t> decode_integer(const Value& value, std::int64_t least,
                                           std::int64_t most, std::string_view pointer,
                                           Problems& problems);

// A number of bytes, or text such as "64m".
std::optional<std::int64_t> decode_bytes(const Value& value, std::string_view pointer,
                                         Problems& problems);

// From 0 to `most`.
std::optional<std::uint32_t> decode_count(const Value& value, std::uint32_t most,
                                          std::string_view pointer, Problems& problems);

}  // namespace genisys::state
