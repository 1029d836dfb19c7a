// HTTP/1.1 as bytes on a socket, for what passes it on: where a message ends, and what its body is.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace genisys::test {

// What was read of a socket and not yet used. Does not own it.
class Wire {
 public:
  explicit Wire(int socket) : socket_(socket) {}

  // Head with its empty line; nothing when the peer closed before.
  std::optional<std::string> read_head();
  // The bytes of the body that belongs to `head`, as they came (chunks with their frames); nothing
  // when the peer closed before its end. `has_length_only`: of a request, which without a length
  // has none.
  std::optional<std::string> read_body(std::string_view head, bool has_length_only);
  // What is there, at least a byte; empty at the end.
  std::string read_some();

 private:
  bool more();
  std::optional<std::string> take_until(std::string_view delimiter);
  std::optional<std::string> take(std::size_t size);

  int socket_;
  std::string buffer_;
};

// The value of a header of `head`, empty when there is none. `name` in lower case.
std::string header_of(std::string_view head, std::string_view name);
// Without the frames of chunks.
std::string body_of(std::string_view head, std::string_view raw);
int status_of(std::string_view head);

// All of it; false when the peer is gone.
bool send_all(int socket, std::string_view bytes);

}  // namespace genisys::test
