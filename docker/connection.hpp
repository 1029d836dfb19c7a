// One connection to an engine and the HTTP/1.1 exchanges on it, one after another. Unix sockets and
// TCP are alike from here on, with TLS and without.
//
// Does not pool, retry or queue: see transport.hpp. Thread: the executor's. One coroutine at a
// time. The connection outlives its calls; destroying it closes the socket. Failures are values:
// `unreachable`, `timeout`, `protocol`. After any failure the connection is of no use. Cancelling
// (terminal) throws operation_aborted.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "docker/address.hpp"
#include "docker/tls.hpp"
#include "docker/types.hpp"

namespace genisys::docker {

using Deadline = std::chrono::steady_clock::time_point;
inline constexpr Deadline kNoDeadline = Deadline::max();

// The beginning of an answer.
struct Head {
  int status = 0;
  std::string api_version = {};   // the Api-Version field: the newest that the engine speaks
  std::string content_type = {};  // without parameters
};

class Connection {
 public:
  // Resolves the name (TCP), connects, and shakes hands when there is `tls`. The resolver's own
  // thread may outlast the deadline; the call does not. Under TLS 1.3 an engine that refuses our
  // certificate says so afterwards: then the first exchange fails for it.
  static boost::asio::awaitable<Result<std::unique_ptr<Connection>>> open(
      boost::asio::any_io_executor executor, Address address, Deadline deadline,
      std::shared_ptr<const TlsClient> tls = nullptr);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Sends a whole request. On failure the engine has not got all of it, and so has not acted on it.
  boost::asio::awaitable<Result<void>> send(std::string request, Deadline deadline);

  // Reads up to the end of the header. A body of more than `body_limit` bytes will be an error.
  // Whether the engine said anything at all tells `has_heard()`.
  boost::asio::awaitable<Result<Head>> read_head(std::uint64_t body_limit, Deadline deadline);
  bool has_heard() const;

  // The next part of the body, as it comes; empty at its proper end. A body cut short is
  // `unreachable`.
  boost::asio::awaitable<Result<std::string>> read_some(Deadline deadline);

  // Another request may follow: the answer was read to its end, the engine keeps the connection,
  // and it said nothing beyond the answer.
  bool is_reusable() const;
  // Looks, without waiting, whether the engine has closed an idle connection or spoken out of turn.
  bool is_still_open();
  // Gives back the memory that an idle connection has no use for.
  void rest();

 private:
  struct Impl;
  explicit Connection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace genisys::docker
