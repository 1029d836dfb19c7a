// The real program, with an engine that is never there: what is attacked. It needs nothing but
// itself, so these tests run everywhere.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/hostile/bounds.hpp"
#include "tests/support/daemon_process.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/scratch_directory.hpp"

namespace genisys::test {

// What came back over a connection, taken apart.
struct Answers {
  std::vector<HttpAnswer> whole;
  std::string rest;  // what is no whole answer
  std::chrono::milliseconds took{0};

  std::vector<int> statuses() const;
};

class Target {
 public:
  struct Options {
    bool tokens = false;
    std::size_t descriptors = 0;  // the limit for it; 0: the one of the test
    std::string more = {};        // lines for the section `connector`
  };
  // No case may take longer: the limit for a request, and some for a busy machine.
  static constexpr std::chrono::milliseconds kLongest = within(std::chrono::seconds(6));

  // Started, with the services "web", which is scaled to 0, and "db", which is not.
  explicit Target(Options options);
  Target() : Target(Options{}) {}

  HttpClient client(std::chrono::milliseconds timeout = kLongest) const;
  std::uint16_t port() const { return process_->port(); }
  DaemonProcess& process() { return *process_; }
  HttpAnswer call(std::string_view method, const std::string& target,
                  const std::string& body = "") const;
  // Throws std::runtime_error when the connection is open still after kLongest.
  // Answers to HEAD have no body.
  Answers exchange(const std::string& bytes) const;

  // All definitions, targets and generations: what no refused request may change.
  std::string recorded() const;
  std::size_t resident_kib() const;
  // The most that it ever was.
  std::size_t peak_kib() const;
  std::size_t descriptors() const;

 private:
  HttpClient::Headers with_token() const;
  std::size_t from_status(const std::string& key) const;

  Options options_;
  const ScratchDirectory folder_;
  std::unique_ptr<DaemonProcess> process_;
};

// False when it did not become true in time.
template <class Predicate>
bool eventually(Predicate holds, std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + within(timeout);
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

}  // namespace genisys::test
