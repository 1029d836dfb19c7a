// GET /events over a real socket, from a store in memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <charconv>
#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <thread>

#include "api/server.hpp"
#include "state/status_board.hpp"
#include "state/system_clock.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/unit/api/http_client.hpp"

namespace genisys::api {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using namespace std::chrono_literals;

class ServerEvents : public testing::Test {
 protected:
  template <class Function>
  auto on_thread(Function function) {
    std::packaged_task<decltype(function())()> task(std::move(function));
    auto result = task.get_future();
    boost::asio::post(io_, std::move(task));
    return result.get();
  }
  ~ServerEvents() override {
    close();
    on_thread([this] {
      board_.stop();
      work_.reset();
    });
    thread_.join();
  }

  void open(std::chrono::milliseconds keep_alive = 15s) {
    server_.emplace(io_,
                    Context{.store = store_,
                            .board = board_,
                            .clock = clock_,
                            .preview = {},
                            .metrics_text = {},
                            .event_keep_alive = keep_alive,
                            .version = "test"},
                    ServerOptions{.port = 0});
    server_->open();
    thread_ = std::thread([this] { io_.run(); });
  }

  void note(int count = 1) {
    on_thread([this, count] {
      for (int i = 0; i < count; ++i) store_.note({.action = "run"});
    });
  }
  void close() {
    on_thread([this] { server_->close(); });
  }
  std::size_t open_replies() {
    return on_thread([this] { return server_->open_replies(); });
  }

  RawClient follow(std::string_view fields = "", std::string_view target = "/events") {
    RawClient client(server_->port());
    client.send("GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" +
                std::string(fields) + "\r\n");
    return client;
  }
  RawClient resume_after(std::uint64_t id) {
    return follow("Last-Event-ID: " + std::to_string(id) + "\r\n");
  }

  // The id of the next event.
  static std::uint64_t next_id(RawClient& client) {
    client.read_until("\nid: ");
    const std::string digits = client.read_until("\n");
    std::uint64_t id = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), id);
    return id;
  }

  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
  fakes::MemoryStore store_{io_.get_executor()};
  state::StatusBoard board_{io_.get_executor(), state::Index{1}, 100};
  state::SystemClock clock_;
  std::optional<Server> server_;
  std::thread thread_;
};

TEST_F(ServerEvents, SendsWhatHappensAsItHappens) {
  open();
  RawClient client = follow();
  const std::string begin = client.read_until("retry: 1000\n\n");
  EXPECT_EQ(status_of(begin), 200);
  EXPECT_THAT(begin, HasSubstr("\r\nContent-Type: text/event-stream\r\n"));
  note();
  EXPECT_THAT(client.read_until("\n\n"), HasSubstr("id: 1\nevent: done\ndata: {\"id\":1,\"at\":"));
  note();
  EXPECT_EQ(next_id(client), 2U);
}

TEST_F(ServerEvents, ResumesAfterTheEventThatTheClientHad) {
  open();
  note(5);
  RawClient client = resume_after(3);
  EXPECT_EQ(next_id(client), 4U);
  EXPECT_EQ(next_id(client), 5U);
  RawClient by_query = follow("", "/events?after=4");
  EXPECT_EQ(next_id(by_query), 5U);
}

TEST_F(ServerEvents, LosesAndDoublesNothingWhileClientsComeAndGo) {
  open();
  constexpr std::uint64_t kEntries = 3000;
  std::atomic<bool> give_up = false;
  std::thread writer([this, &give_up] {
    for (std::uint64_t i = 0; i < kEntries / 10 && !give_up; ++i) note(10);
  });
  std::uint64_t last = 0;
  while (last < kEntries && !give_up) {
    RawClient client = resume_after(last);
    // Leaves after a different number of events each time, some of them sent and not read.
    for (std::uint64_t rest = 1 + last % 97; rest > 0 && last < kEntries; --rest) {
      const std::uint64_t id = next_id(client);
      if (id != last + 1) {
        ADD_FAILURE() << "event " << id << " follows " << last;
        give_up = true;
        break;
      }
      last = id;
    }
  }
  writer.join();
  while (open_replies() != 0) {
  }
}

TEST_F(ServerEvents, SaysThatItIsAliveWhenNothingHappens) {
  open(20ms);
  RawClient client = follow();
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(client.read_until(": keep-alive\n\n"), EndsWith(": keep-alive\n\n"));
  }
  note();
  EXPECT_EQ(next_id(client), 1U);
}

TEST_F(ServerEvents, EndsWhenTheServerCloses) {
  open();
  RawClient client = follow();
  client.read_until("retry: 1000\n\n");
  close();
  EXPECT_THAT(client.read_all(), EndsWith("\r\n0\r\n\r\n"));
  while (open_replies() != 0) {
  }
}

TEST_F(ServerEvents, GivesBackThePlaceOfAClientThatIsGone) {
  open();
  for (int i = 0; i < 100; ++i) {
    RawClient client = follow();
    EXPECT_EQ(status_of(client.read_until("retry: 1000\n\n")), 200);
    client.reset();
    while (open_replies() != 0) {
    }
  }
}

TEST_F(ServerEvents, AnswersHeadWithFieldsOnly) {
  open();
  RawClient client(server_->port());
  client.send("HEAD /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::string answer = client.read_answer_to_head();
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: text/event-stream\r\n"));
  EXPECT_EQ(open_replies(), 0U);
}

}  // namespace
}  // namespace genisys::api
