#include "controller/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace genisys::controller {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::StartsWith;

ConfigPlace place() { return {.name = "genisys-connector.yml", .folder = "/etc/genisys"}; }

docker::Address address(std::string_view url) {
  std::string why;
  const auto address = docker::parse_address(url, why);
  if (!address) throw std::runtime_error(why);
  return *address;
}

Config accepted(std::string_view text, const ConfigPlace& where = place()) {
  ConfigResult result = parse_config(text, where);
  EXPECT_THAT(result.errors, IsEmpty());
  if (!result.config) throw std::runtime_error("refused: " + std::string(text));
  return *result.config;
}

TEST(Config, WithoutAnyKeyIsTheManualsDefaults) {
  for (const std::string_view text :
       {"", "# nothing\n", "connector:\ndocker:\nlimits:\npolicy:\n"}) {
    SCOPED_TRACE(text);
    const Config config = accepted(text);
    EXPECT_EQ(config.connector.bind, "127.0.0.1");
    EXPECT_EQ(config.connector.port, 7051);
    EXPECT_THAT(config.connector.service_files, ElementsAre("/etc/genisys/services.py"));
    EXPECT_EQ(config.connector.state_file, "/etc/genisys/genisys-connector.db");
    EXPECT_EQ(config.connector.interval, 5s);
    EXPECT_EQ(config.connector.instance, std::nullopt);
    EXPECT_TRUE(config.connector.token_file.empty());
    EXPECT_FALSE(config.connector.allow_unauthenticated);
    EXPECT_THAT(config.connector.allowed_hosts, IsEmpty());
    EXPECT_EQ(config.connector.advertise, "127.0.0.1");
    EXPECT_EQ(config.connector.log_level, LogLevel::info);
    EXPECT_EQ(config.docker.address, address("unix:///var/run/docker.sock"));
    EXPECT_EQ(config.docker.concurrency, 8u);
    EXPECT_TRUE(config.docker.adopt);
    EXPECT_EQ(config.limits.replicas, 1000u);
    EXPECT_EQ(config.policy, state::HostPolicy{});
    EXPECT_EQ(config.file, std::nullopt);
  }
}

TEST(Config, TakesTheManualsFileUnchanged) {
  const Config config = accepted(R"(connector:
  # Server address to bind to.
  bind: 127.0.0.1

  # Application port
  port: 7051

  # Path to compute definitions
  service_file: ./services.py

docker:
  # URL of the Docker server
  url: unix://var/run/docker.sock
)");
  EXPECT_THAT(config.connector.service_files, ElementsAre("/etc/genisys/services.py"));
  EXPECT_EQ(config.docker.address, address("unix:///var/run/docker.sock"));
}

TEST(Config, ReadsEveryKey) {
  const Config config = accepted(R"(
connector:
  bind: 0.0.0.0
  port: 0
  service_file: ../services.yml
  state_file: /var/lib/genisys/state.db
  interval: 1m30s
  instance: blue.1
  token_file: secrets/tokens
  allow_unauthenticated: true
  allowed_hosts: [Connector.example, "10.0.0.1", "::1"]
  advertise: apps.example
  log_level: debug
docker: {url: "tcp://10.1.2.3:2375", concurrency: 256, adopt: false, config: docker/config.json}
limits:
  replicas: 20
  journal_entries: 500
  journal_days: 7
)");
  EXPECT_EQ(config.connector.bind, "0.0.0.0");
  EXPECT_EQ(config.connector.port, 0);
  EXPECT_THAT(config.connector.service_files, ElementsAre("/etc/services.yml"));
  EXPECT_EQ(config.connector.state_file, "/var/lib/genisys/state.db");
  EXPECT_EQ(config.connector.interval, 90s);
  EXPECT_THAT(config.connector.instance, Optional(std::string("blue.1")));
  EXPECT_EQ(config.connector.token_file, "/etc/genisys/secrets/tokens");
  EXPECT_TRUE(config.connector.allow_unauthenticated);
  EXPECT_THAT(config.connector.allowed_hosts, ElementsAre("connector.example", "10.0.0.1", "::1"));
  EXPECT_EQ(config.connector.advertise, "apps.example");
  EXPECT_EQ(config.connector.log_level, LogLevel::debug);
  EXPECT_EQ(config.docker.address, address("tcp://10.1.2.3:2375"));
  EXPECT_EQ(config.docker.concurrency, 256u);
  EXPECT_FALSE(config.docker.adopt);
  EXPECT_EQ(config.docker.config, "/etc/genisys/docker/config.json");
  EXPECT_EQ(config.limits.replicas, 20u);
  EXPECT_EQ(config.limits.journal_entries, 500u);
  EXPECT_EQ(config.limits.journal_days, 7u);
}

