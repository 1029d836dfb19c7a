// Variables in the texts of Compose files and env files: $NAME, ${NAME}, and the forms with a
// default, an error or a replacement.
//
// Pure. Any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace genisys::state::compose {

// The value of a variable; nothing when it is not set.
using Lookup = std::function<std::optional<std::string>(const std::string& name)>;

struct Interpolated {
  std::string text;
  std::vector<std::string> unset = {};  // had neither a value nor a default, and became nothing
};

// Why there is no result.
struct Unfilled {
  std::string why = {};
  bool quotes_text = false;  // `why` shows pieces of the text, which may be a secret
};

// What is said of a text that may be a secret, in place of a reason that quotes it.
inline constexpr const char* kMalformedSecret =
    "the variables in the value cannot be filled in: write them like ${NAME} or ${NAME:-default}, "
    "and $$ for a '$' that is meant as such";

// $NAME and ${NAME} become the value. In braces, ':' takes an empty value for unset:
//   ${NAME:-word} ${NAME-word}   word when it is unset
//   ${NAME:?word} ${NAME?word}   an error that says word when it is unset
//   ${NAME:+word} ${NAME+word}   word when it is set, else nothing
// $$ is a '$'. A word may hold variables itself, at most 20 deep, and is looked at only when it is
// needed. Values are not looked into.
//
// Nothing when the text is malformed, a variable must be set and is not, or the result would have
// more than `max_bytes`: then `unfilled` says so.
std::optional<Interpolated> interpolate(std::string_view text, const Lookup& lookup,
                                        std::size_t max_bytes, Unfilled& unfilled);

}  // namespace genisys::state::compose
