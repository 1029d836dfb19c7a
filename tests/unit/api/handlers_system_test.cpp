#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>

#include "api/openapi.hpp"
#include "state/definition.hpp"
#include "state/documents.hpp"
#include "state/journal.hpp"
#include "tests/unit/api/api_fixture.hpp"

namespace genisys::api {
namespace {

using testing::HasSubstr;
using testing::Not;

class SystemApi : public ApiTest {};

TEST_F(SystemApi, PointsToTheApi) {
  const Response response = get("/");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"name":"genisys-connector","version":"1.2.3","services":"/service",)"
                           R"("status":"/status","events":"/events","discovery":"/sd",)"
                           R"("ready":"/readyz","metrics":"/metrics",)"
                           R"("contract":"/openapi.yaml"})");
}

TEST_F(SystemApi, IsAliveWhateverTheEngineDoes) {
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(get("/healthz?probe=1").status, 200);
}

TEST_F(SystemApi, IsReadyWhenTheEngineIsReachedAndAPassIsDone) {
  const Response neither = get("/readyz");
  EXPECT_EQ(neither.status, 503);
  EXPECT_EQ(neither.content_type, "application/problem+json");
  EXPECT_THAT(neither.body, HasSubstr("the engine is not reached, the first pass is not done"));

  board_.set_readiness(true, false);
  EXPECT_THAT(get("/readyz").body, Not(HasSubstr("engine")));
  board_.set_readiness(false, true);
  EXPECT_THAT(get("/readyz").body, Not(HasSubstr("pass")));
  EXPECT_EQ(get("/readyz").status, 503);

  board_.set_readiness(true, true);
  EXPECT_EQ(get("/readyz").status, 200);
  EXPECT_EQ(get("/readyz").body, R"({"status":"ready"})");
}

TEST_F(SystemApi, IsNotReadyWhileSomethingHangs) {
  board_.set_readiness(true, true);
  context_.troubles = [] { return std::vector<std::string>{"the pass hangs for 31 s: deciding"}; };
  const Response hanging = get("/readyz");
  EXPECT_EQ(hanging.status, 503);
  EXPECT_THAT(hanging.body, HasSubstr("not ready: the pass hangs for 31 s: deciding"));
  context_.troubles = [] { return std::vector<std::string>{}; };
  EXPECT_EQ(get("/readyz").status, 200);
}

TEST_F(SystemApi, ShowsMetricsAsPrometheusReadsThem) {
  const Response response = get("/metrics");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(response.body, "genisys_up 1\n");
}

TEST_F(SystemApi, ServesItsContract) {
  const Response response = get("/openapi.yaml");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/yaml");
  EXPECT_THAT(response.body, testing::StartsWith("openapi: 3.1."));
  EXPECT_EQ(response.body.back(), '\n');
}

// ---- the contract says what the program does ----

using Operations = std::set<std::string>;

std::string operation(std::string_view method, std::string_view path) {
  std::string text(method);
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text + " " + std::string(path);
}

TEST(Contract, HasEveryRouteAndNoOther) {
  Operations routed;
  for (const Route& route : routes())
    routed.insert(operation(to_string(route.method), route.pattern));

  Operations documented;
  const std::set<std::string> methods = {"get", "put", "post", "delete"};
  const YAML::Node contract = YAML::Load(std::string(openapi_yaml()));
  for (const auto& path : contract["paths"]) {
    for (const auto& item : path.second) {
      const std::string method = item.first.as<std::string>();
      if (methods.contains(method)) {
        documented.insert(operation(method, path.first.as<std::string>()));
      }
    }
  }
  EXPECT_EQ(documented, routed);
}

template <class Enum>
std::vector<std::string> texts_up_to(Enum last) {
  std::vector<std::string> texts;
  for (int value = 0; value <= static_cast<int>(last); ++value) {
    texts.emplace_back(to_string(static_cast<Enum>(value)));
  }
  return texts;
}

std::vector<std::string> enumeration(const std::string& schema) {
  const YAML::Node contract = YAML::Load(std::string(openapi_yaml()));
  return contract["components"]["schemas"][schema]["enum"].as<std::vector<std::string>>();
}

