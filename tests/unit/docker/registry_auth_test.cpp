#include "docker/registry_auth.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "docker/base64.hpp"

namespace genisys::docker {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kRegistry = "registry:5000";
// user:secret, robot:se:cret, and what has no colon
const std::string kUserSecret = "dXNlcjpzZWNyZXQ=";
const std::string kRobotSecret = "cm9ib3Q6c2U6Y3JldA==";
const std::string kNoColon = "c2VjcmV0";

const Login kUser{.username = "user", .password = "secret"};
const Login kRobot{.username = "robot", .password = "se:cret"};

TEST(RegistryOf, IsTheFirstComponentThatLooksLikeAHost) {
  const std::string hub(kDockerHub);
  for (const char* image : {"nginx", "nginx:1.25", "team/app", "docker.io/nginx", "team/app:1.2",
                            "index.docker.io/library/nginx", "nginx@sha256:ab", "", "a/b.c/d"}) {
    EXPECT_EQ(registry_of(image), hub) << image;
  }
  EXPECT_EQ(registry_of("registry:5000/app"), "registry:5000");
  EXPECT_EQ(registry_of("ghcr.io/team/app:1@sha256:ab"), "ghcr.io");
  EXPECT_EQ(registry_of("localhost/app"), "localhost");
  EXPECT_EQ(registry_of("[::1]:5000/app"), "[::1]:5000");
}

struct Found {
  std::string name;
  std::string config;
  Credential credential;
  std::string registry = kRegistry;

  friend void PrintTo(const Found& row, std::ostream* out) { *out << row.config; }
};

class FindCredential : public ::testing::TestWithParam<Found> {};

TEST_P(FindCredential, FollowsTheDockerCommand) {
  const auto found = find_credential(GetParam().config, GetParam().registry);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*found, GetParam().credential);
}

std::string auths(const std::string& key, const std::string& entry) {
  return R"({"auths": {")" + key + R"(": )" + entry + "}}";
}
std::string auth(const std::string& encoded) { return R"({"auth": ")" + encoded + R"("})"; }

INSTANTIATE_TEST_SUITE_P(
    Rules, FindCredential,
    ::testing::Values(
        Found{"NothingSaid", "{}", Anonymous{}},
        Found{"UnknownMembers", R"({"HttpHeaders": {"A": "b"}, "psFormat": "x", "auths": null})",
              Anonymous{}},
        Found{"AnotherRegistry", auths("other:5000", auth(kUserSecret)), Anonymous{}},
        Found{"TheSameHostWithAnotherPort", auths("registry", auth(kUserSecret)), Anonymous{}},
        Found{"ALogin", auths("registry:5000", auth(kUserSecret)), kUser},
        Found{"APasswordWithAColon", auths("registry:5000", auth(kRobotSecret)), kRobot},
        Found{"APaddedPassword", auths("registry:5000", auth("dXNlcjpzZWNyZXQAAAA=")), kUser},
        Found{"AKeyWithASchemeAndAPath", auths("https://registry:5000/v2/", auth(kUserSecret)),
              kUser},
        Found{"APlainKey", auths("http://registry:5000", auth(kUserSecret)), kUser},
        Found{"TheExactKeyFirst",
              R"({"auths": {"https://registry:5000/": {"auth": ")" + kRobotSecret +
                  R"("}, "registry:5000": {"auth": ")" + kUserSecret + R"("}}})",
              kUser},
        Found{"UserAndPasswordInTheClear",
              auths("registry:5000", R"({"username": "user", "password": "secret"})"), kUser},
        Found{"AnIdentityToken",
              auths("registry:5000", R"({"auth": "dXNlcjo=", "identitytoken": "tok"})"),
              Login{.username = "user", .identity_token = "tok"}},
        Found{"ARegistryToken", auths("registry:5000", R"({"registrytoken": "tok"})"),
              Login{.registry_token = "tok"}},
        Found{"AnEmptyEntry", auths("registry:5000", "{}"), Anonymous{}},
        Found{"AnEntryThatIsNull", auths("registry:5000", "null"), Anonymous{}},
        Found{"AStore", R"({"credsStore": "pass"})", CredentialHelper{"pass"}},
        Found{"AStoreBeforeALogin",
              R"({"credsStore": "pass", "auths": {"registry:5000": {"auth": "!"}}})",
              CredentialHelper{"pass"}},
        Found{"AHelperBeforeTheStore",
              R"({"credsStore": "pass", "credHelpers": {"registry:5000": "ecr-login"}})",
              CredentialHelper{"ecr-login"}},
        Found{"TheHelperOfAnotherRegistry",
              R"({"credsStore": "pass", "credHelpers": {"other:5000": "ecr-login"}})",
              CredentialHelper{"pass"}},
        Found{"AHelperThatIsSwitchedOff",
              R"({"credsStore": "pass", "credHelpers": {"registry:5000": ""},
                  "auths": {"registry:5000": {"auth": ")" +
                  kUserSecret + R"("}}})",
              kUser},
        Found{"DockerHub", auths("https://index.docker.io/v1/", auth(kUserSecret)), kUser,
              std::string(kDockerHub)},
        Found{"DockerHubByItsName", auths("docker.io", auth(kUserSecret)), kUser,
              std::string(kDockerHub)},
        Found{"DockerHubsLoginForNobodyElse",
              auths("https://index.docker.io/v1/", auth(kUserSecret)), Anonymous{}}),
    [](const auto& row) { return row.param.name; });

