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
#include <vector>

#include "state/value.hpp"

namespace genisys::state {

// Two hundred long strings are an accident or an attack; the engine would choke on either.
inline constexpr std::size_t kMaxEntries = 256;
inline constexpr std::size_t kMaxTotalBytes = std::size_t{128} * 1024;

void report(Problems& problems, std::string_view pointer, Position at, std::string message);

bool has_nul(std::string_view text);
bool has_control(std::string_view text);

// A string, or a number as it was written; null for anything else.
const std::string* text_of(const Value& value);

// Reports each member whose key is none of `known`, with the nearest that is. A flood of them is
// summed up.
void check_keys(const Map& map, std::span<const std::string_view> known, std::string_view pointer,
                Problems& problems);

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

// An integer from 0 to `most`, or its decimal digits as a string.
std::optional<std::uint32_t> decode_count(const Value& value, std::uint32_t most,
                                          std::string_view pointer, Problems& problems);

}  // namespace genisys::state
