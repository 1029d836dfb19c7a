#include "state/quantities.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace genisys::state {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kBillion = 1'000'000'000;
constexpr std::int64_t kMostCpus = 1'000'000;
constexpr std::size_t kByteDecimals = 6;
constexpr std::size_t kCpuDecimals = 9;

struct Unit {
  char letter;
  std::int64_t bytes;
};
constexpr std::array<Unit, 5> kUnits = {{{'t', std::int64_t{1} << 40},
                                         {'g', std::int64_t{1} << 30},
                                         {'m', std::int64_t{1} << 20},
                                         {'k', std::int64_t{1} << 10},
                                         {'b', 1}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// `whole` and the decimals as a number of 10^-`decimals`.
struct Decimal {
  std::int64_t whole = 0;
  std::int64_t fraction = 0;
};

// Takes a decimal number from the head of `text`.
std::optional<Decimal> take_decimal(std::string_view& text, std::size_t decimals) {
  const auto take_digits = [&] {
    const auto* const end = std::find_if_not(text.begin(), text.end(), is_digit);
    const std::string_view digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(digits.size());
    return digits;
  };
  const auto to_number = [](std::string_view digits) -> std::optional<std::int64_t> {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{}) return std::nullopt;
    return number;
  };
  const auto whole = to_number(take_digits());
  if (!whole) return std::nullopt;
  if (!text.starts_with('.')) return Decimal{*whole, 0};
  text.remove_prefix(1);
  std::string digits(take_digits());
  if (digits.empty()) return std::nullopt;
  while (digits.ends_with('0')) digits.pop_back();
  if (digits.size() > decimals) return std::nullopt;
  digits.resize(decimals, '0');
  return Decimal{*whole, *to_number(digits)};
}

// The bytes of a unit's name; none is one.
std::optional<std::int64_t> unit_of(std::string_view name) {
  if (name.empty()) return 1;
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  const char letter = lower(name.front());
  const auto* const unit = std::find_if(kUnits.begin(), kUnits.end(),
                                        [&](const Unit& row) { return row.letter == letter; });
  if (unit == kUnits.end()) return std::nullopt;
  std::string rest(name.substr(1));
  std::transform(rest.begin(), rest.end(), rest.begin(), lower);
  if (!rest.empty() && (unit->bytes == 1 || (rest != "b" && rest != "ib"))) return std::nullopt;
  return unit->bytes;
}

}  // namespace

std::optional<std::int64_t> parse_bytes(std::string_view text) {
  const auto number = take_decimal(text, kByteDecimals);
  const auto unit = unit_of(text);
  // The fraction adds less than one unit, and the most is one byte below a whole number of them.
  if (!number || !unit || number->whole > kMost / *unit) return std::nullopt;
  // Six decimals of a unit of 2^40 have 60 bits.
  return number->whole * *unit + number->fraction * *unit / 1'000'000;
}

std::string format_bytes(std::int64_t bytes) {
  if (bytes == 0) return "0";
  const auto* const unit = std::find_if(kUnits.begin(), kUnits.end(),
                                        [&](const Unit& row) { return bytes % row.bytes == 0; });
  return fmt::format("{}{}", bytes / unit->bytes, unit->letter);
}

std::optional<std::int64_t> parse_cpus(std::string_view text) {
  const auto number = take_decimal(text, kCpuDecimals);
  if (!number || !text.empty() || number->whole > kMostCpus) return std::nullopt;
  const std::int64_t billionths = number->whole * kBillion + number->fraction;
  if (billionths > kMostCpus * kBillion) return std::nullopt;
  return billionths;
}

std::string format_cpus(std::int64_t billionths) {
  std::string text = fmt::format("{}.{:09}", billionths / kBillion, billionths % kBillion);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace genisys::state
