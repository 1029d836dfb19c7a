// The acceptor under attack, and on a unix socket.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/unit/api/server_fixture.hpp"

namespace genisys::api {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// Takes every descriptor that the process may still open, after lowering how many these are.
class DescriptorExhaustion {
 public:
  DescriptorExhaustion() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit lowered = before_;
    lowered.rlim_cur = 256;
    ::setrlimit(RLIMIT_NOFILE, &lowered);
    for (int fd = 0; (fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) taken_.push_back(fd);
  }
  ~DescriptorExhaustion() { end(); }

  // Leaves room for `count` descriptors.
  void give_back(std::size_t count) {
    for (; count > 0; --count) {
      ::close(taken_.back());
      taken_.pop_back();
    }
  }
  void end() {
    give_back(taken_.size());
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

#if defined(__has_feature)
#if __has_feature(undefined_behavior_sanitizer)
#define GENISYS_WITHOUT_DESCRIPTORS_IS_UNDEFINED
#endif
#endif

TEST(Acceptor, HearsAgainAfterItRanOutOfDescriptors) {
#ifdef GENISYS_WITHOUT_DESCRIPTORS_IS_UNDEFINED
  GTEST_SKIP() << "the sanitizer opens a pipe to look at an object, and takes its failure for the "
                  "object's";
#endif
  RunningServer server;
  ASSERT_EQ(status_of(server.connect().send(kGood).read_answer()), 200);

  DescriptorExhaustion exhaustion;
  exhaustion.give_back(1);
  RawClient client = server.connect();  // takes the last descriptor: none is left to accept it with
  client.send(kGood);
  // The server's thread has run since, and met the failure.
  server.on_thread([] {});
  exhaustion.end();

  EXPECT_EQ(status_of(client.read_answer()), 200);
  EXPECT_EQ(status_of(server.connect().send(kGood).read_answer()), 200);
}

TEST(Acceptor, LosesNoPlaceToPeersThatResetAtOnce) {
  RunningServer server({.max_connections = 10});
  for (int i = 0; i < 600; ++i) server.connect().reset();
  // The same with the server asleep, so that they are reset before they are accepted.
  for (int round = 0; round < 5; ++round) {
    server.on_thread([&server] {
      for (int i = 0; i < 20; ++i) server.connect().reset();
    });
  }
  EXPECT_EQ(status_of(server.connect().send(kGood).read_answer()), 200);

  // All ten places are there still.
  std::vector<RawClient> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(server.connect());
    EXPECT_EQ(status_of(clients.back().send(kGood).read_answer()), 200);
  }
}

// What a client sees of a connection that the server has closed.
bool is_closed(RawClient& client) { return client.read_all().empty(); }

TEST(Acceptor, GivesTheNextThePlaceOfTheLongestIdle) {
  RunningServer server({.max_connections = 2});
  RawClient first = server.connect();
  RawClient second = server.connect();
  EXPECT_EQ(status_of(second.send(kGood).read_answer()), 200);
  EXPECT_EQ(status_of(first.send(kGood).read_answer()), 200);
  RawClient third = server.connect();
  EXPECT_EQ(status_of(third.send(kGood).read_answer()), 200);
  EXPECT_TRUE(is_closed(second));
  EXPECT_EQ(status_of(first.send(kGood).read_answer()), 200);
  EXPECT_EQ(status_of(third.send(kGood).read_answer()), 200);
}

TEST(Acceptor, ClosesTheNextAtOnceWhileAllAreWaitedFor) {
  RunningServer server({.max_connections = 2});
  RawClient first = server.connect();
  RawClient second = server.connect();
  for (RawClient* client : {&first, &second}) {
    client->send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  while (server.open_replies() != 2) {
  }
  RawClient third = server.connect();
  EXPECT_TRUE(is_closed(third.send(kGood)));
  server.release();
  EXPECT_EQ(body_of(first.read_answer()), "waited");
  EXPECT_EQ(body_of(second.read_answer()), "waited");
  EXPECT_EQ(status_of(server.connect().send(kGood).read_answer()), 200);
}

TEST(Acceptor, KeepsWhoHasAskedSomethingThroughAFloodOfIdleOnes) {
  RunningServer server({.max_connections = 10});
  RawClient honest = server.connect();
  EXPECT_EQ(status_of(honest.send(kGood).read_answer()), 200);
  std::vector<RawClient> flood;
  for (int i = 0; i < 300; ++i) flood.push_back(server.connect());
  EXPECT_EQ(status_of(server.connect().send(kGood).read_answer()), 200);
  EXPECT_EQ(status_of(honest.send(kGood).read_answer()), 200);
  EXPECT_TRUE(is_closed(flood.front()));
}

TEST(Acceptor, EndsTheLongestBodyWhenUnfinishedOnesHoldTooMuchMemory) {
  RunningServer server({.read_timeout = 60s});
  const std::string part =
      "POST /service HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n" +
      std::string(999'000, ' ');
  std::vector<RawClient> clients;
  for (int i = 0; i < 50; ++i) {
    clients.push_back(server.connect());
    clients.back().send(part);
  }
  RawClient honest = server.connect();
  EXPECT_EQ(status_of(honest.send(kGood).read_answer()), 200);
  // 50 MB were sent, of which 32 MiB may be held.
  const auto dropped = [&clients] {
    return std::count_if(clients.begin(), clients.end(),
                         [](RawClient& client) { return client.is_dropped(); });
  };
  while (dropped() < 16) {
  }
  EXPECT_EQ(status_of(honest.send(kGood).read_answer()), 200);
  EXPECT_LE(dropped(), 18);
}

TEST(Acceptor, EndsTheSlowestReaderWhenAnswersHoldTooMuchMemory) {
  RunningServer server({.write_timeout = 60s});
  std::vector<RawClient> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(server.connect());
    clients.back().send("GET /much HTTP/1.1\r\nHost: localhost\r\n\r\n");
    // Its answer is on its way.
    EXPECT_EQ(status_of(clients.back().read_until("\r\n\r\n")), 200);
  }
  // Of 4 MiB each, and 64 MiB may be held.
  for (std::size_t i = 0; i < 4; ++i) EXPECT_LT(clients[i].read_all().size(), std::size_t{4} << 20);
  EXPECT_EQ(clients.back().read_exactly(std::size_t{4} << 20).size(), std::size_t{4} << 20);
}

class UnixSocket : public testing::Test {
 protected:
  UnixSocket() {
    char name[] = "/tmp/genisys-api-test-XXXXXX";
    directory_ = ::mkdtemp(name);
    path_ = directory_ / "api.sock";
  }
  ~UnixSocket() override { std::filesystem::remove_all(directory_); }

  ServerOptions options() const { return {.bind = "unix://" + path_.string()}; }

  std::string failure_to_open() {
    boost::asio::io_context io;
    UnusedContext unused;
    Server server(io, unused.context(), options(), kTestTable);
    try {
      server.open();
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  }

  // A socket file as a killed program leaves it behind.
  void leave_stale_socket() {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::close(fd);
  }

  std::filesystem::path directory_;
  std::filesystem::path path_;
};

TEST_F(UnixSocket, ServesAnyHostWithAFileForOwnerAndGroup) {
  RunningServer server(options());
  EXPECT_EQ(server.port(), 0);
  struct stat file {};
  ASSERT_EQ(::stat(path_.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0660u);

  RawClient client(path_.string());
  const std::string request = "GET / HTTP/1.1\r\nHost: anything\r\n\r\n";
  EXPECT_EQ(status_of(client.send(request).read_answer()), 200);
  EXPECT_EQ(status_of(client.send(request).read_answer()), 200);
}

TEST_F(UnixSocket, IsRemovedAtClose) {
  RunningServer server(options());
  server.close();
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(UnixSocket, ReplacesAStaleFile) {
  leave_stale_socket();
  RunningServer server(options());
  EXPECT_EQ(status_of(RawClient(path_.string()).send(kGood).read_answer()), 200);
}

TEST_F(UnixSocket, IsNotTakenFromAProgramThatAnswers) {
  RunningServer server(options());
  EXPECT_THAT(failure_to_open(), HasSubstr("another program listens there"));
  EXPECT_EQ(status_of(RawClient(path_.string()).send(kGood).read_answer()), 200);
}

TEST_F(UnixSocket, NeverReplacesAnotherKindOfFile) {
  ::close(::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  EXPECT_THAT(failure_to_open(), HasSubstr("is no socket"));
  EXPECT_TRUE(std::filesystem::is_regular_file(path_));
}

TEST_F(UnixSocket, LeavesAloneAFileThatAnotherProgramPutInItsPlace) {
  RunningServer server(options());
  std::filesystem::remove(path_);
  leave_stale_socket();
  server.close();
  EXPECT_TRUE(std::filesystem::exists(path_));
}

}  // namespace
}  // namespace genisys::api
