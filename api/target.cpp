#include "api/target.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace genisys::api {
namespace {

using Refusal = std::optional<TargetError>;

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

// The number of bytes of the well-formed UTF-8 sequence (RFC 3629) that `text` begins with and
// whose character is not a control character; 0 when there is none.
std::size_t printable_sequence(std::string_view text) {
  const auto byte = [text](std::size_t i) -> std::uint32_t {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const auto continues = [byte](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const std::uint32_t first = byte(0);
  if (first < 0x80) return first < 0x20 || first == 0x7F ? 0 : 1;
  if (first < 0xC2 || !continues(1)) return 0;  // stray continuation or overlong
  if (first < 0xE0) return first == 0xC2 && byte(1) < 0xA0 ? 0 : 2;  // U+0080–9F: controls
  if (!continues(2)) return 0;
  if (first < 0xF0) {
    const bool overlong = first == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = first == 0xED && byte(1) >= 0xA0;
    return overlong || surrogate ? 0 : 3;
  }
  const bool overlong = first == 0xF0 && byte(1) < 0x90;
  const bool too_large = first > 0xF4 || (first == 0xF4 && byte(1) >= 0x90);
  return overlong || too_large || !continues(3) ? 0 : 4;
}

bool is_printable_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = printable_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

Refusal decode(std::string_view text, std::string& decoded) {
  decoded.clear();
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i]);
      continue;
    }
    const auto high = i + 1 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
    const auto low = i + 2 < text.size() ? hex_digit(text[i + 2]) : std::nullopt;
    if (!high || !low) return TargetError{"a percent sign must be followed by two hex digits"};
    decoded.push_back(static_cast<char>(*high * 16 + *low));
    i += 2;
  }
  if (!is_printable_utf8(decoded)) {
    return TargetError{"the target must decode to UTF-8 without control characters"};
  }
  return std::nullopt;
}

// Calls `visit` with the parts of `text` between separators until it refuses one.
template <class Visit>
Refusal for_each_part(std::string_view text, char separator, Visit visit) {
  while (true) {
    const auto end = text.find(separator);
    if (Refusal refusal = visit(text.substr(0, end))) return refusal;
    if (end == std::string_view::npos) return std::nullopt;
    text.remove_prefix(end + 1);
  }
}

Refusal add_segment(std::string_view text, Target& target) {
  std::string& segment = target.segments.emplace_back();
  if (Refusal refusal = decode(text, segment)) return refusal;
  if (segment.find('/') != std::string::npos) {
    return TargetError{"a name in the path must not contain an encoded slash"};
  }
  return std::nullopt;
}

Refusal add_parameter(std::string_view text, Target& target) {
  if (text.empty()) return std::nullopt;
  const auto equals = text.find('=');
  std::string key;
  std::string value;
  if (Refusal refusal = decode(text.substr(0, equals), key)) return refusal;
  if (equals != std::string_view::npos) {
    if (Refusal refusal = decode(text.substr(equals + 1), value)) return refusal;
  }
  if (key.empty()) return TargetError{"a parameter of the query has no name"};
  const auto same_key = [&key](const auto& parameter) { return parameter.first == key; };
  if (std::any_of(target.query.begin(), target.query.end(), same_key)) {
    return TargetError{"the query has \"" + key + "\" more than once"};
  }
  target.query.emplace_back(std::move(key), std::move(value));
  return std::nullopt;
}

}  // namespace

std::variant<Target, TargetError> parse_target(std::string_view text) {
  if (!text.starts_with('/'))
    return TargetError{"the target must be a path that begins with a slash"};
  // Else a tab, a quote of another encoding or a fragment would mean one thing here and another to
  // a proxy in front.
  const auto is_target_byte = [](char c) { return c > 0x20 && c < 0x7F && c != '#'; };
  if (!std::all_of(text.begin(), text.end(), is_target_byte)) {
    return TargetError{
        "the target must consist of printable ASCII; percent-encode everything else"};
  }

  const auto question = text.find('?');
  std::string_view path =
      text.substr(1, question == std::string_view::npos ? question : question - 1);
  if (path.ends_with('/')) path.remove_suffix(1);

  Target target;
  if (!path.empty()) {
    const auto add = [&target](std::string_view part) { return add_segment(part, target); };
    if (Refusal refusal = for_each_part(path, '/', add)) return std::move(*refusal);
  }
  if (question != std::string_view::npos) {
    const auto add = [&target](std::string_view part) { return add_parameter(part, target); };
    if (Refusal refusal = for_each_part(text.substr(question + 1), '&', add))
      return std::move(*refusal);
  }
  return target;
}

}  // namespace genisys::api
