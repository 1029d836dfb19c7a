// Clients that are slow, and clients that are many. Whatever they do, they are closed in time, cost
// a bounded amount of memory, and do not keep anybody else from being answered.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <iostream>
#include <thread>
#include <vector>

#include "tests/hostile/bounds.hpp"
#include "tests/hostile/cases.hpp"
#include "tests/hostile/connection.hpp"
#include "tests/hostile/target.hpp"

namespace genisys::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Window = Connection::Window;
using namespace std::chrono_literals;

const std::string kGood = "GET /service/web/status HTTP/1.1\r\nHost: localhost\r\n\r\n";
constexpr std::size_t kMaxConnections = 1024;

// Connections of this many clients are more than most shells allow.
void raise_descriptor_limit() {
  rlimit limit{.rlim_cur = 16'384, .rlim_max = 16'384};
  rlimit now{};
  ::getrlimit(RLIMIT_NOFILE, &now);
  if (now.rlim_cur >= limit.rlim_cur) return;
  limit.rlim_max = std::max(limit.rlim_max, now.rlim_max);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0) << "needs 16384 descriptors";
}

std::vector<Connection> connect(const Target& target, std::size_t count,
                                Window window = Window::usual) {
  std::vector<Connection> all;
  all.reserve(count);
  for (std::size_t i = 0; i < count; ++i) all.emplace_back(target.port(), window);
  return all;
}

// Somebody who has nothing to do with it: asks over a connection that is kept, and over new ones.
class Bystander {
 public:
  explicit Bystander(const Target& target)
      : result_(std::async(std::launch::async, [this, port = target.port()] { ask(port); })) {}
  ~Bystander() { end(); }

  // Every request was answered with 200, the slowest hundredth aside within two seconds. Nobody can
  // say so of a program that a sanitizer slows down.
  void expect_served(const char* during) {
    if (kIsSanitized) return end();
    EXPECT_TRUE(eventually([this] { return asked_ >= 40; }, 30s)) << asked_;
    end();
    std::sort(took_.begin(), took_.end());
    const auto at = [this](double share) {
      const auto last = static_cast<double>(took_.size() - 1);
      return static_cast<double>(took_[static_cast<std::size_t>(share * last)].count()) / 1000;
    };
    EXPECT_EQ(failed_, 0) << during;
    EXPECT_LT(at(0.99), 2000) << during;
    std::cout << fmt::format(
        "{}: {} requests of others, p50 {:.2f} ms, p99 {:.2f} ms, "
        "longest {:.2f} ms\n",
        during, took_.size(), at(0.5), at(0.99), at(1));
  }

 private:
  void end() {
    ending_ = true;
    if (result_.valid()) result_.get();
  }
  void ask(std::uint16_t port) {
    Connection kept(port);
    while (!ending_) {
      measure(kept);
      Connection fresh(port);
      measure(fresh);
      std::this_thread::sleep_for(5ms);
    }
  }
  void measure(Connection& connection) {
    const auto begin = steady_clock::now();
    if (connection.ask(kGood) != 200) ++failed_;
    ++asked_;
    took_.push_back(
        std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - begin));
  }

  std::atomic<bool> ending_ = false;
  std::atomic<int> asked_ = 0;
  std::vector<std::chrono::microseconds> took_;
  int failed_ = 0;
  std::future<void> result_;  // last: it uses the others
};

// As the target was before the crowd came. Measured when it has answered once.
class Before {
 public:
  explicit Before(const Target& target)
      : target_(target),
        recorded_(target.recorded()),
        descriptors_(target.descriptors()),
        resident_kib_(target.resident_kib()) {}

  // Once the crowd has left. `more`: memory that the first of its kind costs for good, in MiB.
  void expect_restored(const char* after, std::size_t more) const {
    EXPECT_TRUE(eventually([this] { return target_.descriptors() <= descriptors_; }, 10s))
        << target_.descriptors() << " descriptors, before " << descriptors_;
    EXPECT_EQ(target_.recorded(), recorded_);
    EXPECT_LT(target_.resident_kib(), resident_kib_ + at_most_kib(more * 1024));
    std::cout << fmt::format("{}: resident {} KiB before, {} KiB after, {} KiB at most\n", after,
                             resident_kib_, target_.resident_kib(), target_.peak_kib());
  }
  std::size_t descriptors() const { return descriptors_; }
  void expect_peak_below(std::size_t more_mib) const {
    EXPECT_LT(target_.peak_kib(), resident_kib_ + at_most_kib(more_mib * 1024));
  }

