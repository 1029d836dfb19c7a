// An engine for tests of the client: a unix socket in a directory of its own that says what the
// test wrote down, byte by byte if need be, and remembers what it was asked. It runs on the test's
// io_context.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "docker/address.hpp"

namespace genisys::docker::testing {

// One thing that the engine does on a connection.
struct Step {
  enum class Kind { request, send, drip, gate, hang };
  Kind kind;
  std::string text = {};
};
inline Step request() { return {Step::Kind::request}; }  // reads one
inline Step send(std::string text) { return {Step::Kind::send, std::move(text)}; }
inline Step drip(std::string text) {
  return {Step::Kind::drip, std::move(text)};
}  // a byte now and then
inline Step gate() { return {Step::Kind::gate}; }  // waits for open_gate()
inline Step hang() { return {Step::Kind::hang}; }  // until the client goes away

// Answers as an engine of API 1.41 gives them.
std::string answer(int status, const std::string& body, const std::string& api_version = "1.41");
std::string chunked_head();
std::string chunk(const std::string& bytes);
inline const std::string kLastChunk = "0\r\n\r\n";

class ScriptedEngine {
 public:
  explicit ScriptedEngine(boost::asio::io_context& io);
  ~ScriptedEngine();

  Address address() const { return UnixAddress{path_}; }

  // The script of the next connection that has none; the engine closes it after the last step.
  void expect(std::vector<Step> script) { scripts_.push_back(std::move(script)); }
  // On connections without a script: what a request whose first line begins with `beginning` is
  // answered. The longest beginning counts; /_ping is answered unless told otherwise.
  void reply(const std::string& beginning, std::string text) {
    replies_[beginning] = std::move(text);
  }
  // Such requests are answered after open_gate() only.
  void hold(std::string beginning) { held_ = std::move(beginning); }
  void open_gate();

  int connections() const { return connections_; }
  int open_connections() const { return open_; }
  const std::vector<std::string>& requests() const { return requests_; }
  // The first lines, without those of /_ping.
  std::vector<std::string> calls() const;

 private:
  using Socket = boost::asio::local::stream_protocol::socket;

  boost::asio::awaitable<void> accept();
  boost::asio::awaitable<void> serve(Socket socket, std::optional<std::vector<Step>> script);
  boost::asio::awaitable<std::optional<std::string>> read_request(Socket& socket,
                                                                  std::string& buffer);
  boost::asio::awaitable<void> play(Socket& socket, std::vector<Step> script);
  boost::asio::awaitable<void> reply_all(Socket& socket);
  const std::string& reply_to(const std::string& request) const;

  boost::asio::io_context& io_;
  std::string directory_;
  std::string path_;
  boost::asio::local::stream_protocol::acceptor acceptor_;
  boost::asio::steady_timer gate_;
  std::deque<std::vector<Step>> scripts_;
  std::map<std::string, std::string> replies_;
  std::string held_;
  std::vector<std::string> requests_;
  int connections_ = 0;
  int open_ = 0;
};

template <class T>
boost::asio::awaitable<void> store(boost::asio::awaitable<T> coroutine, std::optional<T>& result) {
  result.emplace(co_await std::move(coroutine));
}

// Runs the io_context until the coroutine has ended, and returns what it returned.
template <class T>
T run(boost::asio::io_context& io, boost::asio::awaitable<T> coroutine) {
  // Not every result is default-constructible, which co_spawn would ask of it.
  std::optional<T> result;
  boost::asio::co_spawn(io, store(std::move(coroutine), result), [](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  });
  while (!result && io.run_one() > 0) {
  }
  return std::move(result).value();
}

}  // namespace genisys::docker::testing
