// Images behind a password, at a real registry: whichever way the credentials come, and when they
// are wrong or the registry is silent.

#include "tests/support/registry.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/e2e/connector_test.hpp"
#include "tests/support/scripts_in_path.hpp"

namespace genisys::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class PrivateImage : public ConnectorTest {
 protected:
  void SetUp() override {
    ConnectorTest::SetUp();
    if (IsSkipped()) return;
    registry_ = std::make_unique<Registry>(engine_url());
    private_image_ = registry_->push(image(), "team/app:1");
    set_up_connector({.engine_url = engine_url(), .docker_config = "docker.json"});
  }
  void TearDown() override {
    if (!IsSkipped()) {
      EXPECT_THAT(connector().process().log(), Not(HasSubstr(Registry::kPassword)));
    }
    ConnectorTest::TearDown();
  }

  const Registry& registry() const { return *registry_; }
  const std::string& private_image() const { return private_image_; }
  void log_in(const std::string& docker_config) {
    connector().write_file("docker.json", docker_config);
  }
  // What the status says of the image once its pull has failed for a reason with these words.
  std::string failure_with(const std::string& words) {
    std::string message;
    eventually([&] {
      const Json status = connector().status("web");
      if (status["observed_generation"].number() == 0) return false;  // no pass has seen it yet
      const Json ready = condition(status, "ImageReady");
      if (ready["reason"].text() == "ImageUnavailable") message = ready["message"].text();
      return message.find(words) != std::string::npos;
    });
    return message;
  }

 private:
  std::unique_ptr<Registry> registry_;
  std::string private_image_;
};

TEST_F(PrivateImage, IsPulledWithALoginOfTheDockerConfigFile) {
  log_in(registry().config());
  connector().start();
  connector().define("web", private_image());
  EXPECT_EQ(connector().scale_and_converge("web", 2)["ready"].number(), 2);
}

TEST_F(PrivateImage, IsPulledWithACredentialHelper) {
  const ScriptsInPath scripts;
  scripts.add("docker-credential-vault",
              fmt::format("read -r registry\n"
                          "[ \"$1 $registry\" = 'get {0}' ] || exit 1\n"
                          "echo '{{\"ServerURL\": \"{0}\", \"Username\": \"{1}\", "
                          "\"Secret\": \"{2}\"}}'",
                          registry().host(), Registry::kUser, Registry::kPassword));
  log_in(fmt::format(R"({{"credHelpers": {{"{}": "vault"}}}})", registry().host()));
  connector().start();
  connector().define("web", private_image());
  EXPECT_EQ(connector().scale_and_converge("web", 2)["ready"].number(), 2);
}

TEST_F(PrivateImage, IsPulledOnceTheCredentialsAreRight) {
  log_in(registry().config("wrong"));
  connector().start();
  connector().define("web", private_image());
  connector().define("good", image());
  connector().scale("web", 1);
  connector().scale_and_converge("good", 2);
  // The registry's word for it.
  EXPECT_THAT(failure_with("unauthorized"), HasSubstr("unauthorized"))
      << connector().status("web").dump();
  // Between two attempts; during one it is being pulled.
  EXPECT_TRUE(eventually([&] {
    return condition(connector().status("web"), "Converged")["reason"].text() == "ImageUnavailable";
  })) << connector().status("web").dump();
  EXPECT_TRUE(connector().status("good")["converged"].boolean());

  log_in("{ half a file");
  EXPECT_THAT(failure_with("docker.json"), HasSubstr("not valid JSON"))
      << connector().status("web").dump();

  log_in(registry().config());
  EXPECT_EQ(connector().converge("web")["ready"].number(), 1);
}

TEST_F(PrivateImage, IsNotPulledWithoutCredentials) {
  connector().start();
  connector().define("web", private_image());
  connector().scale("web", 1);
  EXPECT_THAT(failure_with("no basic auth credentials"), HasSubstr("no basic auth credentials"))
      << connector().status("web").dump();
}

// Takes connections and never says a word.
class SilentRegistry {
 public:
  SilentRegistry() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    const auto* where = reinterpret_cast<const sockaddr*>(&address);
    if (::bind(socket_, where, length) != 0 || ::listen(socket_, 64) != 0) {
      throw std::runtime_error("cannot listen");
    }
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length);
    host_ = fmt::format("127.0.0.1:{}", ntohs(address.sin_port));
  }
  SilentRegistry(const SilentRegistry&) = delete;
  SilentRegistry& operator=(const SilentRegistry&) = delete;
  ~SilentRegistry() { ::close(socket_); }
  const std::string& host() const { return host_; }

 private:
  const int socket_;
  std::string host_;
};

TEST_F(PrivateImage, IsPulledWhileOtherPullsStall) {
  const SilentRegistry silent;
  log_in(registry().config());
  connector().start();
  constexpr int kStalled = 6;
  const auto stalled = [](int i) { return fmt::format("stalled-{}", i); };
  for (int i = 0; i < kStalled; ++i) {
    connector().define(stalled(i), fmt::format("{}/app-{}:1", silent.host(), i));
    connector().scale(stalled(i), 1);
  }
  for (int i = 0; i < kStalled; ++i) {
    EXPECT_TRUE(connector().process().wait_for_log(fmt::format("[{}] pull", stalled(i)), 0,
                                                   Connector::kPatience));
  }
  connector().define("good", image());
  connector().define("web", private_image());
  connector().scale("good", 2);
  connector().scale("web", 1);
  EXPECT_EQ(connector().converge("good")["ready"].number(), 2);
  EXPECT_EQ(connector().converge("web")["ready"].number(), 1);
  for (int i = 0; i < kStalled; ++i) {
    const Json ready = condition(connector().status(stalled(i)), "ImageReady");
    EXPECT_EQ(ready["reason"].text(), "PullingImage") << "it stalls no longer: " << ready.dump();
  }
}

}  // namespace
}  // namespace genisys::test
