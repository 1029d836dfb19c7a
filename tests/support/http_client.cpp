#include "tests/support/http_client.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace genisys::test {

namespace {

class Socket {
 public:
  Socket(const HttpClient::Endpoint& endpoint, std::chrono::milliseconds timeout) {
    const bool is_tcp = std::holds_alternative<HttpClient::Tcp>(endpoint);
    fd_ = ::socket(is_tcp ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd_ < 0) fail("socket");
    const timeval limit{.tv_sec = timeout.count() / 1000, .tv_usec = timeout.count() % 1000 * 1000};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (is_tcp) {
      const auto& tcp = std::get<HttpClient::Tcp>(endpoint);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(tcp.port);
      if (::inet_pton(AF_INET, tcp.host.c_str(), &address.sin_addr) != 1) fail("address");
      connect(reinterpret_cast<const sockaddr*>(&address), sizeof address);
    } else {
      const auto& path = std::get<HttpClient::Unix>(endpoint).path;
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      if (path.size() >= sizeof address.sun_path) fail("path of the socket");
      std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
      connect(reinterpret_cast<const sockaddr*>(&address), sizeof address);
    }
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }

  // What the server no longer takes is dropped: it may answer and close before it has read all.
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  // False at the end.
  bool receive(std::string& buffer) {
    char bytes[16384];
    const ssize_t count = ::recv(fd_, bytes, sizeof bytes, 0);
    if (count < 0 && errno != ECONNRESET) fail("recv");
    if (count <= 0) return false;
    buffer.append(bytes, static_cast<std::size_t>(count));
    return true;
  }

 private:
  void connect(const sockaddr* address, socklen_t length) {
    if (::connect(fd_, address, length) != 0) fail("connect");
  }
  [[noreturn]] void fail(const char* what) {
    const int error = errno;
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    throw std::runtime_error(fmt::format("{} failed: {}", what, std::strerror(error)));
  }

  int fd_ = -1;
};

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

std::size_t number_of(std::string_view text, int base) {
  std::size_t number = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), number, base).ec != std::errc{}) {
    throw std::runtime_error(fmt::format("no length: '{}'", text));
  }
  return number;
}

HttpAnswer read_head(std::string_view head) {
  HttpAnswer answer;
  if (!head.starts_with("HTTP/1.") || head.size() < 12) {
    throw std::runtime_error(fmt::format("no HTTP answer: '{}'", head));
  }
  answer.status = static_cast<int>(number_of(head.substr(9, 3), 10));
  while (true) {
    const std::size_t end = head.find("\r\n");
    if (end == std::string_view::npos) return answer;
    head.remove_prefix(end + 2);
    const std::string_view line = head.substr(0, head.find("\r\n"));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    answer.headers[lower(line.substr(0, colon))] = std::string(value);
  }
}

class AnswerReader {
 public:
  explicit AnswerReader(Socket& socket) : socket_(socket) {}

  HttpAnswer read(bool has_body) {
    HttpAnswer answer = read_head(take_until("\r\n\r\n"));
    if (!has_body || answer.status == 204 || answer.status == 304) return answer;
    if (lower(answer.header("transfer-encoding")) == "chunked") {
      while (const std::size_t size = number_of(take_until("\r\n"), 16)) {
        answer.body += take(size);
        take(2);
      }
    } else if (answer.headers.contains("content-length")) {
      answer.body = take(number_of(answer.header("content-length"), 10));
    } else {
      while (socket_.receive(buffer_)) {
      }
      answer.body = std::exchange(buffer_, {});
    }
    return answer;
  }

 private:
  void more() {
    if (!socket_.receive(buffer_)) {
      throw std::runtime_error(fmt::format("the connection ended within an answer: '{}'", buffer_));
    }
  }
  std::string take(std::size_t size) {
    while (buffer_.size() < size) more();
    std::string taken = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return taken;
  }
  // Without the delimiter.
  std::string take_until(std::string_view delimiter) {
    std::size_t end = 0;
    while ((end = buffer_.find(delimiter)) == std::string::npos) more();
    std::string taken = buffer_.substr(0, end);
    buffer_.erase(0, end + delimiter.size());
    return taken;
  }

  Socket& socket_;
  std::string buffer_;
};

}  // namespace

std::string HttpAnswer::header(const std::string& lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? std::string() : found->second;
}

HttpClient::Endpoint HttpClient::endpoint_of(const std::string& url) {
  constexpr std::string_view kUnix = "unix://";
  constexpr std::string_view kTcp = "tcp://";
  if (url.starts_with(kUnix)) return Unix{url.substr(kUnix.size())};
  const std::size_t colon = url.rfind(':');
  if (!url.starts_with(kTcp) || colon < kTcp.size()) {
    throw std::runtime_error(fmt::format("not the address of an engine: '{}'", url));
  }
  return Tcp{url.substr(kTcp.size(), colon - kTcp.size()),
             static_cast<std::uint16_t>(number_of(std::string_view(url).substr(colon + 1), 10))};
}

HttpClient::HttpClient(Endpoint endpoint, std::chrono::milliseconds timeout)
    : endpoint_(std::move(endpoint)), timeout_(timeout) {}

HttpAnswer HttpClient::send(std::string_view method, const std::string& target,
                            const std::string& body, Headers headers) const {
  headers.try_emplace("Host", "localhost");
  headers.try_emplace("Connection", "close");
  if (!body.empty()) headers.try_emplace("Content-Type", "application/json");
  if (!body.empty() || method != "GET") {
    headers.try_emplace("Content-Length", std::to_string(body.size()));
  }
  std::string request = fmt::format("{} {} HTTP/1.1\r\n", method, target);
  for (const auto& [name, value] : headers) request += fmt::format("{}: {}\r\n", name, value);
  Socket socket(endpoint_, timeout_);
  socket.send(request + "\r\n" + body);
  return AnswerReader(socket).read(/*has_body=*/method != "HEAD");
}

std::string HttpClient::exchange_raw(std::string_view bytes) const {
  Socket socket(endpoint_, timeout_);
  socket.send(bytes);
  std::string answer;
  while (socket.receive(answer)) {
  }
  return answer;
}

}  // namespace genisys::test
