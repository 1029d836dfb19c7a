// Does the program see that it does not do its work, and does it say so: to the log, to /readyz and
// /metrics, and to the service manager?

#include <fmt/format.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <future>

#include "tests/e2e/connector_test.hpp"
#include "tests/support/notify_socket.hpp"

namespace genisys::test {
namespace {

using std::chrono::seconds;

constexpr seconds kSoon{20};

// Stops one thread of a process of ours, as a debugger does: the others run on.
class StoppedThread {
 public:
  explicit StoppedThread(pid_t thread) : thread_(thread) {
    int status = 0;
    if (::ptrace(PTRACE_SEIZE, thread, nullptr, nullptr) != 0 ||
        ::ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr) != 0 ||
        ::waitpid(thread, &status, __WALL) != thread) {
      throw std::runtime_error(fmt::format("cannot stop a thread: {}", std::strerror(errno)));
    }
  }
  StoppedThread(const StoppedThread&) = delete;
  StoppedThread& operator=(const StoppedThread&) = delete;
  ~StoppedThread() { ::ptrace(PTRACE_DETACH, thread_, nullptr, nullptr); }

 private:
  const pid_t thread_;
};

// An engine that takes every connection and never says a word.
class SilentEngine {
 public:
  explicit SilentEngine(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(socket_, 64) != 0) {
      throw std::runtime_error("cannot listen as an engine");
    }
  }
  SilentEngine(const SilentEngine&) = delete;
  SilentEngine& operator=(const SilentEngine&) = delete;
  ~SilentEngine() { ::close(socket_); }

 private:
  int socket_ = -1;
};

class Watchdog : public ConnectorTest {
 protected:
  void SetUp() override {
    ConnectorTest::SetUp();
    if (IsSkipped()) return;
    // A sign of life is due each second.
    set_up_connector(
        {.engine_url = engine_url(),
         .wrapper = {"/usr/bin/env", "NOTIFY_SOCKET=" + manager_.name(), "WATCHDOG_USEC=3000000"}});
    connector().edit_configuration("  port: 0\n", "  port: 0\n  interval: 1s\n");
  }

  NotifySocket& manager() { return manager_; }
  // The program's thread of that name.
  pid_t thread_named(const std::string& name) {
    const std::filesystem::path threads = fmt::format("/proc/{}/task", connector().process().pid());
    for (const auto& thread : std::filesystem::directory_iterator(threads)) {
      std::string found;
      std::getline(std::ifstream(thread.path() / "comm"), found);
      if (found == name) return std::stoi(thread.path().filename());
    }
    throw std::runtime_error("no thread is named " + name);
  }
  bool logs(const std::string& text, std::size_t offset = 0) {
    return connector().process().wait_for_log(text, offset, kSoon);
  }

 private:
  NotifySocket manager_;
};

TEST_F(Watchdog, TellsTheServiceManagerHowItIs) {
  connector().start();
  EXPECT_EQ(manager().wait_for("READY", kSoon), "READY=1");
  EXPECT_EQ(connector().call("GET", "/healthz").status, 200) << "READY, and does not answer";
  connector().define("web", image());
  connector().scale_and_converge("web", 1);
  EXPECT_EQ(manager().wait_for("1 services, 1", kSoon),
            "STATUS=1 services, 1 converged; the engine answers");
  EXPECT_EQ(manager().wait_for("WATCHDOG", kSoon), "WATCHDOG=1");
  connector().process().signal(SIGHUP);
  EXPECT_NE(manager().wait_for("RELOADING=1", kSoon), "");
  EXPECT_EQ(manager().wait_for("READY", kSoon), "READY=1");
  EXPECT_EQ(connector().process().terminate().code, 0);
  EXPECT_EQ(manager().wait_for("STOPPING", seconds(1)), "STOPPING=1");
}

