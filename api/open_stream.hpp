// One stream that is being sent: takes the pieces of its source and writes each as a chunk, the
// next only when the one before it was handed to the system. So a reader that is slow costs one
// piece of memory, and one that takes nothing is dropped by RESTinio's limit for writing. Its limit
// for handling a request begins anew after each piece: a source must not be silent for longer.
//
// Logic thread. Kept alive by its own coroutine. Includes RESTinio: for server.cpp only.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <functional>
#include <memory>
#include <restinio/all.hpp>
#include <string>

#include "api/http.hpp"

namespace genisys::api {

class OpenStream : public std::enable_shared_from_this<OpenStream> {
 public:
  using Output = restinio::response_builder_t<restinio::chunked_output_t>;

  // `output` has its header fields and nothing else.
  OpenStream(boost::asio::any_io_executor executor, Output output,
             std::unique_ptr<PieceSource> source)
      : executor_(std::move(executor)), output_(std::move(output)), source_(std::move(source)) {}
  OpenStream(const OpenStream&) = delete;
  OpenStream& operator=(const OpenStream&) = delete;

  // Sends until the source ends or fails, the connection breaks, or end() is called; then closes
  // the connection and calls `ended`. Nothing is sent before it returns.
  void start(std::function<void()> ended);

  // Sends nothing more: `ended` is called soon. Idempotent; also after it has ended.
  void end();

 private:
  static boost::asio::awaitable<void> send_all(std::shared_ptr<OpenStream> self);
  boost::asio::awaitable<bool> send(std::string piece);

  boost::asio::any_io_executor executor_;
  Output output_;
  std::unique_ptr<PieceSource> source_;
  boost::asio::cancellation_signal cancel_;
  bool ending_ = false;
};

}  // namespace genisys::api
