// HTTP exchanges with one engine over pooled keep-alive connections, each with a deadline.
//
// Does not know what is asked: paths, JSON and the meaning of a status are the client's.
// Connections are reused last in, first out; those idle for longer than a limit are closed when the
// pool is next used.
//
// Thread: the executor's, no locks. The transport outlives its exchanges; a stream needs only its
// executor. Failures are values (`unreachable`, `timeout`, `protocol`); cancelling
// (terminal) throws operation_aborted, closes the connection and gives back the place in the queue.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "docker/address.hpp"
#include "docker/connection.hpp"
#include "docker/lane.hpp"
#include "docker/tls.hpp"
#include "docker/types.hpp"

namespace genisys::docker {

enum class Method { get, post, del };

// Calls queue for a connection in one of two lanes of equal width, so that stops that wait out a
// grace period hold up nobody else. Streams count in neither.
enum class LaneKind { brief, patient };

// What happens when a *reused* connection turns out to be dead. A request that could not be sent
// whole was not acted on and is always sent again, once, on a fresh connection. One that was sent
// and met the end of the connection before the first byte of an answer may have been acted on by an
// engine that died then: it is sent again only when doing it twice, and later, is the same as once:
// reads, stop and remove are so. Not create, and not start, whose container may have run and ended
// in between: the caller looks first.
enum class Replay { if_unsent, if_unanswered };

struct Request {
  Method method = Method::get;
  std::string target;              // from target.hpp
  std::string body = {};           // JSON; empty: none
  std::string registry_auth = {};  // X-Registry-Auth; must be printable ASCII
  LaneKind lane = LaneKind::brief;
  Replay replay = Replay::if_unsent;
};

struct Response {
  Head head;
  std::string body;
};

// The text of a request. Pure.
std::string encode_request(const Request& request);

class Transport {
 public:
  struct Limits {
    std::size_t max_connections;  // of each lane
    std::size_t max_idle;
    std::chrono::steady_clock::duration max_idle_time;
    std::chrono::steady_clock::duration connect;  // a part of the deadline
    std::uint64_t max_body;
  };

  // `tls`: empty for none.
  Transport(boost::asio::any_io_executor executor, Address address, TlsSource tls, Limits limits);
  ~Transport();

  // The whole answer, whatever its status. The deadline covers the wait for a connection, too.
  boost::asio::awaitable<Result<Response>> exchange(Request request, Deadline deadline);

  // The head of an answer whose body is then read with Connection::read_some, without limit of
  // size. On a connection of its own, closed with it.
  struct Stream {
    Head head;
    std::unique_ptr<Connection> connection;
  };
  boost::asio::awaitable<Result<Stream>> open(Request request, Deadline deadline);

  std::size_t idle_connections() const { return idle_.size(); }

 private:
  struct Idle {
    std::unique_ptr<Connection> connection;
    std::chrono::steady_clock::time_point since;
  };

  boost::asio::awaitable<Result<std::unique_ptr<Connection>>> connect(Deadline deadline);
  std::unique_ptr<Connection> take_idle();
  void keep(std::unique_ptr<Connection> connection);

  boost::asio::any_io_executor executor_;
  Address address_;
  TlsSource tls_;
  Limits limits_;
  std::vector<Idle> idle_;  // the oldest first
  Lane brief_;
  Lane patient_;
};

}  // namespace genisys::docker