 private:
  const Target& target_;
  std::string recorded_;
  std::size_t descriptors_;
  std::size_t resident_kib_;
};

// A definition of about 100 KB under each of so many names.
void define_large(const Target& target, int count) {
  for (int i = 0; i < count; ++i) {
    const std::string value = "\"" + times(30'000, "x") + "\"";
    const std::string body =
        fmt::format(R"({{"name": "large-{}", "image": "busybox:1", "environment": )"
                    R"({{"A": {}, "B": {}, "C": {}}}}})",
                    i, value, value, value);
    ASSERT_EQ(target.call("POST", "/service", body).status, 201);
  }
}

TEST(SlowClients, AreClosedInTimeAndCostTheOthersNothing) {
  Target target;
  define_large(target, 60);
  const Before before(target);
  {
    Bystander bystander(target);
    std::vector<Connection> idle = connect(target, 50);
    std::vector<Connection> header_drip = connect(target, 50);
    std::vector<Connection> body_drip = connect(target, 50);
    std::vector<Connection> not_reading = connect(target, 10, Window::smallest);
    std::vector<Connection> streams = connect(target, 20, Window::smallest);
    for (Connection& connection : not_reading) {
      connection.send("GET /service HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }
    for (Connection& connection : streams) {
      connection.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }
    for (Connection& connection : header_drip) connection.send("GET / HTTP/1.1\r\nX-A: ");
    for (Connection& connection : body_drip) {
      connection.send(post_framed("Content-Length: 1000\r\n", "{"));
    }
    const auto begin = steady_clock::now();
    const auto count_open = [](const std::vector<Connection>& connections) {
      return std::count_if(connections.begin(), connections.end(),
                           [](const Connection& connection) { return !connection.is_closed(); });
    };
    EXPECT_TRUE(eventually(
        [&] {
          for (Connection& connection : header_drip) connection.send("a");
          for (Connection& connection : body_drip) connection.send(" ");
          return count_open(idle) + count_open(header_drip) + count_open(body_drip) == 0;
        },
        Target::kLongest));
    const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin);
    std::cout << fmt::format("150 idle and dripping connections: closed after {} ms\n",
                             took.count());
    EXPECT_GE(took, 4s);
    // Nobody reads these, so it shows at the target alone: the streams and the bystander are left.
    EXPECT_TRUE(eventually([&] { return target.descriptors() <= before.descriptors() + 20 + 3; },
                           Target::kLongest));
    // A stream lasts as long as its reader takes what comes.
    EXPECT_EQ(count_open(streams), 20);
    bystander.expect_served("while 180 clients were slow");
  }
  before.expect_restored("180 slow clients", 32);
}

TEST(Crowd, OfTenThousandIdleClientsKeepsNobodyOut) {
  raise_descriptor_limit();
  Target target;
  const Before before(target);
  {
    Bystander bystander(target);
    std::vector<Connection> crowd = connect(target, 10'000);
    EXPECT_LE(target.descriptors(), kMaxConnections + 64);
    const auto closed = [&crowd] {
      return std::count_if(crowd.begin(), crowd.end(),
                           [](const Connection& connection) { return connection.is_closed(); });
    };
    // Those that came too much at once, the others in the time for a request.
    EXPECT_TRUE(eventually([&] { return closed() >= 10'000 - 1024; }, 2s)) << closed();
    EXPECT_TRUE(eventually([&] { return closed() == 10'000; }, Target::kLongest)) << closed();
    bystander.expect_served("while 10,000 clients were idle");
  }
  before.expect_restored("10,000 idle clients", 16);
}

TEST(Crowd, OfTenThousandClientsThatAskIsAnswered) {
  raise_descriptor_limit();
  Target target;
  const Before before(target);
  {
    Bystander bystander(target);
    int answered = 0;
    for (int round = 0; round < 10; ++round) {
      std::vector<Connection> crowd = connect(target, 1000);
      for (Connection& connection : crowd) connection.send(get("/service/web/status"));
      for (Connection& connection : crowd) answered += connection.ask("") == 200 ? 1 : 0;
    }
    EXPECT_EQ(answered, 10'000);
    bystander.expect_served("while 10,000 clients asked");
  }
  before.expect_restored("10,000 clients", 16);
}

TEST(Crowd, ThatWaitsLeavesPlacesToOthers) {
  raise_descriptor_limit();
  Target target;
  const Before before(target);
  {
    std::vector<Connection> crowd = connect(target, 900);
    for (Connection& connection : crowd) {
      connection.send("GET /status?wait=60s&index=999999999 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }
    Bystander bystander(target);
    const auto refused = [&crowd] {
      return std::count_if(crowd.begin(), crowd.end(), [](Connection& connection) {
        return connection.is_closed() || connection.has_bytes();
      });
    };
    EXPECT_TRUE(eventually([&] { return refused() == 900 - 512; }, 2s)) << refused();
    EXPECT_EQ(crowd.back().ask(""), 503);
    bystander.expect_served("while 512 clients waited");
  }
  // The waits go on to their end, though nobody hears it.
  EXPECT_EQ(target.call("GET", "/service/web/status").status, 200);
  EXPECT_EQ(target.process().terminate().code, 0);
}

TEST(Crowd, ThatSendsHalfBodiesIsHeldInBoundedMemory) {
  raise_descriptor_limit();
  Target target;
  const Before before(target);
  {
    Bystander bystander(target);
    std::vector<Connection> crowd = connect(target, 300);
    const std::string part = post_framed("Content-Length: 1000000\r\n", times(990'000, " "));
    for (Connection& connection : crowd) connection.send_all(part);
    bystander.expect_served("while 300 clients sent 300 MB that is no whole request");
  }
  before.expect_restored("300 half bodies of 1 MB", 48);
  before.expect_peak_below(96);
}

TEST(Crowd, ThatReadsNoAnswerIsHeldInBoundedMemory) {
  raise_descriptor_limit();
  Target target;
  define_large(target, 30);
  const Before before(target);
  {
    const std::size_t many = kIsSanitized ? 20 : 100;
    std::vector<Connection> crowd = connect(target, many, Window::smallest);
    for (Connection& connection : crowd) {
      connection.send("GET /service HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }
    // To make so many takes a while; who comes behind them waits for it.
    EXPECT_EQ(Connection(target.port()).ask(kGood, within(30s)), 200);
  }
  before.expect_restored("answers of 3 MB that nobody read", 48);
  before.expect_peak_below(128);
}

TEST(Crowd, ThatResetsAtOnceTakesNoPlaces) {
  Target target;
  const Before before(target);
  {
    Bystander bystander(target);
    for (int i = 0; i < 10'000; ++i) Connection(target.port()).reset();
    bystander.expect_served("while 10,000 clients reset");
  }
  before.expect_restored("10,000 resets", 16);
}

TEST(FewDescriptors, AreEnoughToBeHeard) {
  Target target({.descriptors = 64});
  const Before before(target);
  {
    Bystander bystander(target);
    std::vector<Connection> crowd = connect(target, 300);
    EXPECT_LE(target.descriptors(), 64u);
    bystander.expect_served("with 64 descriptors while 300 clients were idle");
  }
  before.expect_restored("300 idle clients and 64 descriptors", 16);
}

TEST(WrongTokens, AreRefusedOneLikeTheOtherAndLockNobodyOut) {
  Target target({.tokens = true});
  const Before before(target);
  int refused = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string guess = fmt::format(
        "GET /status HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {:032}\r\n\r\n", i);
    Connection connection(target.port());
    refused += connection.ask(guess) == 401 ? 1 : 0;
  }
  EXPECT_EQ(refused, 10'000);
  EXPECT_EQ(target.call("GET", "/status").status, 200);
  before.expect_restored("10,000 wrong tokens", 4);
}

}  // namespace
}  // namespace genisys::test
