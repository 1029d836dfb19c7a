// Calls the program's own listener as a client would: connects, asks, and waits for a sign that
// somebody took the connection up. Any answer is one, and so is that the connection is closed: what
// is said is for the API's tests.
//
// Thread: that of the executor.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <string>

namespace genisys::controller {

enum class Heard {
  yes,
  no,       // nobody listens, or nobody takes connections up
  unknown,  // it could not even be tried: no descriptors left
};

// `bind` as in the configuration; a wildcard address is called at the loopback one. Returns within
// `patience`.
boost::asio::awaitable<Heard> probe_listener(std::string bind, std::uint16_t port,
                                             std::chrono::milliseconds patience);

}  // namespace genisys::controller
