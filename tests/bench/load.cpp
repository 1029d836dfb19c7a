#include "tests/bench/load.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "tests/bench/http_client.hpp"

namespace genisys::bench {
namespace {

class Caller {
 public:
  explicit Caller(std::uint16_t port) : socket_(connect_to(port)) {
    if (socket_ < 0) throw std::runtime_error("nobody listens where the load shall go");
    ::fcntl(socket_, F_SETFL, O_NONBLOCK);
  }
  Caller(Caller&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  Caller& operator=(Caller&&) = delete;
  ~Caller() {
    if (socket_ >= 0) ::close(socket_);
  }

  int socket() const { return socket_; }
  bool is_due(Clock::time_point now) const { return due_ && *due_ <= now; }
  void ask_at(Clock::time_point when) { due_ = when; }

  void ask(const std::string& request) {
    due_.reset();
    asked_ = Clock::now();
    const ssize_t sent = ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(request.size())) throw std::runtime_error("cannot send");
  }

  // The time the answer took, once it is complete.
  std::optional<Milliseconds> hear() {
    std::array<char, 65536> chunk;
    const ssize_t got = ::recv(socket_, chunk.data(), chunk.size(), 0);
    if (got < 0 && errno == EAGAIN) return std::nullopt;
    if (got <= 0) throw std::runtime_error("the server ended a connection");
    heard_.append(chunk.data(), static_cast<std::size_t>(got));
    if (answer_length(heard_) == 0) return std::nullopt;
    if (!heard_.starts_with("HTTP/1.1 200")) throw std::runtime_error("refused: " + heard_);
    heard_.clear();
    return since(asked_);
  }

 private:
  int socket_;
  std::string heard_;
  Clock::time_point asked_;
  std::optional<Clock::time_point> due_;
};

}  // namespace

LoadResult run_load(const LoadOptions& options) {
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<Caller> callers;
  callers.reserve(options.connections);
  for (std::size_t i = 0; i < options.connections; ++i) {
    Caller& caller = callers.emplace_back(options.port);
    epoll_event wanted{.events = EPOLLIN, .data = {.u64 = i}};
    ::epoll_ctl(poll, EPOLL_CTL_ADD, caller.socket(), &wanted);
  }
  LoadResult result;
  const Clock::time_point begin = Clock::now();
  for (Caller& caller : callers) caller.ask(options.request());
  const bool paced = options.pause.count() > 0;
  while (!options.enough()) {
    std::array<epoll_event, 64> ready;
    const int count =
        ::epoll_wait(poll, ready.data(), static_cast<int>(ready.size()), paced ? 1 : 10);
    for (std::size_t i = 0; std::cmp_less(i, count); ++i) {
      Caller& caller = callers[ready[i].data.u64];
      const auto taken = caller.hear();
      if (!taken) continue;
      result.latencies.add(*taken);
      if (paced) {
        caller.ask_at(Clock::now() + options.pause);
      } else {
        caller.ask(options.request());
      }
    }
    const Clock::time_point now = Clock::now();
    for (Caller& caller : callers) {
      if (paced && caller.is_due(now)) caller.ask(options.request());
    }
  }
  const double seconds = since(begin).count() / 1000;
  result.per_second = static_cast<double>(result.latencies.size()) / seconds;
  ::close(poll);
  return result;
}

}  // namespace genisys::bench
