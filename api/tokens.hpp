// The bearer tokens of a token file: who may use the API, and whether to change something.
//
// Pure. Immutable once made: any thread. No message contains a token, a part of one, or what might
// have been meant as one.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "state/value.hpp"

namespace genisys::api {

constexpr std::size_t kMinSecret = 16;
constexpr std::size_t kMaxSecret = 256;

enum class Access { everything, reading };

struct Token {
  std::string name;    // [a-zA-Z0-9_.-]{1,63}; the journal's `by`
  std::string secret;  // kMinSecret to kMaxSecret characters of RFC 6750's b64token
  Access access = Access::everything;

  bool operator==(const Token&) const = default;
};

class Tokens {
 public:
  // One token a line, `name:token` or `name:token:read-only`; empty lines and those that begin with
  // # don't count. At least one, no name and no token twice. Nothing on problems, which carry lines
  // and columns.
  static std::optional<Tokens> parse(std::string_view text, state::Problems& problems);

  // The token whose secret was presented, null when none is. What is presented is compared with
  // all of them and to its end, so that the time taken tells nothing of any of them.
  const Token* find(std::string_view presented) const;
  const Token* named(std::string_view name) const;
  const std::vector<Token>& all() const { return tokens_; }

 private:
  // A secret with its length, both in a fixed place.
  using Padded = std::array<unsigned char, kMaxSecret + 2>;

  explicit Tokens(std::vector<Token> tokens);
  static Padded padded(std::string_view secret);

  std::vector<Token> tokens_;
  std::vector<Padded> padded_;  // of the token at the same place
};

// "3 (1 read-only)".
std::string describe(const Tokens& tokens);

}  // namespace genisys::api
