#include "docker/text.hpp"

#include <algorithm>

namespace genisys::docker {
namespace {

constexpr std::string_view kEllipsis = "…";

// The length of the well-formed UTF-8 sequence at the front of `text`; 0 when there is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto is_within = [&](std::size_t i, unsigned low, unsigned high) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return is_within(1, 0x80, 0xBF) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    // No overlong forms, no surrogates.
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return is_within(1, low, high) && is_within(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return is_within(1, low, high) && is_within(2, 0x80, 0xBF) && is_within(3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

bool is_control(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return first < 0x20 || first == 0x7F;
  // U+0080…U+009F: terminals obey these, too.
  return first == 0xC2 && static_cast<unsigned char>(sequence[1]) < 0xA0;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string printable(std::string_view text, std::size_t limit, LineBreaks breaks) {
  std::string out;
  // Where to cut so that the ellipsis still fits.
  std::size_t cut = 0;
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    std::string_view sequence = text.substr(0, std::max<std::size_t>(length, 1));
    text.remove_prefix(sequence.size());
    if (length == 0) {
      sequence = "?";
    } else if (is_control(sequence)) {
      const bool is_kept = breaks == LineBreaks::keep && (sequence == "\n" || sequence == "\t");
      if (breaks == LineBreaks::keep && sequence == "\r" && text.starts_with('\n')) continue;
      if (!is_kept) sequence = " ";
    }
    if (out.size() + sequence.size() > limit) {
      out.resize(cut);
      if (limit >= kEllipsis.size()) out += kEllipsis;
      return out;
    }
    out += sequence;
    if (out.size() + kEllipsis.size() <= limit) cut = out.size();
  }
  out.erase(out.find_last_not_of(" \n\t") + 1);
  return out;
}

bool contains_ignoring_case(std::string_view text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [](char a, char b) { return lower(a) == lower(b); }) != text.end();
}

}  // namespace genisys::docker