TEST(Config, TakesAnAddressThatOthersReachWithTokensOrWithConsent) {
  for (const std::string more : {"token_file: tokens", "allow_unauthenticated: true"}) {
    EXPECT_EQ(accepted("connector: {bind: 0.0.0.0, " + more + "}").connector.bind, "0.0.0.0");
  }
}

TEST(Config, TakesSeveralServiceFilesInTheirOrder) {
  EXPECT_THAT(accepted("connector:\n  service_file:\n    - b.yml\n    - /srv/a.yml\n")
                  .connector.service_files,
              ElementsAre("/etc/genisys/b.yml", "/srv/a.yml"));
}

TEST(Config, NamesEveryMistakeInTheOrderOfTheFile) {
  const ConfigResult result = parse_config(
      "limits: {replicas: 0}\n"
      "connector:\n"
      "  prt: 7052\n"
      "  port: 70510\n"
      "dokcer: {}\n",
      place());
  EXPECT_EQ(result.config, std::nullopt);
  EXPECT_THAT(result.errors,
              ElementsAre("genisys-connector.yml:1:20: limits.replicas: 0 is out of range "
                          "(allowed: 1 to 100000)",
                          "genisys-connector.yml:3:3: connector.prt: unknown key "
                          "(did you mean port?)",
                          "genisys-connector.yml:4:9: connector.port: 70510 is out of range "
                          "(allowed: 0 to 65535)",
                          "genisys-connector.yml:5:1: dokcer: unknown key "
                          "(did you mean docker?)"));
}

struct Refused {
  std::string name;
  std::string text;
  std::string error;  // how the only message begins

  friend void PrintTo(const Refused& row, std::ostream* out) { *out << row.text; }
};

class ConfigRefuses : public testing::TestWithParam<Refused> {};

TEST_P(ConfigRefuses, WithTheReason) {
  const ConfigResult result = parse_config(GetParam().text, place());
  EXPECT_EQ(result.config, std::nullopt);
  EXPECT_THAT(result.errors, ElementsAre(StartsWith("genisys-connector.yml:" + GetParam().error)));
}

// One setting of a section, on line 2.
std::string connector(const std::string& line) { return "connector:\n  " + line + "\n"; }
std::string docker_section(const std::string& line) { return "docker:\n  " + line + "\n"; }

