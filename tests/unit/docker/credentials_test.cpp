#include "docker/credentials.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "docker/registry_auth.hpp"
#include "tests/support/run_coro.hpp"
#include "tests/support/scripts_in_path.hpp"
#include "tests/unit/docker/leftovers.hpp"

namespace genisys::docker {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kImage = "registry:5000/team/app:1";
const std::string kRegistry = "registry:5000";

class CredentialsTest : public ::testing::Test {
 protected:
  void TearDown() override {
    EXPECT_TRUE(test::all_children_are_reaped(io_)) << "a helper is left";
  }

  std::string config() const { return scripts_.file("config.json"); }
  void write(const std::string& text) { std::ofstream(config()) << text; }
  void use_helper(const std::string& commands) {
    write(R"({"credHelpers": {"registry:5000": "test"}})");
    scripts_.add("docker-credential-test", commands);
  }
  Result<std::string> ask(Credentials& credentials, const std::string& image = kImage) {
    return test::run_coro(io_, credentials.for_image(image));
  }
  Result<std::string> ask() { return ask(credentials_); }
  // Of credentials that cannot be had.
  std::string message(Credentials& credentials) {
    const auto value = ask(credentials);
    if (value) return "there are some: " + *value;
    EXPECT_EQ(value.error().kind, ErrorKind::rejected);
    EXPECT_THAT(value.error().message, Not(HasSubstr("secret")));
    return value.error().message;
  }
  std::string message() { return message(credentials_); }

  asio::io_context io_{1};
  test::ScriptsInPath scripts_;
  Credentials credentials_{io_.get_executor(), config()};
};

TEST_F(CredentialsTest, AreNoneWithoutAFile) {
  EXPECT_EQ(*ask(), "");
  Credentials nowhere(io_.get_executor(), "");
  EXPECT_EQ(*ask(nowhere), "");
  Credentials no_folder(io_.get_executor(), "/dev/null/config.json");
  EXPECT_EQ(*ask(no_folder), "");
}

TEST_F(CredentialsTest, AreReadAfreshAtEveryCall) {
  const auto login = [](const char* password) {
    return encode_registry_auth({.username = "user", .password = password}, kRegistry);
  };
  write(R"({"auths": {"registry:5000": {"auth": "dXNlcjpvbmU="}}})");
  EXPECT_EQ(*ask(), login("one"));
  write(R"({"auths": {"registry:5000": {"auth": "dXNlcjp0d28="}}})");
  EXPECT_EQ(*ask(), login("two"));
  EXPECT_EQ(*ask(credentials_, "nginx"), "") << "another registry's";
  std::filesystem::remove(config());
  EXPECT_EQ(*ask(), "");
}

TEST_F(CredentialsTest, OfABrokenFileNameIt) {
  write(R"({"auths": {"registry:5000": {"auth": "secret"}})");
  EXPECT_THAT(message(), AllOf(HasSubstr(config()), HasSubstr("not valid JSON")));
}

TEST_F(CredentialsTest, OfAnUnreadableFileNameIt) {
  if (::geteuid() == 0) {
    // Nothing is unreadable for root; a link to itself is, for everybody.
    std::filesystem::create_symlink(config(), config());
  } else {
    write("{}");
    std::filesystem::permissions(config(), std::filesystem::perms::none);
  }
  EXPECT_THAT(message(), HasSubstr(config()));
}

TEST_F(CredentialsTest, AreInARegularFileOnly) {
  ASSERT_EQ(::mkfifo(config().c_str(), 0600), 0);
  EXPECT_THAT(message(), AllOf(HasSubstr(config()), HasSubstr("regular file")));
  std::filesystem::remove(config());
  std::filesystem::create_directory(config());
  EXPECT_THAT(message(), HasSubstr("regular file"));
}

TEST_F(CredentialsTest, AreNotInAHugeFile) {
  write(R"({"a": ")" + std::string(1024 * 1024, 'x') + "\"}");
  EXPECT_THAT(message(), AllOf(HasSubstr(config()), HasSubstr("1048576 bytes")));
}

