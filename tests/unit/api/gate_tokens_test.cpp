// What the gate makes of bearer tokens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/gate.hpp"

namespace genisys::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

constexpr std::string_view kDeploy = "Bearer deploy-0123456789";
constexpr std::string_view kWatch = "Bearer watch-0123456789";
constexpr std::string_view kStranger = "Bearer stranger-0123456789";

GateRules rules() {
  state::Problems problems;
  GateRules rules{.hosts = HostRules("127.0.0.1", {})};
  rules.tokens =
      Tokens::parse("deploy:deploy-0123456789\nwatch:watch-0123456789:read-only\n", problems);
  return rules;
}

RawRequest request(std::string_view method, std::string_view target,
                   std::initializer_list<std::string_view> authorizations) {
  RawRequest raw{.method = method, .target = target, .fields = {{"Host", "localhost"}}};
  for (const std::string_view value : authorizations) {
    raw.fields.emplace_back("authorization", value);
  }
  return raw;
}

struct Case {
  std::string name;
  RawRequest raw;
  int expected;  // 200 stands for "admitted"
};

class GateTokens : public testing::TestWithParam<Case> {};

TEST_P(GateTokens, Decide) {
  const auto admitted = admit(GetParam().raw, rules());
  const auto* refusal = std::get_if<Response>(&admitted);
  EXPECT_EQ(refusal == nullptr ? 200 : refusal->status, GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Requests, GateTokens,
    testing::Values(
        Case{"Known", request("GET", "/service", {kDeploy}), 200},
        Case{"KnownWrites", request("POST", "/reload", {kDeploy}), 200},
        Case{"KnownDeletes", request("DELETE", "/service/web", {kDeploy}), 200},
        Case{"ReadOnlyGets", request("GET", "/service", {kWatch}), 200},
        Case{"ReadOnlyHeads", request("HEAD", "/service", {kWatch}), 200},
        Case{"ReadOnlyPosts", request("POST", "/service/web/pause", {kWatch}), 403},
        Case{"ReadOnlyPuts", request("PUT", "/service/web", {kWatch}), 403},
        Case{"ReadOnlyDeletes", request("DELETE", "/service/web", {kWatch}), 403},
        Case{"ReadOnlyRehearses", request("POST", "/reload?dry_run=true", {kWatch}), 403},
        Case{"None", request("GET", "/service", {}), 401},
        Case{"NoneForTheRoot", request("GET", "/", {}), 401},
        Case{"NoneForMetrics", request("GET", "/metrics", {}), 401},
        Case{"NoneForWhatIsNotThere", request("GET", "/nowhere", {}), 401},
        Case{"NoneForWhatIsMalformed", request("GET", "/%zz", {}), 401},
        Case{"Unknown", request("GET", "/service", {kStranger}), 401},
        Case{"Two", request("GET", "/service", {kDeploy, kDeploy}), 401},
        Case{"KnownAndUnknown", request("GET", "/service", {kStranger, kDeploy}), 401},
        Case{"OtherScheme", request("GET", "/service", {"Basic deploy-0123456789"}), 401},
        Case{"NoScheme", request("GET", "/service", {"deploy-0123456789"}), 401},
        Case{"NoBlank", request("GET", "/service", {"Bearerdeploy-0123456789"}), 401},
        Case{"SchemeOnly", request("GET", "/service", {"Bearer"}), 401},
        Case{"EmptyField", request("GET", "/service", {""}), 401},
        Case{"List", request("GET", "/service", {"Bearer deploy-0123456789, x"}), 401},
        Case{"SchemeInAnyCase", request("GET", "/service", {"bEARER deploy-0123456789"}), 200},
        Case{"SeveralBlanks", request("GET", "/service", {"Bearer   deploy-0123456789 "}), 200},
        Case{"InTheQuery", request("GET", "/service?access_token=deploy-0123456789", {}), 401},
        Case{"Alive", request("GET", "/healthz", {}), 200},
        Case{"AliveByHead", request("HEAD", "/healthz", {}), 200},
        Case{"Ready", request("GET", "/readyz?", {}), 200},
        Case{"AliveWithAWrongOne", request("GET", "/healthz", {kStranger}), 200},
        Case{"AliveWritten", request("POST", "/healthz", {}), 401},
        Case{"BelowAlive", request("GET", "/healthz/../service", {}), 401},
        Case{"AliveAsAQuery", request("GET", "/service?/healthz", {}), 401},
        Case{"ForeignHostFirst",
             RawRequest{.method = "GET",
                        .target = "/service",
                        .fields = {{"Host", "evil.example"}, {"Authorization", kDeploy}}},
             403}),
    [](const testing::TestParamInfo<Case>& info) { return info.param.name; });

Response refusal(const RawRequest& raw) { return std::get<Response>(admit(raw, rules())); }

TEST(GateOfTokens, ChallengesAsTheRfcSays) {
  EXPECT_THAT(refusal(request("GET", "/", {})).headers,
              ElementsAre(Pair("WWW-Authenticate", R"(Bearer realm="genisys-connector")")));
  EXPECT_THAT(refusal(request("GET", "/", {kStranger})).headers,
              ElementsAre(Pair("WWW-Authenticate",
                               R"(Bearer realm="genisys-connector", error="invalid_token")")));
  EXPECT_THAT(refusal(request("POST", "/", {kWatch})).headers,
              ElementsAre(Pair("WWW-Authenticate",
                               R"(Bearer realm="genisys-connector", error="insufficient_scope")")));
}

TEST(GateOfTokens, SaysWhatToDoAndRepeatsNothing) {
  EXPECT_THAT(refusal(request("GET", "/", {})).body, HasSubstr("Authorization: Bearer TOKEN"));
  EXPECT_THAT(refusal(request("GET", "/", {kStranger})).body, Not(HasSubstr("0123456789")));
  EXPECT_THAT(refusal(request("POST", "/", {kWatch})).body,
              testing::AllOf(HasSubstr("read-only"), Not(HasSubstr("0123456789"))));
}

TEST(GateOfTokens, NamesTheAuthor) {
  const auto author = [](const GateRules& rules) {
    return std::get<Request>(admit(request("POST", "/reload", {kDeploy}), rules)).author;
  };
  EXPECT_EQ(author(rules()), "deploy");
  EXPECT_EQ(author({.hosts = HostRules("127.0.0.1", {})}), "api");
}

TEST(GateOfTokens, KeepsSecretsFromThoseWhoMayOnlyRead) {
  const auto masks = [](std::string_view token, const GateRules& rules) {
    return std::get<Request>(admit(request("GET", "/service", {token}), rules)).masks_secrets;
  };
  EXPECT_TRUE(masks(kWatch, rules()));
  EXPECT_FALSE(masks(kDeploy, rules()));
  EXPECT_FALSE(masks(kWatch, {.hosts = HostRules("127.0.0.1", {})})) << "there are no tokens";
}

TEST(GateOfTokens, IsOnAUnixSocketToo) {
  GateRules unix_rules = rules();
  unix_rules.check_host = false;
  EXPECT_TRUE(std::holds_alternative<Response>(admit(request("GET", "/", {}), unix_rules)));
}

}  // namespace
}  // namespace genisys::api
