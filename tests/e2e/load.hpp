// Somebody who sends requests to a service all the time, as its clients do: to one of the endpoints
// that the connector names, asked for again and again.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/connector.hpp"

namespace genisys::test {

// From construction to stop(), on threads of its own. `connector` outlives it.
class Load {
 public:
  Load(const Connector& connector, std::string service);
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  ~Load() { stop(); }

  // Idempotent. What follows is to be read after it.
  void stop();
  std::uint64_t answered() const { return answered_; }
  // The first that was not answered as it should be, with how many there were; empty: none.
  std::string lost() const;

 private:
  void follow_endpoints();
  void send_requests();
  HttpClient::Tcp an_endpoint(std::size_t turn) const;
  // Since the construction; for what is told of a loss.
  std::chrono::milliseconds now() const;

  const Connector& connector_;
  const std::string service_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::uint64_t> answered_ = 0;
  std::uint64_t lost_ = 0;
  std::string first_lost_;
  mutable std::mutex mutex_;
  std::vector<HttpClient::Tcp> endpoints_;
  // By port: when it was named for the last time.
  std::map<std::uint16_t, std::chrono::milliseconds> last_named_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::vector<std::thread> threads_;
};

}  // namespace genisys::test
