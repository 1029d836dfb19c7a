// A small blocking HTTP/1.1 client that shares no code with the program under test: one connection
// per request, and raw bytes for what no well-behaved client sends.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace genisys::test {

struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> headers = {};  // names in lower case
  std::string body = {};

  // Empty when there is none.
  std::string header(const std::string& lower_case_name) const;
};

class HttpClient {
 public:
  struct Tcp {
    std::string host;  // an IPv4 address
    std::uint16_t port;
  };
  struct Unix {
    std::string path;
  };
  using Endpoint = std::variant<Tcp, Unix>;
  using Headers = std::map<std::string, std::string>;

  // "unix:///path" or "tcp://host:port", as DOCKER_HOST has it; throws std::runtime_error for
  // others.
  static Endpoint endpoint_of(const std::string& url);

  explicit HttpClient(Endpoint endpoint,
                      std::chrono::milliseconds timeout = std::chrono::seconds(30));

  // Throws std::runtime_error when there is no connection, no answer in time, or half an answer.
  // `headers` replace those sent otherwise (Host, Content-Type: application/json with a body).
  HttpAnswer send(std::string_view method, const std::string& target, const std::string& body = "",
                  Headers headers = {}) const;

  // Sends exactly `bytes` and returns everything until the peer closes.
  std::string exchange_raw(std::string_view bytes) const;

 private:
  Endpoint endpoint_;
  std::chrono::milliseconds timeout_;
};

}  // namespace genisys::test
