#include "state/python_strings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "state/text.hpp"

namespace genisys::state {
namespace {

constexpr std::size_t kLongestPrefix = 2;

std::string_view prefix_at(std::string_view source, std::size_t offset) {
  const std::string_view rest = source.substr(std::min(offset, source.size()));
  const std::size_t length = rest.find_first_not_of("rRuUbBfF");
  if (length == std::string_view::npos) return rest;
  return rest.substr(0, length);
}

std::optional<std::uint32_t> digit_value(char c, std::uint32_t base) {
  std::uint32_t value = base;
  if (c >= '0' && c <= '9') value = static_cast<std::uint32_t>(c - '0');
  if (c >= 'a' && c <= 'f') value = static_cast<std::uint32_t>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') value = static_cast<std::uint32_t>(c - 'A') + 10;
  if (value >= base) return std::nullopt;
  return value;
}

class Scanner {
 public:
  Scanner(std::string_view source, std::size_t offset)
      : source_(source), start_(offset), at_(offset) {}

  PythonString scan() {
    const std::string_view prefix = prefix_at(source_, start_);
    const bool raw = prefix.find_first_of("rR") != std::string_view::npos;
    if (prefix.find_first_of("fF") != std::string_view::npos) {
      return fail("a formatted string (f\"…\") is not a literal: write the text out", start_);
    }
    if (prefix.find_first_of("bB") != std::string_view::npos) {
      return fail("a byte string (b\"…\") is not text: remove the b", start_);
    }
    at_ += prefix.size();
    const char mark = source_[at_];
    const std::string thrice(3, mark);
    const bool is_long = source_.substr(at_).starts_with(thrice);
    const std::string_view closing = is_long ? std::string_view(thrice) : source_.substr(at_, 1);
    at_ += closing.size();
    while (!source_.substr(at_).starts_with(closing)) {
      if (at_ >= source_.size()) return fail("a string without its closing quotes", start_);
      const char c = source_[at_];
      if (c == '\n' && !is_long) {
        return fail("a string does not end on its line: close it, or use triple quotes", start_);
      }
      if (c == '\\' && at_ + 1 < source_.size()) {
        if (raw) {
          // Even a quote stays in the string, and so does the backslash.
          result_.value.append(source_.substr(at_, 2));
          at_ += 2;
        } else if (!escape()) {
          return result_;
        }
      } else {
        result_.value += c;
        ++at_;
      }
    }
    result_.end = at_ + closing.size();
    return result_;
  }

 private:
  PythonString fail(std::string problem, std::size_t at) {
    result_.problem = std::move(problem);
    result_.problem_at = at;
    return result_;
  }

  // At a backslash that something follows.
  bool escape() {
    const std::size_t begin = at_;
    const char c = source_[at_ + 1];
    at_ += 2;
    switch (c) {
      case '\n':
        return true;
      case '\\':
      case '\'':
      case '"':
        return put(static_cast<unsigned char>(c), begin);
      case 'a':
        return put('\a', begin);
      case 'b':
        return put('\b', begin);
      case 'f':
        return put('\f', begin);
      case 'n':
        return put('\n', begin);
      case 'r':
        return put('\r', begin);
      case 't':
        return put('\t', begin);
      case 'v':
        return put('\v', begin);
      case 'x':
        return hexadecimal(2, begin);
      case 'u':
        return hexadecimal(4, begin);
      case 'U':
        return hexadecimal(8, begin);
      case 'N':
        fail("an escape by name (\\N{…}) is not supported: write the character itself", begin);
        return false;
      default:
        break;
    }
    if (digit_value(c, 8)) return octal(begin);
    // Python keeps the backslash of an escape that it does not know.
    result_.value += '\\';
    result_.value += c;
    return true;
  }

  bool hexadecimal(std::size_t digits, std::size_t begin) {
    std::uint32_t code = 0;
    for (std::size_t i = 0; i < digits; ++i, ++at_) {
      const auto digit = at_ < source_.size() ? digit_value(source_[at_], 16) : std::nullopt;
      if (!digit) {
        fail(fmt::format("the escape {} needs {} hexadecimal digits",
                         quote(source_.substr(begin, 2)), digits),
             begin);
        return false;
      }
      code = code * 16 + *digit;
    }
    return put(code, begin);
  }

  bool octal(std::size_t begin) {
    std::uint32_t code = 0;
    at_ = begin + 1;
    for (int i = 0; i < 3 && at_ < source_.size() && digit_value(source_[at_], 8); ++i, ++at_) {
      code = code * 8 + *digit_value(source_[at_], 8);
    }
    return put(code, begin);
  }

  bool put(std::uint32_t code, std::size_t begin) {
    if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
      fail(fmt::format("the escape {} names no character that text may hold",
                       quote(source_.substr(begin, at_ - begin))),
           begin);
      return false;
    }
    append_utf8(result_.value, static_cast<char32_t>(code));
    return true;
  }

  std::string_view source_;
  std::size_t start_;
  std::size_t at_;
  PythonString result_;
};

}  // namespace

bool begins_python_string(std::string_view source, std::size_t offset) {
  const std::string_view prefix = prefix_at(source, offset);
  const std::size_t quotes = offset + prefix.size();
  return prefix.size() <= kLongestPrefix && quotes < source.size() &&
         (source[quotes] == '"' || source[quotes] == '\'');
}

PythonString read_python_string(std::string_view source, std::size_t offset) {
  return Scanner(source, offset).scan();
}

}  // namespace genisys::state