TEST_F(CredentialsTest, AreAskedOfAHelper) {
  use_helper("cat >\"$0.heard\"; echo '{\"Username\": \"user\", \"Secret\": \"secret\"}'");
  EXPECT_EQ(*ask(), encode_registry_auth({.username = "user", .password = "secret"}, kRegistry));
  EXPECT_EQ(scripts_.read("docker-credential-test.heard"), "registry:5000\n");
}

TEST_F(CredentialsTest, OfDockerHubAreAskedByItsKey) {
  write(R"({"credsStore": "test"})");
  scripts_.add("docker-credential-test",
               "cat >\"$0.heard\"; echo '{\"Username\": \"<token>\", \"Secret\": \"secret\"}'");
  EXPECT_EQ(*ask(credentials_, "nginx"),
            encode_registry_auth({.identity_token = "secret"}, kDockerHub));
  EXPECT_EQ(scripts_.read("docker-credential-test.heard"), "https://index.docker.io/v1/\n");
}

TEST_F(CredentialsTest, ThatAHelperDoesNotKnowAreNone) {
  use_helper("echo credentials not found in native keychain; exit 1");
  EXPECT_EQ(*ask(), "");
}

TEST_F(CredentialsTest, OfAHelperThatFailsSayWhy) {
  use_helper("echo the store is locked; exit 1");
  EXPECT_THAT(message(), AllOf(HasSubstr("docker-credential-test"), HasSubstr("store is locked"),
                               HasSubstr(kRegistry)));
}

TEST_F(CredentialsTest, OfAHelperThatIsNotThereNameIt) {
  write(R"({"credsStore": "not-there"})");
  EXPECT_THAT(message(), AllOf(HasSubstr("docker-credential-not-there"), HasSubstr(kRegistry)));
}

TEST_F(CredentialsTest, AreNotWaitedForForEver) {
  use_helper("exec sleep 1000");
  Credentials impatient(io_.get_executor(), config(), {.helper_timeout = 100ms});
  EXPECT_THAT(message(impatient), AllOf(HasSubstr("docker-credential-test"), HasSubstr("in time")));
}

TEST_F(CredentialsTest, AreNoFlood) {
  use_helper("exec yes secret");
  EXPECT_THAT(message(), HasSubstr("65536 bytes"));
}

class DefaultConfigFile : public ::testing::Test {
 protected:
  DefaultConfigFile() {
    for (const char* name : {"DOCKER_CONFIG", "HOME"}) {
      const char* const value = ::getenv(name);
      before_.emplace_back(name, value == nullptr ? std::optional<std::string>() : value);
      ::unsetenv(name);
    }
  }
  ~DefaultConfigFile() override {
    for (const auto& [name, value] : before_) {
      if (value) {
        ::setenv(name.c_str(), value->c_str(), 1);
      } else {
        ::unsetenv(name.c_str());
      }
    }
  }

 private:
  std::vector<std::pair<std::string, std::optional<std::string>>> before_;
};

TEST_F(DefaultConfigFile, IsThatOfTheDockerCommand) {
  EXPECT_EQ(default_config_file(), "");
  ::setenv("HOME", "/nobody/here", 1);
  EXPECT_EQ(default_config_file(), "/nobody/here/.docker/config.json");
  ::setenv("DOCKER_CONFIG", "/etc/docker-client", 1);
  EXPECT_EQ(default_config_file(), "/etc/docker-client/config.json");
  ::setenv("DOCKER_CONFIG", "relative", 1);
  EXPECT_EQ(default_config_file(), std::filesystem::current_path() / "relative" / "config.json");
}

TEST_F(DefaultConfigFile, IsNoneWhereTheHomeIsClosed) {
  if (::geteuid() == 0) GTEST_SKIP() << "no folder is closed to root";
  const test::ScratchDirectory home;
  std::filesystem::permissions(home.path(), std::filesystem::perms::none);
  ::setenv("HOME", home.path().c_str(), 1);
  EXPECT_EQ(default_config_file(), "");
  std::filesystem::permissions(home.path(), std::filesystem::perms::owner_all);
}

}  // namespace
}  // namespace genisys::docker