TEST_F(Watchdog, SeesThatTheLogicThreadIsBlockedAndGivesNoSignOfLife) {
  connector().start();
  ASSERT_EQ(manager().wait_for("WATCHDOG", kSoon), "WATCHDOG=1");
  {
    const StoppedThread logic(connector().process().pid());
    ASSERT_TRUE(logs("the logic thread has not turned for"));
    manager().drain();
    EXPECT_EQ(manager().next(seconds(3)), "");
  }
  EXPECT_TRUE(logs("the logic thread turns again"));
  EXPECT_EQ(manager().wait_for("WATCHDOG", kSoon), "WATCHDOG=1");
}

TEST_F(Watchdog, TellsWhereAPassHangsAndThatASilentEngineIsNoFaultOfTheProgram) {
  const SilentEngine engine(connector().file("engine.sock"));
  connector().edit_configuration("url: " + engine_url(),
                                 "url: unix://" + connector().file("engine.sock"));
  connector().start();
  ASSERT_TRUE(
      logs("the pass hangs for 5 s: looking at the engine, the engine is to list the containers"))
      << connector().process().log();
  const std::string ready = connector().call("GET", "/readyz").body;
  EXPECT_NE(ready.find("the pass hangs for"), std::string::npos) << ready;
  const std::string metrics = connector().call("GET", "/metrics").body;
  EXPECT_NE(metrics.find("genisys_stalled 1\n"), std::string::npos) << metrics;
  manager().drain();
  EXPECT_EQ(manager().wait_for("WATCHDOG", seconds(3)), "WATCHDOG=1");
  EXPECT_TRUE(logs("the pass goes on, after 10 s"));
}

// A disk that answers nothing, say.
TEST_F(Watchdog, SeesThatTheStateFileIsNotWrittenAndGivesNoSignOfLife) {
  connector().start();
  connector().define("web", image());
  connector().scale_and_converge("web", 1);
  const std::string replica = connector().running("web").at(0);
  std::future<HttpAnswer> answer;
  {
    const StoppedThread writer(thread_named("state-writer"));
    answer = std::async(std::launch::async, [this] {
      return connector().call("POST", "/service/web/scale", R"({"number": 2})");
    });
    EXPECT_TRUE(
        connector().process().wait_for_log("the store's writer hangs for 30 s", 0, seconds(60)));
    EXPECT_NE(connector().call("GET", "/readyz").body.find("the store's writer hangs"),
              std::string::npos);
    manager().drain();
    EXPECT_EQ(manager().wait_for("WATCHDOG", seconds(3)), "");
    EXPECT_EQ(connector().status("web")["desired"].number(), 1) << "told before it is durable";
    // What runs is kept running meanwhile.
    engine().kill(replica);
    EXPECT_TRUE(eventually([&] { return connector().running("web").size() == 1; }));
  }
  EXPECT_TRUE(logs("the store's writer goes on"));
  answer.wait();
  EXPECT_EQ(connector().converge("web")["ready"].number(), 2);
  manager().drain();
  EXPECT_EQ(manager().wait_for("WATCHDOG", kSoon), "WATCHDOG=1");
}

TEST_F(Watchdog, ListensAnewWhenItsSocketIsGone) {
  const std::string path = connector().file("api.sock");
  connector().edit_configuration("bind: 127.0.0.1", "bind: unix://" + path);
  connector().process().launch();
  ASSERT_EQ(manager().wait_for("READY", kSoon), "READY=1");
  const HttpClient client(HttpClient::Unix{path});
  EXPECT_EQ(client.send("GET", "/healthz").status, 200);
  std::filesystem::remove(path);
  ASSERT_TRUE(logs("listening anew"));
  EXPECT_TRUE(logs("the listener takes connections up again"));
  EXPECT_EQ(client.send("GET", "/healthz").status, 200);
  EXPECT_NE(client.send("GET", "/metrics").body.find("genisys_listener_reopened_total 1\n"),
            std::string::npos);
}

}  // namespace
}  // namespace genisys::test
