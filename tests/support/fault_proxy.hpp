// A bad way to a good engine: a unix socket that passes requests on to the engine's own, but breaks
// those that it was told to, in the way it was told. Counts what it broke.
//
// It stands where a real network, a real engine and everything between them fail, so it works on
// bytes and shares no code with the program under test. Any thread; a thread per connection. The
// destructor ends all connections. Never fails a test by itself: what cannot be passed on is cut.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/scratch_directory.hpp"

namespace genisys::test {

// What a request asks the engine for.
enum class Call {
  ping,
  list,
  inspect,
  create,
  start,
  stop,
  remove,
  logs,
  events,
  image,
  pull,
  network,
  other
};
std::string_view to_string(Call);
Call call_of(std::string_view method, std::string_view target);

enum class Fault {
  // The engine never sees the request:
  cut,    // closed without an answer
  stall,  // no answer for as long as the proxy stalls, then closed
  garbage,
  error,  // 500, as an engine says it
  empty,  // 200 and `[]`
  html,   // 200 and a page, as of something else that listens there
  // It does, and answers:
  lost,           // closed before the first byte of the answer
  error_instead,  // 500 in place of the answer
  cut_within,     // closed within the answer
  short_body,     // closed within the body, whose length was told
  truncated,      // the body ends early, and its length says so
  drip,           // byte by byte
  // Of events only:
  doubled,
  garbled,
  deaf,  // the stream stands, and no event comes
};
inline constexpr Fault kAnswerFaults[] = {
    Fault::cut,   Fault::stall,      Fault::garbage,    Fault::error,
    Fault::empty, Fault::html,       Fault::lost,       Fault::error_instead,
    Fault::drip,  Fault::cut_within, Fault::short_body, Fault::truncated};
inline constexpr Fault kEventFaults[] = {Fault::doubled, Fault::garbled, Fault::deaf};
std::string_view to_string(Fault);
inline void PrintTo(Fault fault, std::ostream* out) { *out << to_string(fault); }
inline void PrintTo(Call call, std::ostream* out) { *out << to_string(call); }

class FaultProxy {
 public:
  struct Order {
    Call call;
    Fault fault;
    std::size_t skip = 0;  // so many of these calls are passed on first
    std::size_t times = 1;
    double at = 0.5;  // where the answer is cut, of its (or its body's) length
    // Called when the engine has answered and nobody knows it yet, for the faults that get so far.
    std::function<void()> after_effect = {};
  };
  using Counts = std::map<std::pair<Call, Fault>, std::size_t>;

  // `engine_url`: unix://…
  explicit FaultProxy(const std::string& engine_url);
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;
  ~FaultProxy();

  std::string url() const { return "unix://" + path_; }

  // Of several orders that fit a request, the first is carried out.
  void break_next(Order order);
  // Breaks a request in `one_of`, by faults that `seed` chooses, beside what is ordered.
  void storm(std::uint64_t seed, unsigned one_of);
  // How long a stall lasts, from its beginning; 1 hour unless told otherwise.
  void stall_for(std::chrono::milliseconds duration);
  // Ends all connections that there are.
  void hang_up();
  // From now on all is passed on; what stalls is cut.
  void calm();

  Counts broken() const;
  std::size_t passed(Call call) const;
  // The containers that requests which reached the engine were to stop or remove.
  std::vector<std::string> ended() const;

 private:
  struct Request {
    std::string text;  // head and body
    std::string method;
    std::string target;
  };
  struct Decision {
    std::optional<Fault> fault;
    double at = 0.5;
    std::function<void()> after_effect;
  };
  struct Client {
    int socket = -1;
    int engine = -1;
    std::thread thread;
    std::atomic<bool> ended = false;
  };

  void accept_all();
  void serve(Client& client);
  bool answer(Client& client, const Request& request);
  bool answer_unasked(Client& client, Fault fault);
  bool answer_broken(Client& client, const Request& request, const Decision& decision);
  bool relay_events(Client& client, const Request& request, std::optional<Fault> fault);
  bool relay(Client& client, const Request& request);
  bool reach_engine(Client& client);
  Decision decide(Call call);
  void note_passed(Call call, const Request& request);
  void stall();

  const ScratchDirectory folder_;
  const std::string path_;
  const std::string engine_path_;
  int listener_ = -1;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;  // of what follows, to the threads
  std::condition_variable calmed_;
  std::list<Order> orders_;
  std::mt19937_64 random_;
  unsigned one_of_ = 0;
  std::chrono::milliseconds stall_{std::chrono::hours(1)};
  std::uint64_t calms_ = 0;
  Counts broken_;
  std::map<Call, std::size_t> passed_;
  std::vector<std::string> ended_;
  std::list<Client> clients_;
  std::thread acceptor_;
};

}  // namespace genisys::test
