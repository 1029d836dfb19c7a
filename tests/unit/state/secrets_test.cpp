#include "state/secrets.hpp"

#include <gmock/gmock.h>

#include "state/documents.hpp"

namespace genisys::state {
namespace {

using testing::HasSubstr;
using testing::Not;

Definition definition(const std::string& json) {
  Problems problems;
  const auto value = read_json(json, problems);
  auto decoded = decode_definition(*value, std::nullopt, "", problems);
  if (!decoded) throw std::runtime_error(problems.front().message);
  return *std::move(decoded);
}

const Definition kShop = definition(R"({
  "name": "shop", "image": "shop:1",
  "command": ["run", "--token=tok-canary", "--api-key", "key-canary", "--port", "8080",
              "https://bob:url-canary@example.org/x"],
  "environment": {"PLAIN": "env-canary", "PORT": "8080", "DB_PASSWORD": "root", "DEBUG": "true",
                  "LONG": "first-canary\nsecond-canary", "QUOTED": "a\"canary\\b"},
  "labels": {"team": "plain-label", "deploy.token": "label-canary"},
  "logging": {"driver": "splunk", "options": {"splunk-token": "log-canary", "tag": "plain-tag"}},
  "healthcheck": {"test": ["CMD", "probe", "--password", "probe-canary"]}})");

struct Case {
  std::string name;
  std::string text;
  std::string shown;
};

class SecretsOfADefinition : public testing::TestWithParam<Case> {};

TEST_P(SecretsOfADefinition, AreMaskedInMessages) {
  Secrets secrets;
  secrets.add(kShop);
  EXPECT_EQ(secrets.masked(GetParam().text), GetParam().shown);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, SecretsOfADefinition,
    testing::Values(Case{"Value", "bad value env-canary in env", "bad value *** in env"},
                    Case{"EachTime", "env-canary,env-canary", "***,***"},
                    Case{"NamedOneThoughShort", "no user root", "no user ***"},
                    Case{"NumberIsNone", "port 8080 is taken", "port 8080 is taken"},
                    Case{"TruthIsNone", "it is true", "it is true"},
                    Case{"LineOfSeveral", "cannot parse second-canary", "cannot parse ***"},
                    Case{"AsGoQuotesIt", R"(invalid "a\"canary\\b")", R"(invalid "***")"},
                    Case{"CutOff", "invalid value env-ca…", "invalid value ***…"},
                    Case{"Label", "label-canary", "***"},
                    Case{"OtherLabel", "plain-label", "plain-label"},
                    Case{"OptionOfTheLog", "log-canary, plain-tag", "***, plain-tag"},
                    Case{"Argument", "exec: --token=tok-canary", "exec: --token=***"},
                    Case{"ArgumentBehindItsName", "exec: key-canary", "exec: ***"},
                    Case{"ArgumentOfTheHealthCheck", "probe-canary", "***"},
                    Case{"Command", "exec: \"run\": not found", "exec: \"run\": not found"},
                    Case{"UserOfAUrl", "Get \"https://bob:url-canary@example.org/x\"",
                         "Get \"https://***@example.org/x\""},
                    Case{"AnyUserOfAUrl", "http://u:p@h:1 and http://h/a@b",
                         "http://***@h:1 and http://h/a@b"}),
    [](const auto& info) { return info.param.name; });

TEST(Secrets, AreMaskedInADefinition) {
  const std::string shown = encode_definition(masked(kShop));
  EXPECT_THAT(shown, Not(HasSubstr("canary")));
  EXPECT_THAT(shown, Not(HasSubstr("root")));
  for (const char* kept : {"\"PLAIN\":\"***\"", "--port", "8080", "plain-label", "plain-tag",
                           "https://***@example.org/x", "shop:1"}) {
    EXPECT_THAT(shown, HasSubstr(kept));
  }
}

TEST(Secrets, LeaveADefinitionWithoutAnyAsItIs) {
  const Definition plain =
      definition(R"({"name": "web", "image": "web:1", "command": "run --port 80"})");
  EXPECT_EQ(masked(plain), plain);
}

TEST(Secrets, AreFoundInOptionsOfDrivers) {
  SharedResources shared;
  shared.volumes["data"].driver_opts = {{"o", "username=bob,password=cifs-canary,uid=1"}};
  Secrets secrets;
  secrets.add(shared);
  EXPECT_EQ(secrets.masked("data: username=bob,password=cifs-canary"),
            "data: username=bob,password=***");
}

}  // namespace
}  // namespace genisys::state
