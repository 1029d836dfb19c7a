// Amounts as Compose writes them: bytes ("64m", "1.5g") and processors ("0.5").
//
// Pure. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace genisys::state {

// Digits, up to six decimals, and a unit, a power of 1024: b, k, m, g, t, also written kb or kib,
// in any case; none means bytes. What is left of a byte is cut off. Nothing when it is something
// else or above what 63 bits hold.
std::optional<std::int64_t> parse_bytes(std::string_view text);
// The largest unit of which it is a whole number: "64m", "1536m", "100b"; "0".
std::string format_bytes(std::int64_t bytes);

// A decimal number with up to nine decimals, in billionths; at most a million.
std::optional<std::int64_t> parse_cpus(std::string_view text);
// The shortest decimal number.
std::string format_cpus(std::int64_t billionths);

}  // namespace genisys::state