struct Refused {
  std::string name;
  std::string config;
  std::string words;

  friend void PrintTo(const Refused& row, std::ostream* out) { *out << row.config; }
};

class FindCredentialRefuses : public ::testing::TestWithParam<Refused> {};

TEST_P(FindCredentialRefuses, AndTellsNoSecret) {
  const auto found = find_credential(GetParam().config, kRegistry);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::rejected);
  EXPECT_THAT(found.error().message, HasSubstr(GetParam().words));
  for (const char* secret : {"secret", "c2VjcmV0", "dXNlcjpz", "hush"}) {
    EXPECT_THAT(found.error().message, Not(HasSubstr(secret)));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, FindCredentialRefuses,
    ::testing::Values(
        Refused{"AnEmptyFile", "", "not valid JSON"},
        Refused{"WhatIsNoJson", auths("registry:5000", auth(kUserSecret) + "secret"),
                "not valid JSON"},
        Refused{"AFileCutShort", R"({"auths": {"registry:5000": {"auth": ")" + kUserSecret,
                "not valid JSON"},
        Refused{"ANul", std::string("{}\0", 3), "not valid JSON"},
        Refused{"DeepNesting", std::string(500'000, '['), "not valid JSON"},
        Refused{"AList", "[]", "object"},
        Refused{"AuthsThatAreNoMap", R"({"auths": ["secret"]})", "auths"},
        Refused{"HelpersThatAreNoMap", R"({"credHelpers": "secret"})", "credHelpers"},
        Refused{"AHelperThatIsNoText", R"({"credHelpers": {"registry:5000": true}})",
                "credHelpers"},
        Refused{"AStoreThatIsNoText", R"({"credsStore": {}})", "credsStore"},
        Refused{"AHelperThatIsAPath", R"({"credsStore": "../../evil"})", "../../evil"},
        Refused{"AHelperThatIsACommand", R"({"credsStore": "a;reboot"})", "a;reboot"},
        Refused{"AHelperWithControlCharacters", R"({"credsStore": "a\u001b[31m"})", "'a [31m'"},
        Refused{"AHelperWithALongName", R"({"credsStore": ")" + std::string(200, 'a') + "\"}",
                "no valid name"},
        Refused{"AnEntryThatIsNoMap", auths("registry:5000", "\"secret\""), "registry:5000"},
        Refused{"AnAuthThatIsNoText", auths("registry:5000", R"({"auth": true})"),
                "auth is no text"},
        Refused{"ATokenThatIsNoText", auths("registry:5000", R"({"identitytoken": ["hush"]})"),
                "identitytoken"},
        Refused{"AnAuthThatIsNoBase64", auths("registry:5000", auth("secret!")), "base64"},
        Refused{"AnAuthWithoutAColon", auths("registry:5000", auth(kNoColon)), "base64"}),
    [](const auto& row) { return row.param.name; });

const CredentialHelper kHelper{"pass"};

TEST(HelperAnswer, IsALoginOrATokenOrNothing) {
  EXPECT_EQ(*read_helper_answer(kHelper, 0, R"({"Username": "user", "Secret": "secret"})"), kUser);
  EXPECT_EQ(*read_helper_answer(kHelper, 0,
                                R"({"ServerURL": "x", "Username": "<token>", "Secret": "tok"})"),
            (Login{.identity_token = "tok"}));
  EXPECT_EQ(*read_helper_answer(kHelper, 0, R"({"Username": "", "Secret": ""})"), std::nullopt);
  EXPECT_EQ(*read_helper_answer(kHelper, 1, "credentials not found in native keychain\n"),
            std::nullopt);
}

TEST(HelperAnswer, ThatIsNoneIsAnErrorWithoutSecrets) {
  const auto refused = [](int exit_code, std::string_view output) {
    const auto answer = read_helper_answer(kHelper, exit_code, output);
    if (answer) return std::string("it was taken");
    EXPECT_EQ(answer.error().kind, ErrorKind::rejected);
    EXPECT_THAT(answer.error().message, HasSubstr("docker-credential-pass"));
    EXPECT_THAT(answer.error().message, Not(HasSubstr("secret")));
    return answer.error().message;
  };
  EXPECT_THAT(refused(1, "the store is\x1b locked\n"),
              HasSubstr("(exit code 1): the store is  locked"));
  EXPECT_THAT(refused(2, ""), HasSubstr("(exit code 2)"));
  EXPECT_THAT(refused(1, R"({"Username": "user", "Secret": "secret"})"), HasSubstr("nothing"));
  EXPECT_THAT(refused(0, ""), HasSubstr("JSON"));
  EXPECT_THAT(refused(0, "secret"), HasSubstr("JSON"));
  EXPECT_THAT(refused(0, R"(["secret"])"), HasSubstr("JSON"));
  EXPECT_THAT(refused(0, R"({"Username": "user", "Secret": ["secret"]})"), HasSubstr("no text"));
  EXPECT_LT(refused(1, std::string(100'000, 'x')).size(), 1024u);
}

TEST(RegistryAuth, IsBase64OfWhatTheEngineReads) {
  const auto decoded = [](const Login& login, std::string_view registry) {
    std::string text = encode_registry_auth(login, registry);
    EXPECT_EQ(text.size() % 4, 0u) << "without its padding it is ignored: " << text;
    for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
    return decode_base64(text).value_or("not base64");
  };
  EXPECT_EQ(decoded(kUser, kRegistry),
            R"({"username":"user","password":"secret","serveraddress":"registry:5000"})");
  EXPECT_EQ(decoded({.identity_token = "tok"}, kDockerHub),
            R"({"identitytoken":"tok","serveraddress":"https://index.docker.io/v1/"})");
  EXPECT_EQ(decoded({.username = "a\"b", .password = "\\\n\xc3\xbf"}, "r"),
            "{\"username\":\"a\\\"b\",\"password\":\"\\\\\\n\xc3\xbf\",\"serveraddress\":\"r\"}");
  EXPECT_THAT(encode_registry_auth({.username = "?>?>?>", .password = "???"}, "r"),
              Not(::testing::AnyOf(HasSubstr("+"), HasSubstr("/"))));
}

}  // namespace
}  // namespace genisys::docker