INSTANTIATE_TEST_SUITE_P(
    Keys, ConfigRefuses,
    testing::Values(
        Refused{"ADocumentThatIsNoMap", "- a\n",
                "1:1: lines `key: value` are needed here, not a list"},
        Refused{"ASectionThatIsNoMap", "connector: 7051\n",
                "1:12: connector: lines `key: value` are needed here, not a number"},
        Refused{"BrokenYaml", "connector: {port: 1\n", ""},
        Refused{"ADuplicateKey", "connector:\n  port: 1\n  port: 2\n", "3:3: "},
        Refused{"AKeyOfALaterVersion", connector("tls_key: key.pem"),
                "2:3: connector.tls_key: unknown key (this version knows bind, port,"},
        Refused{"ASectionOfALaterVersion", "swarm: {}\n",
                "1:1: swarm: unknown key (this version knows connector, docker, limits, policy)"},
        Refused{"NoServiceFileAtAll", connector("service_file: []"),
                "2:17: connector.service_file: names no file"},
        Refused{"AServiceFileTwice", connector("service_file: [a.yml, ./a.yml]"),
                "2:25: connector.service_file.1: /etc/genisys/a.yml is named twice"},
        Refused{"AServiceFileThatIsNoPath", connector("service_file: [a.yml, {}]"),
                "2:25: connector.service_file.1: a string is needed here, not a map"},
        Refused{"AnUnknownDockerKey", docker_section("adopts: true"),
                "2:3: docker.adopts: unknown key (did you mean adopt?)"},
        Refused{"AnEmptyValue", connector("port:"),
                "2:3: connector.port: is empty (remove the key or give a value)"},
        Refused{"AnEmptyString", connector("service_file: ''"),
                "2:17: connector.service_file: is empty"},
        Refused{"AQuotedPort", connector("port: '7051'"),
                "2:9: connector.port: a whole number is needed here, not the string '7051'"},
        Refused{"ANegativePort", connector("port: -1"),
                "2:9: connector.port: -1 is out of range (allowed: 0 to 65535)"},
        Refused{"APortThatOverflows", connector("port: 99999999999999999999"),
                "2:9: connector.port: 99999999999999999999 is out of range"},
        Refused{"ABindThatIsNoAddress", connector("bind: example.org"),
                "2:9: connector.bind: 'example.org' is no address to listen on"},
        Refused{"ABindWithAPort", connector("bind: 127.0.0.1:7051"),
                "2:9: connector.bind: '127.0.0.1:7051' is no address to listen on"},
        Refused{"ABindThatIsANumber", connector("bind: 127"),
                "2:9: connector.bind: a string is needed here, not a number"},
        Refused{"ABindToARelativeSocket", connector("bind: unix://api.sock"),
                "2:9: connector.bind: 'unix://api.sock' names no absolute path"},
        Refused{
            "ABindToALongSocket", connector("bind: unix:///" + std::string(107, 'x')),
            "2:9: connector.bind: the path of a unix socket has at most 107 bytes, this has 108"},
        Refused{"AllAddressesWithoutConsent", connector("bind: 0.0.0.0"),
                "2:9: connector.bind: 0.0.0.0 can be reached from other machines"},
        Refused{"AllV6AddressesWithoutConsent", connector("bind: '::'"),
                "2:9: connector.bind: :: can be reached from other machines"},
        Refused{"AForeignAddressWithConsentDenied",
                "connector: {allow_unauthenticated: false, bind: 10.0.0.1}\n",
                "1:49: connector.bind: 10.0.0.1 can be reached from other machines"},
        Refused{"AnIntervalWithoutSense", connector("interval: soon"),
                "2:13: connector.interval: 'soon' is no duration (write 500ms, 5s, 1m30s or 1h)"},
        Refused{"AnIntervalTooShort", connector("interval: 99ms"),
                "2:13: connector.interval: 99ms is out of range (allowed: 100ms to 1h"},
        Refused{"AnIntervalTooLong", connector("interval: 61m"),
                "2:13: connector.interval: 61m is out of range"},
        Refused{"ANegativeInterval", connector("interval: -5s"),
                "2:13: connector.interval: '-5s' is no duration"},
        Refused{"AnInstanceWithASpace", connector("instance: blue green"),
                "2:13: connector.instance: 'blue green' is no instance name"},
        Refused{"AnInstanceTooLong", connector("instance: " + std::string(64, 'i')),
                "2:13: connector.instance: "},
        Refused{"AWordForABoolean", connector("allow_unauthenticated: yes"),
                "2:26: connector.allow_unauthenticated: true or false is needed here, not the "
                "string 'yes'"},
        Refused{"HostsThatAreNoList", connector("allowed_hosts: a.example"),
                "2:18: connector.allowed_hosts: a list is needed here, not the string"},
        Refused{"AHostWithAScheme", connector("allowed_hosts: [a, 'http://b']"),
                "2:22: connector.allowed_hosts.1: 'http://b' is no host"},
        Refused{"AnAdvertisedUrl", connector("advertise: 'http://a.example'"),
                "2:14: connector.advertise: 'http://a.example' is no host"},
        Refused{"AnAdvertisedAddressOfEverything", connector("advertise: 0.0.0.0"),
                "2:14: connector.advertise: '0.0.0.0' is no address that a client can connect to"},
        Refused{"AnAdvertisedAddressOfEverythingV6", connector("advertise: '::'"),
                "2:14: connector.advertise: '::' is no address that a client can connect to"},
        Refused{"AHostThatIsNoString", connector("allowed_hosts: [{}]"),
                "2:19: connector.allowed_hosts.0: a string is needed here, not a map"},
        Refused{"AnUnknownLogLevel", connector("log_level: loud"),
                "2:14: connector.log_level: 'loud' is no log level"},
        Refused{"AUrlOfAnotherScheme", docker_section("url: ssh://host"), "2:8: docker.url: "},
        Refused{"NoConcurrency", docker_section("concurrency: 0"),
                "2:16: docker.concurrency: 0 is out of range (allowed: 1 to 256)"},
        Refused{"TooMuchConcurrency", docker_section("concurrency: 257"),
                "2:16: docker.concurrency: 257 is out of range"},
        Refused{"AdoptionByNumber", docker_section("adopt: 1"),
                "2:10: docker.adopt: true or false is needed here, not a number"},
        Refused{"TooManyReplicas", "limits: {replicas: 100001}\n",
                "1:20: limits.replicas: 100001 is out of range"},
        Refused{"TooShortAJournal", "limits: {journal_entries: 99}\n",
                "1:27: limits.journal_entries: 99 is out of range"},
        Refused{"AJournalForEver", "limits: {journal_days: 3651}\n",
                "1:24: limits.journal_days: 3651 is out of range"}),
    [](const auto& row) { return row.param.name; });

