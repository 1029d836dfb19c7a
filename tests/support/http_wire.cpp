#include "tests/support/http_wire.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

namespace genisys::test {
namespace {

std::size_t number_of(std::string_view text, int base) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number, base);
  return number;
}

bool is_chunked(std::string_view head) { return header_of(head, "transfer-encoding") == "chunked"; }

}  // namespace

bool Wire::more() {
  char bytes[16384];
  const ssize_t count = ::recv(socket_, bytes, sizeof bytes, 0);
  if (count <= 0) return false;
  buffer_.append(bytes, static_cast<std::size_t>(count));
  return true;
}

std::optional<std::string> Wire::take(std::size_t size) {
  while (buffer_.size() < size) {
    if (!more()) return std::nullopt;
  }
  std::string taken = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return taken;
}

std::optional<std::string> Wire::take_until(std::string_view delimiter) {
  std::size_t end = 0;
  while ((end = buffer_.find(delimiter)) == std::string::npos) {
    if (!more()) return std::nullopt;
  }
  return take(end + delimiter.size());
}

std::optional<std::string> Wire::read_head() { return take_until("\r\n\r\n"); }

std::optional<std::string> Wire::read_body(std::string_view head, bool has_length_only) {
  const std::string length = header_of(head, "content-length");
  if (!length.empty()) return take(number_of(length, 10));
  if (has_length_only) return std::string();
  const int status = status_of(head);
  if (status == 204 || status == 304) return std::string();
  std::string body;
  if (is_chunked(head)) {
    std::size_t size = 1;
    while (size > 0) {
      const auto line = take_until("\r\n");
      if (!line) return std::nullopt;
      size = number_of(*line, 16);
      const auto chunk = take(size + 2);
      if (!chunk) return std::nullopt;
      body += *line + *chunk;
    }
    return body;
  }
  while (more()) {
  }
  return std::exchange(buffer_, {});
}

std::string Wire::read_some() {
  if (buffer_.empty()) more();
  return std::exchange(buffer_, {});
}

std::string header_of(std::string_view head, std::string_view name) {
  while (true) {
    const std::size_t end = head.find("\r\n");
    if (end == std::string_view::npos) return {};
    head.remove_prefix(end + 2);
    const std::string_view line = head.substr(0, head.find("\r\n"));
    if (line.size() <= name.size() || line[name.size()] != ':') continue;
    const auto same = [](char wanted, char found) {
      return std::tolower(static_cast<unsigned char>(found)) == wanted;
    };
    if (!std::equal(name.begin(), name.end(), line.begin(), same)) continue;
    std::string_view value = line.substr(name.size() + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    return std::string(value);
  }
}

std::string body_of(std::string_view head, std::string_view raw) {
  if (!is_chunked(head)) return std::string(raw);
  std::string body;
  while (const std::size_t size = number_of(raw.substr(0, raw.find("\r\n")), 16)) {
    raw.remove_prefix(std::min(raw.size(), raw.find("\r\n") + 2));
    body += raw.substr(0, size);
    raw.remove_prefix(std::min(raw.size(), size + 2));
  }
  return body;
}

int status_of(std::string_view head) {
  return head.size() < 12 ? 0 : static_cast<int>(number_of(head.substr(9, 3), 10));
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace genisys::test
