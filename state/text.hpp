// What the readers and decoders of documents share about text: its validity, its places, and how it
// is shown to a person.
//
// Pure. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "state/value.hpp"

namespace genisys::state {

// Well-formed UTF-8 (Unicode, table 3-7): no overlong form, no surrogate, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

// `text` with U+FFFD in place of each byte that is not well-formed UTF-8.
std::string to_utf8(std::string_view text);

// The longest beginning, or end, of well-formed UTF-8 that has at most `max_bytes` and splits no
// code point.
std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes);
std::string_view utf8_suffix(std::string_view text, std::size_t max_bytes);

// `code_point` must be a Unicode scalar value.
void append_utf8(std::string& text, char32_t code_point);

// `text` in single quotes for a message: control bytes escaped, cut after about 60 bytes.
std::string quote(std::string_view text);

// The character at the begin of `text` in single quotes: where a document ends to make sense,
// without what may be a secret behind it.
std::string quote_first(std::string_view text);

// The known word that `word` was most likely meant to be; empty when none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

// Turns offsets into lines and columns (in code points). Asked in rising order, a whole document
// costs one walk over it. `document` is what the positions say. The text must outlive it.
class PositionFinder {
 public:
  explicit PositionFinder(std::string_view text, std::uint32_t document = 0)
      : text_(text), position_{1, 1, document} {}

  // `offset` at most the length of the text.
  Position at(std::size_t offset);

 private:
  std::string_view text_;
  std::size_t offset_ = 0;
  Position position_;
};

}  // namespace genisys::state
