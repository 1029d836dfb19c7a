#include "api/tokens.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "api/text.hpp"

namespace genisys::api {
namespace {

constexpr std::size_t kMaxName = 63;

bool consists_of(std::string_view text, std::string_view others) {
  return std::ranges::all_of(text, [others](char c) {
    return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
  });
}

// What the journal calls those who have no token.
bool is_reserved(std::string_view name) { return name == "api" || name == "SIGHUP"; }

// Reads line after line into tokens and problems.
class Reader {
 public:
  explicit Reader(state::Problems& problems) : problems_(problems) {}

  void read(std::string_view line) {
    ++line_;
    line_begin_ = line.data();
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = trimmed(line);
    if (line.empty() || line.starts_with('#')) return;

    const std::size_t first = line.find(':');
    if (first == std::string_view::npos) {
      return complain(line, "a line is name:token or name:token:read-only");
    }
    const std::size_t second = line.find(':', first + 1);
    const std::string_view name = line.substr(0, first);
    const std::string_view secret =
        line.substr(first + 1, second == std::string_view::npos ? second : second - first - 1);
    Access access = Access::everything;
    if (second != std::string_view::npos) {
      const std::string_view role = line.substr(second + 1);
      if (role != "read-only") {
        return complain(role, "behind the token may stand only read-only, after a colon");
      }
      access = Access::reading;
    }
    if (check_name(name) && check_secret(secret)) {
      tokens_.push_back({std::string(name), std::string(secret), access});
      lines_.push_back(line_);
    }
  }

  std::vector<Token> take() { return std::move(tokens_); }

 private:
  bool check_name(std::string_view name) {
    if (name.empty() || name.size() > kMaxName || !consists_of(name, "_.-")) {
      complain(name, "a name has 1 to 63 letters, digits, _, . and -");
    } else if (is_reserved(name)) {
      complain(name, "the journal uses this name for others: choose another");
    } else if (const auto taken = std::ranges::find(tokens_, name, &Token::name);
               taken != tokens_.end()) {
      complain(name, fmt::format("line {} has this name already", line_of(taken)));
    } else {
      return true;
    }
    return false;
  }

  bool check_secret(std::string_view secret) {
    if (secret.size() < kMinSecret || secret.size() > kMaxSecret) {
      complain(secret, fmt::format("a token has {} to {} characters, this has {} (openssl rand "
                                   "-hex 32 makes one)",
                                   kMinSecret, kMaxSecret, secret.size()));
    } else if (!consists_of(secret, "-._~+/=")) {
      complain(secret, "a token consists of letters, digits and - . _ ~ + / =");
    } else if (const auto taken = std::ranges::find(tokens_, secret, &Token::secret);
               taken != tokens_.end()) {
      complain(secret, fmt::format("line {} has this token already", line_of(taken)));
    } else {
      return true;
    }
    return false;
  }

  std::uint32_t line_of(std::vector<Token>::iterator token) const {
    return lines_[static_cast<std::size_t>(token - tokens_.begin())];
  }

  // `where` is a part of the line.
  void complain(std::string_view where, std::string message) {
    const auto column = static_cast<std::uint32_t>(where.data() - line_begin_ + 1);
    problems_.push_back({"", std::move(message), {.line = line_, .column = column}});
  }

  state::Problems& problems_;
  std::vector<Token> tokens_;
  std::vector<std::uint32_t> lines_;  // of the token at the same place
  std::uint32_t line_ = 0;
  const char* line_begin_ = nullptr;
};

// All bits set when they are equal, none otherwise; takes the same time for any two.
template <class Bytes>
std::size_t mask_of_equality(const Bytes& left, const Bytes& right) {
  std::size_t difference = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    difference |= static_cast<std::size_t>(left[i] ^ right[i]);
  }
  // Through a volatile, so that the compiler can't know it and leave the loop early.
  const volatile std::size_t kept = difference;
  const std::size_t is_zero = (kept - 1) >> (std::numeric_limits<std::size_t>::digits - 1);
  return std::size_t{0} - is_zero;
}

}  // namespace

std::optional<Tokens> Tokens::parse(std::string_view text, state::Problems& problems) {
  const std::size_t before = problems.size();
  Reader reader(problems);
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    reader.read(line);
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  std::vector<Token> tokens = reader.take();
  if (problems.size() != before) return std::nullopt;
  if (tokens.empty()) {
    problems.push_back({"",
                        "there is no token in it, so that nobody could use the API: write one "
                        "a line, name:token or name:token:read-only"});
    return std::nullopt;
  }
  return Tokens(std::move(tokens));
}

Tokens::Tokens(std::vector<Token> tokens) : tokens_(std::move(tokens)) {
  for (const Token& token : tokens_) padded_.push_back(padded(token.secret));
}

Tokens::Padded Tokens::padded(std::string_view secret) {
  Padded bytes{};
  std::ranges::copy(secret, bytes.begin());
  bytes[kMaxSecret] = static_cast<unsigned char>(secret.size() & 0xff);
  bytes[kMaxSecret + 1] = static_cast<unsigned char>(secret.size() >> 8);
  return bytes;
}

const Token* Tokens::find(std::string_view presented) const {
  if (presented.size() > kMaxSecret) return nullptr;
  const Padded given = padded(presented);
  std::size_t place = 0;  // from 1
  for (std::size_t i = 0; i < padded_.size(); ++i) {
    place |= mask_of_equality(given, padded_[i]) & (i + 1);
  }
  return place == 0 ? nullptr : &tokens_[place - 1];
}

const Token* Tokens::named(std::string_view name) const {
  const auto found = std::ranges::find(tokens_, name, &Token::name);
  return found == tokens_.end() ? nullptr : &*found;
}

std::string describe(const Tokens& tokens) {
  const auto reading = std::ranges::count(tokens.all(), Access::reading, &Token::access);
  if (reading == 0) return fmt::format("{}", tokens.all().size());
  return fmt::format("{} ({} read-only)", tokens.all().size(), reading);
}

}  // namespace genisys::api