struct Bound {
  std::string name;
  std::string text;

  friend void PrintTo(const Bound& row, std::ostream* out) { *out << row.text; }
};

class ConfigBinds : public testing::TestWithParam<Bound> {};

TEST_P(ConfigBinds, ToTheMachineItselfWithoutConsent) {
  EXPECT_EQ(accepted("connector: {bind: '" + GetParam().text + "'}").connector.bind,
            GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(Loopback, ConfigBinds,
                         testing::Values(Bound{"Localhost", "localhost"}, Bound{"V4", "127.8.9.1"},
                                         Bound{"V6", "::1"}, Bound{"MappedV4", "::ffff:127.0.0.1"},
                                         Bound{"UnixSocket", "unix:///run/genisys/api.sock"},
                                         Bound{"LongestSocket",
                                               "unix:///" + std::string(106, 'x')}),
                         [](const auto& row) { return row.param.name; });

TEST(Config, TakesAnIntervalInBareSeconds) {
  EXPECT_EQ(accepted("connector: {interval: 5}").connector.interval, 5s);
  EXPECT_EQ(accepted("connector: {interval: 100ms}").connector.interval, 100ms);
  EXPECT_EQ(accepted("connector: {interval: 1h}").connector.interval, 1h);
}

TEST(Config, TakesTheEngineFromTheEnvironmentOnlyWhenTheFileNamesNone) {
  ConfigPlace where = place();
  where.docker_host = "tcp://10.0.0.9:2375";
  EXPECT_EQ(accepted("docker: {adopt: true}", where).docker.address,
            address("tcp://10.0.0.9:2375"));
  EXPECT_EQ(accepted("docker: {url: 'unix:///run/engine.sock'}", where).docker.address,
            address("unix:///run/engine.sock"));
  where.docker_host = "";
  EXPECT_EQ(accepted("", where).docker.address, address("unix:///var/run/docker.sock"));
}

TEST(Config, TakesTheUsersDockerConfigUnlessItNamesOne) {
  ConfigPlace where = place();
  EXPECT_EQ(accepted("", where).docker.config, "");
  where.docker_config = "/root/.docker/config.json";
  EXPECT_EQ(accepted("", where).docker.config, "/root/.docker/config.json");
  EXPECT_EQ(accepted("docker: {config: /run/auth.json}", where).docker.config, "/run/auth.json");
}

TEST(Config, BlamesTheEnvironmentForItsOwnMistake) {
  ConfigPlace where = place();
  where.docker_host = "ssh://host";
  EXPECT_THAT(parse_config("", where).errors,
              ElementsAre(StartsWith("DOCKER_HOST (environment): ")));
  // A wrong key in the file is one mistake, not two.
  EXPECT_THAT(parse_config("docker: {url: 'ssh://other'}", where).errors,
              ElementsAre(StartsWith("genisys-connector.yml:1:15: docker.url: ")));
}

// A folder of its own that is the current one meanwhile.
class ConfigFile : public testing::Test {
 protected:
  ConfigFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "config-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
    folder_ = std::filesystem::canonical(pattern);
    std::filesystem::current_path(folder_);
  }
  ~ConfigFile() override {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(folder_);
  }
  void write(const std::filesystem::path& file, std::string_view text) {
    std::filesystem::create_directories((folder_ / file).parent_path());
    std::ofstream(folder_ / file) << text;
  }

  std::filesystem::path before_ = std::filesystem::current_path();
  std::filesystem::path folder_;
};

TEST_F(ConfigFile, IsNotNeeded) {
  const ConfigResult result = load_config(std::nullopt);
  ASSERT_THAT(result.errors, IsEmpty());
  EXPECT_EQ(result.config->file, std::nullopt);
  EXPECT_THAT(result.config->connector.service_files, ElementsAre(folder_ / "services.py"));
}

TEST_F(ConfigFile, IsTakenFromTheCurrentFolderWhenItIsThere) {
  write("genisys-connector.yml", "connector: {port: 8000}");
  const ConfigResult result = load_config(std::nullopt);
  ASSERT_THAT(result.errors, IsEmpty());
  EXPECT_EQ(result.config->connector.port, 8000);
  EXPECT_THAT(result.config->file, Optional(folder_ / "genisys-connector.yml"));
}

TEST_F(ConfigFile, GivesRelativePathsTheirFolder) {
  write("conf/my.yml", "connector: {service_file: defs.yml}");
  const ConfigResult result = load_config("conf/my.yml", "/root/.docker/config.json");
  ASSERT_THAT(result.errors, IsEmpty());
  EXPECT_THAT(result.config->connector.service_files, ElementsAre(folder_ / "conf/defs.yml"));
  EXPECT_EQ(result.config->connector.state_file, folder_ / "conf/genisys-connector.db");
  EXPECT_EQ(result.config->docker.config, "/root/.docker/config.json");
}

TEST_F(ConfigFile, MustBeThereWhenItIsNamed) {
  EXPECT_THAT(load_config("other.yml").errors,
              ElementsAre(AllOf(StartsWith("configuration: "), HasSubstr("other.yml"))));
}

TEST_F(ConfigFile, ThatCannotBeReadIsNotTakenForAMissingOne) {
  std::filesystem::create_directory(folder_ / "genisys-connector.yml");
  EXPECT_THAT(
      load_config(std::nullopt).errors,
      ElementsAre(AllOf(StartsWith("configuration: "), HasSubstr("genisys-connector.yml"))));
}

}  // namespace
}  // namespace genisys::controller
