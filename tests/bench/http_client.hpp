// A blocking HTTP/1.1 client for one keep-alive connection to this machine: a clock that wraps a
// call measures the server, not a client's machinery.
//
// One thread. Throws std::system_error and std::runtime_error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace genisys::bench {

// The text of a request; `body` is JSON, empty for none.
std::string request_text(std::string_view method, std::string_view path,
                         std::string_view body = {});

// How many bytes of `bytes` are one whole answer with a Content-Length; 0 while it is not complete.
std::size_t answer_length(std::string_view bytes);

// A connected TCP socket, without Nagle's delay; -1 when nobody listens.
int connect_to(std::uint16_t port);

class HttpClient {
 public:
  struct Answer {
    int status = 0;
    std::string body;
  };

  explicit HttpClient(std::uint16_t port);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  Answer call(std::string_view method, std::string_view path, std::string_view body = {});

 private:
  int socket_;
};

}  // namespace genisys::bench
