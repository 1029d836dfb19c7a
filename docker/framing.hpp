// Cuts the engine's streams into what they consist of: JSON objects (events, pull progress) and the
// multiplexed frames of a log. Pieces arrive as the network cuts them, anywhere.
//
// Pure. Any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "docker/types.hpp"

namespace genisys::docker {

// A sequence of JSON objects with white space between them. Finds where each begins and ends, and
// leaves the rest to the decoder. Each byte is looked at once. After an error it yields nothing but
// that error.
class ObjectSplitter {
 public:
  // An object larger than `largest` bytes is an error, so that a stream cannot fill the memory.
  explicit ObjectSplitter(std::size_t largest = 1024 * 1024) : largest_(largest) {}

  void feed(std::string_view bytes);
  // The next complete object; nothing when more bytes are needed; `protocol` when there is
  // something other than an object.
  Result<std::optional<std::string>> next();
  // An object has begun and not ended.
  bool is_inside() const { return depth_ > 0; }

 private:
  std::string buffer_;
  std::size_t scanned_ = 0;  // of buffer_, in the state below
  std::size_t begin_ = 0;    // of the current object
  std::size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool broken_ = false;
  std::size_t largest_;
};

// The payloads of a multiplexed log (8 bytes of header each: stream, three zeros, length), in the
// order in which they came. A frame cut short at the end counts as far as it goes; `protocol` for
// anything that is no frame.
Result<std::string> demultiplex(std::string_view bytes);

// The last `lines` lines of `text`, not more than `bytes` bytes, beginning at the start of a line
// if there is one, otherwise at a character.
std::string_view tail(std::string_view text, std::size_t lines, std::size_t bytes);

}  // namespace genisys::docker
