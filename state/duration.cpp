#include <array>
#include <cstdint>

#include "state/definition.hpp"

namespace genisys::state {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
constexpr std::array<Unit, 4> kUnits = {{{"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

// A century: far beyond any use, and a clock's nanoseconds can still be added to it.
constexpr std::int64_t kLongest = std::int64_t{100} * 365 * 24 * 3'600'000;

std::string_view take_digits(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && text[length] >= '0' && text[length] <= '9') ++length;
  const std::string_view digits = text.substr(0, length);
  text.remove_prefix(length);
  return digits;
}

std::optional<std::int64_t> to_number(std::string_view digits) {
  std::int64_t number = 0;
  for (const char c : digits) {
    number = number * 10 + (c - '0');
    if (number > kLongest) return std::nullopt;
  }
  return number;
}

// `whole`.`fraction` units in milliseconds, if that is a whole number of them.
std::optional<std::int64_t> scale(std::string_view whole, std::string_view fraction,
                                  const Unit& unit) {
  const auto units = to_number(whole);
  if (!units || *units > kLongest / unit.milliseconds) return std::nullopt;
  while (fraction.ends_with('0')) fraction.remove_suffix(1);
  // The units divide no finer than 1/3600000, which has seven decimals at most when it is exact.
  if (fraction.size() > 7) return std::nullopt;
  std::int64_t power = 1;
  for (std::size_t i = 0; i < fraction.size(); ++i) power *= 10;
  const std::int64_t parts = *to_number(fraction) * unit.milliseconds;
  if (parts % power != 0) return std::nullopt;
  return *units * unit.milliseconds + parts / power;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  std::size_t next_unit = 0;  // units must come in falling order, each once
  while (!text.empty()) {
    const std::string_view whole = take_digits(text);
    if (whole.empty()) return std::nullopt;
    std::string_view fraction;
    if (text.starts_with('.')) {
      text.remove_prefix(1);
      fraction = take_digits(text);
      if (fraction.empty()) return std::nullopt;
    }
    const std::string_view name = text.substr(0, text.find_first_of("0123456789"));
    const bool is_bare = name.empty() && next_unit == 0 && text.empty();
    std::size_t unit = is_bare ? 2 : next_unit;
    while (!is_bare && unit < kUnits.size() && kUnits[unit].name != name) ++unit;
    if (unit == kUnits.size()) return std::nullopt;
    const auto part = scale(whole, fraction, kUnits[unit]);
    if (!part || (total += *part) > kLongest) return std::nullopt;
    text.remove_prefix(name.size());
    next_unit = unit + 1;
  }
  return std::chrono::milliseconds(total);
}

std::string format_duration(std::chrono::milliseconds duration) {
  if (duration.count() == 0) return "0s";
  std::string text;
  std::int64_t rest = duration.count();
  for (const Unit& unit : kUnits) {
    if (const std::int64_t count = rest / unit.milliseconds; count != 0) {
      text += std::to_string(count);
      text += unit.name;
      rest %= unit.milliseconds;
    }
  }
  return text;
}

}  // namespace genisys::state
