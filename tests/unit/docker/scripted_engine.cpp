#include "tests/unit/docker/scripted_engine.hpp"

#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <stdexcept>

namespace genisys::docker::testing {
namespace asio = boost::asio;
namespace {

constexpr auto kAwaitable = asio::as_tuple(asio::use_awaitable);

std::string make_directory() {
  std::string path = "/tmp/docker-test-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("cannot make a directory");
  return path;
}

std::size_t content_length(const std::string& head) {
  const auto at = head.find("Content-Length: ");
  std::size_t length = 0;
  if (at != std::string::npos) std::from_chars(&head[at + 16], head.data() + head.size(), length);
  return length;
}

void ignore(std::exception_ptr error) {
  if (error) std::rethrow_exception(error);
}

}  // namespace

std::string answer(int status, const std::string& body, const std::string& api_version) {
  std::string head = fmt::format("HTTP/1.1 {} Word\r\nApi-Version: {}\r\n", status, api_version);
  if (status != 204 && status != 304) head += fmt::format("Content-Length: {}\r\n", body.size());
  return head + "Content-Type: application/json\r\n\r\n" + body;
}

std::string chunked_head() {
  return "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nTransfer-Encoding: chunked\r\n\r\n";
}

std::string chunk(const std::string& bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

ScriptedEngine::ScriptedEngine(asio::io_context& io)
    : io_(io),
      directory_(make_directory()),
      path_(directory_ + "/engine.sock"),
      acceptor_(io, asio::local::stream_protocol::endpoint(path_)),
      gate_(io, asio::steady_timer::time_point::max()) {
  reply("GET /_ping", answer(200, "OK"));
  asio::co_spawn(io_, accept(), ignore);
}

ScriptedEngine::~ScriptedEngine() {
  ::unlink(path_.c_str());
  ::rmdir(directory_.c_str());
}

void ScriptedEngine::open_gate() { gate_.expires_at(asio::steady_timer::time_point::min()); }

std::vector<std::string> ScriptedEngine::calls() const {
  std::vector<std::string> lines;
  for (const std::string& text : requests_) {
    if (!text.starts_with("GET /_ping")) lines.push_back(text.substr(0, text.find(" HTTP/1.1")));
  }
  return lines;
}

asio::awaitable<void> ScriptedEngine::accept() {
  for (;;) {
    auto [error, socket] = co_await acceptor_.async_accept(kAwaitable);
    if (error) co_return;
    ++connections_;
    std::optional<std::vector<Step>> script;
    if (!scripts_.empty()) {
      script = std::move(scripts_.front());
      scripts_.pop_front();
    }
    asio::co_spawn(io_, serve(std::move(socket), std::move(script)), ignore);
  }
}

asio::awaitable<void> ScriptedEngine::serve(Socket socket,
                                            std::optional<std::vector<Step>> script) {
  ++open_;
  if (script) {
    co_await play(socket, std::move(*script));
  } else {
    co_await reply_all(socket);
  }
  --open_;
}

asio::awaitable<std::optional<std::string>> ScriptedEngine::read_request(Socket& socket,
                                                                         std::string& buffer) {
  const auto [error, size] =
      co_await asio::async_read_until(socket, asio::dynamic_buffer(buffer), "\r\n\r\n", kAwaitable);
  if (error) co_return std::nullopt;
  const std::size_t whole = size + content_length(buffer.substr(0, size));
  while (buffer.size() < whole) {
    char bytes[4096];
    const auto [failure, more] = co_await socket.async_read_some(asio::buffer(bytes), kAwaitable);
    if (failure) co_return std::nullopt;
    buffer.append(bytes, more);
  }
  std::string text = buffer.substr(0, whole);
  buffer.erase(0, whole);
  requests_.push_back(text);
  co_return text;
}

asio::awaitable<void> ScriptedEngine::play(Socket& socket, std::vector<Step> script) {
  std::string buffer;
  for (const Step& step : script) {
    switch (step.kind) {
      case Step::Kind::request:
        co_await read_request(socket, buffer);
        break;
      case Step::Kind::send:
        co_await asio::async_write(socket, asio::buffer(step.text), kAwaitable);
        break;
      case Step::Kind::drip:
        for (const char c : step.text) {
          asio::steady_timer pause(io_, std::chrono::milliseconds(1));
          co_await pause.async_wait(kAwaitable);
          const auto [error, sent] =
              co_await asio::async_write(socket, asio::buffer(&c, 1), kAwaitable);
          if (error) co_return;
        }
        break;
      case Step::Kind::gate:
        co_await gate_.async_wait(kAwaitable);
        break;
      case Step::Kind::hang:
        while (co_await read_request(socket, buffer)) {
        }
        break;
    }
  }
}

asio::awaitable<void> ScriptedEngine::reply_all(Socket& socket) {
  std::string buffer;
  for (;;) {
    const auto text = co_await read_request(socket, buffer);
    if (!text) co_return;
    if (!held_.empty() && text->starts_with(held_)) co_await gate_.async_wait(kAwaitable);
    const auto [error, sent] =
        co_await asio::async_write(socket, asio::buffer(reply_to(*text)), kAwaitable);
    if (error) co_return;
  }
}

const std::string& ScriptedEngine::reply_to(const std::string& request) const {
  static const std::string kNoRoute = answer(404, R"({"message":"page not found"})");
  const std::string* best = &kNoRoute;
  std::size_t length = 0;
  for (const auto& [beginning, text] : replies_) {
    if (request.starts_with(beginning) && beginning.size() >= length) {
      best = &text;
      length = beginning.size();
    }
  }
  return *best;
}

}  // namespace genisys::docker::testing
