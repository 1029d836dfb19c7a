// How values are encoded, and what they add to a spec's hash, for the kinds of values that several
// fields have. With a decoder one of them is a form for field_table.hpp.
//
// Pure. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "state/definition.hpp"
#include "state/field_table.hpp"

namespace genisys::state {

inline Value value_of(Value::Content content) { return Value(std::move(content), {}); }
Value value_of(const std::vector<std::string>& texts);

template <auto kDecode, class Look>
struct Form : Look {
  static auto decode(const Value& value, std::string_view pointer, Problems& problems) {
    return kDecode(value, pointer, problems);
  }
};

struct Text {
  static Value encode(const std::string& text) { return value_of(text); }
  static void add(std::string_view key, const std::string& text, Canonical& canonical) {
    if (!text.empty()) canonical.add(key, text);
  }
};

// The order matters, as of name servers.
struct TextList {
  static Value encode(const std::vector<std::string>& texts) { return value_of(texts); }
  static void add(std::string_view key, const std::vector<std::string>& texts,
                  Canonical& canonical) {
    canonical.add_list(key, texts);
  }
};

// The order does not matter.
struct TextSet : TextList {
  static void add(std::string_view key, const std::vector<std::string>& texts,
                  Canonical& canonical) {
    canonical.add_set(key, texts);
  }
};

struct PairsMap {
  static Value encode(const Pairs& pairs);
  static void add(std::string_view key, const Pairs& pairs, Canonical& canonical);
};

// False is the engine's default.
struct Flag {
  static Value encode(bool flag) { return value_of(flag); }
  static void add(std::string_view key, bool flag, Canonical& canonical) {
    if (flag) canonical.add(key, "true");
  }
};

// False is another thing than the default, which the engine's configuration may set.
struct EitherFlag : Flag {
  static void add(std::string_view key, bool flag, Canonical& canonical) {
    canonical.add(key, flag ? "true" : "false");
  }
};

struct Integer {
  template <class Number_>
  static Value encode(Number_ number) {
    return value_of(Number{std::to_string(number)});
  }
  static void add(std::string_view key, std::int64_t number, Canonical& canonical) {
    canonical.add_number(key, number);
  }
};

// Zero is the engine's default.
struct PositiveInteger : Integer {
  static void add(std::string_view key, std::int64_t number, Canonical& canonical) {
    if (number != 0) canonical.add_number(key, number);
  }
};

// As "64m". Zero is the engine's default, and -1 stands for no limit where that is allowed.
struct Bytes : PositiveInteger {
  static Value encode(std::int64_t bytes);
};

// Billionths, encoded as a decimal number.
struct Cpus : PositiveInteger {
  static Value encode(std::int64_t billionths);
};

struct Duration {
  static Value encode(std::chrono::milliseconds duration) {
    return value_of(format_duration(duration));
  }
  static void add(std::string_view key, std::chrono::milliseconds duration, Canonical& canonical) {
    canonical.add_number(key, duration.count());
  }
};

// The shortest digits that are read back as the same number.
struct Ratio {
  static Value encode(double ratio);
};

struct Named {
  template <class Choice>
    requires std::is_enum_v<Choice>
  static Value encode(Choice choice) {
    return value_of(std::string(to_string(choice)));
  }
};

// An object with a table of its own, in which `kRows` are its rows.
template <const auto& kRows>
struct Object {
  using Owner = typename std::remove_cvref_t<decltype(kRows)>::value_type::OwnerType;
  static std::optional<Owner> decode(const Value& value, std::string_view pointer,
                                     Problems& problems) {
    return decode_object(Fields<Owner>(kRows), value, pointer, problems);
  }
  static Value encode(const Owner& owner) { return encode_object(Fields<Owner>(kRows), owner); }
};

}  // namespace genisys::state
