#include "docker/framing.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace genisys::docker {
namespace {

// White space, and the record separator that marks objects in application/json-seq.
bool is_between_objects(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\x1e';
}

}  // namespace

void ObjectSplitter::feed(std::string_view bytes) {
  if (!broken_) buffer_ += bytes;
}

Result<std::optional<std::string>> ObjectSplitter::next() {
  const auto fail = [this](std::string message) {
    broken_ = true;
    buffer_.clear();
    return Error{ErrorKind::protocol, 200, std::move(message)};
  };
  if (broken_) return fail("the engine's stream is broken");

  for (; scanned_ < buffer_.size(); ++scanned_) {
    const char c = buffer_[scanned_];
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
    } else if (depth_ == 0) {
      if (is_between_objects(c)) continue;
      if (c != '{') return fail("the engine's stream contains something other than JSON objects");
      begin_ = scanned_;
      depth_ = 1;
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if ((c == '}' || c == ']') && --depth_ == 0) {
      ++scanned_;
      std::string object = buffer_.substr(begin_, scanned_ - begin_);
      begin_ = scanned_;
      return std::optional<std::string>(std::move(object));
    }
    if (scanned_ - begin_ >= largest_) {
      return fail(
          fmt::format("the engine's stream contains an object of more than {} bytes", largest_));
    }
  }
  // All complete objects were handed out: what remains is the beginning of one, or nothing.
  const std::size_t done = depth_ == 0 ? scanned_ : begin_;
  buffer_.erase(0, done);
  scanned_ -= done;
  begin_ = 0;
  return std::optional<std::string>();
}

Result<std::string> demultiplex(std::string_view bytes) {
  constexpr std::size_t kHeader = 8;
  std::string out;
  while (bytes.size() >= kHeader) {
    if (bytes[0] < 0 || bytes[0] > 2 || bytes.substr(1, 3) != std::string_view("\0\0\0", 3)) {
      return Error{ErrorKind::protocol, 200,
                   "cannot read the container's log: it is not in frames"};
    }
    std::size_t length = 0;
    for (const char c : bytes.substr(4, 4)) length = length << 8 | static_cast<unsigned char>(c);
    bytes.remove_prefix(kHeader);
    const std::string_view payload = bytes.substr(0, length);
    out += payload;
    bytes.remove_prefix(payload.size());
  }
  return out;
}

std::string_view tail(std::string_view text, std::size_t lines, std::size_t bytes) {
  if (lines == 0) return {};
  std::size_t begin = text.size();
  // The line feed at the very end ends the last line: it separates nothing.
  std::size_t end = text.ends_with('\n') ? text.size() - 1 : text.size();
  for (std::size_t found = 0; found < lines && begin > 0; ++found) {
    const auto feed = end == 0 ? std::string_view::npos : text.rfind('\n', end - 1);
    begin = feed == std::string_view::npos ? 0 : feed + 1;
    end = begin == 0 ? 0 : begin - 1;
  }
  text.remove_prefix(begin);
  if (text.size() <= bytes) return text;
  text.remove_prefix(text.size() - bytes);
  if (const auto feed = text.find('\n'); feed != std::string_view::npos && feed + 1 < text.size()) {
    return text.substr(feed + 1);
  }
  const auto is_continuation = [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
  };
  const auto first = std::find_if_not(text.begin(), text.end(), is_continuation);
  text.remove_prefix(static_cast<std::size_t>(first - text.begin()));
  return text;
}

}  // namespace genisys::docker
