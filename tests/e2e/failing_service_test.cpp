// A service that cannot run says why, slows down, and holds up no other.

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/e2e/connector_test.hpp"

namespace genisys::test {
namespace {

class FailingService : public ConnectorTest {
 protected:
  void SetUp() override {
    ConnectorTest::SetUp();
    if (!IsSkipped()) connector().start();
  }

  // The first slot in backoff with this cause, once there is one; throws with the last status.
  Json slot_that_failed(const std::string& service, const std::string& cause,
                        std::int64_t attempts) {
    Json status = connector().status(service);
    const bool found = eventually([&] {
      status = connector().status(service);
      return failed_slot(status, cause, attempts).has_value();
    });
    if (!found) throw std::runtime_error("no such slot: " + status.dump());
    return *failed_slot(status, cause, attempts);
  }

 private:
  static std::optional<Json> failed_slot(const Json& status, const std::string& cause,
                                         std::int64_t attempts) {
    for (const Json& slot : status["slots"].items()) {
      if (slot.has("cause") && slot["cause"].text() == cause && slot.has("attempts") &&
          slot["attempts"].number() >= attempts && slot.has("next_attempt")) {
        return slot;
      }
    }
    return std::nullopt;
  }
};

TEST_F(FailingService, ThatCrashesBacksOffAndDelaysNoOther) {
  connector().define("bad", image(), R"("command": "false")");
  connector().define("good", image());
  connector().scale("bad", 3);
  connector().scale_and_converge("good", 3);

  const Json slot = slot_that_failed("bad", "CrashLoop", 3);
  EXPECT_EQ(slot["state"].text(), "backoff");
  EXPECT_NE(slot["message"].text().find("1"), std::string::npos) << "no exit code: " << slot.dump();
  const Json status = connector().status("bad");
  EXPECT_FALSE(status["converged"].boolean());
  EXPECT_EQ(condition(status, "Converged")["reason"].text(), "CrashLoop") << status.dump();
  EXPECT_LE(connector().containers("bad").size(), 6U) << "dead containers are kept, one per slot";
  EXPECT_TRUE(connector().status("good")["converged"].boolean());
}

TEST_F(FailingService, BeginsAnewWithANewDefinition) {
  connector().define("web", image(), R"("command": "false")");
  connector().scale("web", 1);
  slot_that_failed("web", "CrashLoop", 3);
  connector().replace("web", image());
  EXPECT_EQ(connector().converge("web")["ready"].number(), 1);
}

TEST_F(FailingService, WithoutItsCommandSaysSo) {
  connector().define("web", image(), R"("command": "no-such-program")");
  connector().scale("web", 2);
  const Json slot = slot_that_failed("web", "CommandInvalid", 1);
  EXPECT_NE(slot["message"].text().find("no-such-program"), std::string::npos) << slot.dump();
}

TEST_F(FailingService, WithoutItsImageSaysSo) {
  // A port of loopback where nobody listens: bound, never listening, ours until the end.
  const int reserved = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  ASSERT_EQ(::bind(reserved, reinterpret_cast<sockaddr*>(&address), length), 0);
  ::getsockname(reserved, reinterpret_cast<sockaddr*>(&address), &length);

  connector().define("web", fmt::format("127.0.0.1:{}/team/app:1", ntohs(address.sin_port)));
  connector().define("good", image());
  connector().scale("web", 2);
  connector().scale_and_converge("good", 1);
  EXPECT_TRUE(eventually([&] {
    const Json ready = condition(connector().status("web"), "ImageReady");
    return ready["status"].text() == "False" && ready["reason"].text() == "ImageUnavailable";
  })) << connector().status("web").dump();
  const Json status = connector().status("web");
  EXPECT_FALSE(status["converged"].boolean());
  EXPECT_EQ(condition(status, "Converged")["reason"].text(), "ImageUnavailable") << status.dump();
  ::close(reserved);
}

TEST_F(FailingService, WithATakenPortSaysSoAndRunsOnceItIsFree) {
  const int taken = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  socklen_t length = sizeof address;
  ASSERT_EQ(::bind(taken, reinterpret_cast<sockaddr*>(&address), length), 0);
  ASSERT_EQ(::listen(taken, 1), 0);
  ::getsockname(taken, reinterpret_cast<sockaddr*>(&address), &length);

  connector().define("web", image(), fmt::format(R"("ports": ["{}:80"])", ntohs(address.sin_port)));
  connector().scale("web", 1);
  slot_that_failed("web", "PortTaken", 1);
  ::close(taken);
  EXPECT_EQ(connector().converge("web")["ready"].number(), 1);
}

}  // namespace
}  // namespace genisys::test
