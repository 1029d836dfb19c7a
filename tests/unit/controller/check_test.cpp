#include "controller/check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace genisys::controller {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// A folder with a service file, and a configuration that names it.
class Services : public testing::Test {
 protected:
  Services() {
    std::string pattern = (std::filesystem::temp_directory_path() / "check-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
    folder_ = pattern;
    file_ = (folder_ / "services.py").string();
    config_.connector.service_files = {file_};
    config_.connector.state_file = "/var/lib/genisys/state.db";
  }
  ~Services() override { std::filesystem::remove_all(folder_); }

  void write(std::string_view text) { std::ofstream(file_) << text; }

  std::filesystem::path folder_;
  std::string file_;
  Config config_;
};

TEST_F(Services, MayBeWithoutAFile) {
  const ServicesResult services = load_services(config_);
  EXPECT_THAT(services.errors, IsEmpty());
  EXPECT_TRUE(services.file_missing);
  ASSERT_TRUE(services.declared);
  EXPECT_THAT(services.declared->entries, IsEmpty());
  EXPECT_THAT(services.notices,
              ElementsAre("no service file " + file_ + ": services are declared over the API"));
  EXPECT_THAT(summary(config_, services), HasSubstr("services       none (" + file_));
}

TEST_F(Services, AreReadFromTheFileThatIsThere) {
  write("web = {'image': 'nginx:1', 'ports': ['80']}\ndb = {'image': 'redis:7'}\n");
  const ServicesResult services = load_services(config_);
  ASSERT_THAT(services.errors, IsEmpty());
  EXPECT_FALSE(services.file_missing);
  EXPECT_THAT(summary(config_, services),
              HasSubstr("services       2 in " + file_ + ": web, db\n"));
}

TEST_F(Services, AreSummedUpWithTheTokensWhenThereAreSome) {
  config_.connector.token_file = "/etc/genisys/tokens";
  EXPECT_THAT(summary(config_, load_services(config_), "2 (1 read-only)"),
              HasSubstr("tokens         2 (1 read-only) in /etc/genisys/tokens\n"));
  EXPECT_THAT(summary(config_, load_services(config_)), Not(HasSubstr("tokens")));
}

TEST_F(Services, AreRefusedWithThePlacesOfAllMistakes) {
  write("web = {'image': 'nginx'}\ndb = {'imag': 'redis:7'}\n");
  const ServicesResult services = load_services(config_);
  EXPECT_FALSE(services.declared);
  ASSERT_GE(services.errors.size(), 2u);
  EXPECT_THAT(services.errors.front(), StartsWith(file_ + ":1:"));
  EXPECT_THAT(services.errors.back(), StartsWith(file_ + ":2:"));
}

TEST_F(Services, AreRefusedWhenTheFileCannotBeRead) {
  std::filesystem::create_directory(file_);
  const ServicesResult services = load_services(config_);
  EXPECT_FALSE(services.declared);
  EXPECT_THAT(services.errors, ElementsAre(AllOf(StartsWith("service file: "), HasSubstr(file_))));
}

TEST_F(Services, MayNotBeginAboveTheLimit) {
  config_.limits.replicas = 2;
  write("web = {'image': 'nginx:1', 'deploy': {'replicas': 3}}\n");
  const ServicesResult services = load_services(config_);
  EXPECT_FALSE(services.declared);
  EXPECT_THAT(
      services.errors,
      ElementsAre(file_ + ":1:1: web: deploy.replicas is 3, more than the 2 that limits.replicas "
                          "allows"));
}

TEST_F(Services, MayAskOfTheHostWhatThePolicyAllows) {
  config_.policy.registries = {{"registry:5000"}};
  write("db = {'image': 'registry:5000/redis:7'}\nweb = {'image': 'nginx:1'}\n");
  const ServicesResult services = load_services(config_);
  EXPECT_FALSE(services.declared);
  EXPECT_THAT(
      services.errors,
      ElementsAre(AllOf(StartsWith(file_ + ":2:1: web.image: 'nginx:1' comes from docker.io"),
                        HasSubstr("add \"docker.io\" to policy.registries"))));
}

TEST_F(Services, AreReadFromSeveralFiles) {
  const std::string other = (folder_ / "more.yml").string();
  config_.connector.service_files = {file_, other};
  write("web = {'image': 'nginx:1'}\n");
  std::ofstream(other) << "db:\n  image: redis:7\n";
  const ServicesResult services = load_services(config_);
  ASSERT_THAT(services.errors, IsEmpty());
  EXPECT_THAT(summary(config_, services),
              HasSubstr("services       2 in " + file_ + ", " + other + ": web, db\n"));
}

TEST_F(Services, NameTheFileOfEachMistake) {
  const std::string other = (folder_ / "more.yml").string();
  config_.connector.service_files = {file_, other};
  write("web = {'image': 'nginx'}\n");
  std::ofstream(other) << "db:\n  imag: redis:7\n";
  const ServicesResult services = load_services(config_);
  ASSERT_GE(services.errors.size(), 2u);
  EXPECT_THAT(services.errors.front(), StartsWith(file_ + ":1:"));
  EXPECT_THAT(services.errors.back(), StartsWith(other + ":"));
}

TEST_F(Services, OfSeveralFilesMissNone) {
  config_.connector.service_files = {file_, (folder_ / "more.yml").string()};
  write("web = {'image': 'nginx:1'}\n");
  const ServicesResult services = load_services(config_);
  EXPECT_FALSE(services.declared);
  EXPECT_FALSE(services.file_missing);
  EXPECT_THAT(services.errors, ElementsAre(AllOf(StartsWith("service file: "),
                                                 HasSubstr((folder_ / "more.yml").string()))));
}

TEST_F(Services, AreNotTakenFromAComposeFileThatHappensToLieThere) {
  const std::string compose = (folder_ / "compose.yaml").string();
  std::ofstream(compose) << "services: {web: {image: \"nginx:1\"}}\n";
  const ServicesResult services = load_services(config_);
  EXPECT_TRUE(services.file_missing);
  EXPECT_THAT(services.declared->entries, IsEmpty());
  EXPECT_THAT(services.notices, ElementsAre(HasSubstr("say `service_file: " + compose + "`")));

  const std::string over = (folder_ / "compose.override.yml").string();
  std::ofstream(over) << "services: {}\n";
  EXPECT_THAT(load_services(config_).notices,
              ElementsAre(HasSubstr("`service_file: [" + compose + ", " + over + "]`")));
}

TEST_F(Services, AreSummedUpWithTheConfigurationOneFactALine) {
  config_.file = "/etc/genisys/genisys-connector.yml";
  config_.docker.config = "/etc/genisys/docker/config.json";
  EXPECT_EQ(summary(config_, {.declared = state::Declarations{}}),
            "configuration  /etc/genisys/genisys-connector.yml\n"
            "api            http://127.0.0.1:7051\n"
            "advertise      127.0.0.1\n"
            "engine         unix:///var/run/docker.sock\n"
            "services       0 in " +
                file_ +
                "\n"
                "state          /var/lib/genisys/state.db\n"
                "instance       of the state file\n"
                "interval       5s\n"
                "concurrency    8 containers being started at once\n"
                "adopt          yes\n"
                "credentials    /etc/genisys/docker/config.json\n"
                "limit          1000 replicas of a service\n"
                "journal        10000 entries, 30 days\n"
                "policy         closed\n");
}

TEST(ApiUrl, IsWhatAClientIsGiven) {
  ConnectorConfig config;
  EXPECT_EQ(api_url(config), "http://127.0.0.1:7051");
  config.bind = "::1";
  EXPECT_EQ(api_url(config), "http://[::1]:7051");
  config.bind = "unix:///run/api.sock";
  EXPECT_EQ(api_url(config), "unix:///run/api.sock");
}

}  // namespace
}  // namespace genisys::controller