TEST(Contract, EnumeratesWhatAClientMayBranchOn) {
  EXPECT_EQ(enumeration("Reason"), texts_up_to(state::Reason::dead));
  EXPECT_EQ(enumeration("ConditionType"), texts_up_to(state::ConditionType::paused));
  EXPECT_EQ(enumeration("Truth"), texts_up_to(state::Truth::unknown));
  EXPECT_EQ(enumeration("SlotState"), texts_up_to(state::SlotState::exited));
  EXPECT_EQ(enumeration("RolloutState"), texts_up_to(state::RolloutState::completed));
  EXPECT_EQ(enumeration("EntryKind"), texts_up_to(state::EntryKind::failed));
}

TEST(Contract, ExplainsEveryReason) {
  const YAML::Node contract = YAML::Load(std::string(openapi_yaml()));
  const std::string text =
      contract["components"]["schemas"]["Reason"]["description"].as<std::string>();
  for (const std::string& reason : texts_up_to(state::Reason::dead)) {
    EXPECT_THAT(text, HasSubstr("`" + reason + "`"));
  }
}

// The keys that the decoder names when it meets one that is none: that of a definition with
// `fields`.
std::set<std::string> keys_named(const std::string& fields) {
  constexpr std::string_view kBefore = "the keys are ";
  state::Problems problems;
  const auto value =
      state::read_json(R"({"name": "web", "image": "a:1", )" + fields + "}", problems);
  state::decode_definition(*value, std::nullopt, "", problems);
  std::set<std::string> keys;
  const std::string& message = problems.at(0).message;
  std::size_t begin = message.find(kBefore) + kBefore.size();
  while (begin < message.size()) {
    const std::size_t end = std::min(message.find(", ", begin), message.size());
    keys.insert(message.substr(begin, end - begin));
    begin = end + 2;
  }
  return keys;
}

std::set<std::string> properties(const std::string& schema) {
  const YAML::Node contract = YAML::Load(std::string(openapi_yaml()));
  std::set<std::string> names;
  for (const auto& property : contract["components"]["schemas"][schema]["properties"]) {
    names.insert(property.first.as<std::string>());
  }
  return names;
}

TEST(Contract, NamesTheFieldsOfADefinition) {
  EXPECT_EQ(properties("DefinitionInput"), keys_named(R"("qqqqqqqqq": 1)"));
  EXPECT_EQ(properties("HealthcheckInput"), keys_named(R"("healthcheck": {"qqqqqqqqq": 1})"));
  EXPECT_EQ(properties("UpdateConfigInput"),
            keys_named(R"("deploy": {"update_config": {"qqqqqqqqq": 1}})"));
  EXPECT_EQ(properties("RestartPolicyInput"),
            keys_named(R"("deploy": {"restart_policy": {"qqqqqqqqq": 1}})"));
  EXPECT_EQ(properties("MountInput"), keys_named(R"("volumes": [{"qqqqqqqqq": 1}])"));
  EXPECT_EQ(properties("PortInput"), keys_named(R"("ports": [{"qqqqqqqqq": 1}])"));
  EXPECT_EQ(properties("NetworkInput"), keys_named(R"("networks": {"a": {"qqqqqqqqq": 1}})"));
  EXPECT_EQ(properties("DependencyInput"), keys_named(R"("depends_on": {"a": {"qqqqqqqqq": 1}})"));
  EXPECT_EQ(properties("Definition"), properties("DefinitionInput"));
  EXPECT_EQ(properties("UpdateConfig"), properties("UpdateConfigInput"));
}

void collect_references(const YAML::Node& node, std::set<std::string>& references) {
  for (const auto& item : node) {
    const YAML::Node child = node.IsMap() ? item.second : static_cast<const YAML::Node&>(item);
    if (node.IsMap() && item.first.as<std::string>() == "$ref") {
      references.insert(child.as<std::string>());
    } else if (child.IsMap() || child.IsSequence()) {
      collect_references(child, references);
    }
  }
}

TEST(Contract, RefersOnlyToWhatItDefines) {
  const YAML::Node contract = YAML::Load(std::string(openapi_yaml()));
  std::set<std::string> references;
  collect_references(contract, references);
  EXPECT_GT(references.size(), 20U);
  for (const std::string& reference : references) {
    YAML::Node node = YAML::Clone(contract);
    for (std::size_t from = 2; from < reference.size();) {
      const std::size_t to = std::min(reference.find('/', from), reference.size());
      node.reset(node[reference.substr(from, to - from)]);
      ASSERT_TRUE(node.IsDefined()) << reference;
      from = to + 1;
    }
  }
}

}  // namespace
}  // namespace genisys::api
