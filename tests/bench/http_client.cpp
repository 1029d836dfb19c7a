#include "tests/bench/http_client.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <system_error>

namespace genisys::bench {
namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

std::string request_text(std::string_view method, std::string_view path, std::string_view body) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\n", method, path);
  if (!body.empty()) {
    text += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
  }
  return text.append("\r\n").append(body);
}

std::size_t answer_length(std::string_view bytes) {
  const std::size_t head = bytes.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  constexpr std::string_view kField = "Content-Length: ";
  const std::size_t field = bytes.substr(0, head).find(kField);
  if (field == std::string_view::npos) throw std::runtime_error("an answer without a length");
  std::size_t length = 0;
  std::from_chars(bytes.data() + field + kField.size(), bytes.data() + head, length);
  const std::size_t whole = head + 4 + length;
  return bytes.size() < whole ? 0 : whole;
}

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(fd);
    return -1;
  }
  const int one = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}

HttpClient::HttpClient(std::uint16_t port) : socket_(connect_to(port)) {
  if (socket_ < 0) fail("connect");
}

HttpClient::~HttpClient() { ::close(socket_); }

HttpClient::Answer HttpClient::call(std::string_view method, std::string_view path,
                                    std::string_view body) {
  const std::string text = request_text(method, path, body);
  if (::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(text.size())) {
    fail("send");
  }
  std::string bytes;
  std::size_t length = 0;
  while (length == 0) {
    char chunk[16384];
    const ssize_t got = ::recv(socket_, chunk, sizeof chunk, 0);
    if (got < 0) fail("receive");
    if (got == 0) throw std::runtime_error(fmt::format("{} {}: no answer", method, path));
    bytes.append(chunk, static_cast<std::size_t>(got));
    length = answer_length(bytes);
  }
  Answer answer;
  std::from_chars(bytes.data() + 9, bytes.data() + 12, answer.status);  // after "HTTP/1.1 "
  answer.body = bytes.substr(bytes.find("\r\n\r\n") + 4);
  return answer;
}

}  // namespace genisys::bench
