#include "state/service_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/state/document_texts.hpp"

namespace genisys::state {
namespace {

using testing::HasSubstr;

// "name=image xN" for each entry, in their order.
std::string summary(const std::vector<FileEntry>& entries) {
  std::string text;
  for (const FileEntry& entry : entries) {
    text += (text.empty() ? "" : " ") + entry.definition.name.str() + '=' +
            entry.definition.image.str();
    if (entry.first_target) text += fmt::format("x{}", *entry.first_target);
  }
  return text;
}

struct Accepted {
  const char* name;
  const char* path;
  std::string text;
  std::string entries;
};

class ServiceFileAccepts : public testing::TestWithParam<Accepted> {};

TEST_P(ServiceFileAccepts, AsWritten) {
  Problems problems;
  const auto entries = read_service_file(GetParam().text, GetParam().path, problems);
  ASSERT_TRUE(entries) << render(problems);
  EXPECT_EQ(summary(*entries), GetParam().entries);
}

constexpr const char* kSeed = R"(# definitions
myService = {
  	"name": "myService",
  	"image": "docker_image:tag",
    "command": "command",
  	"environment": {
  		"ENV_VARIABLE_A": "value",
  		"ENV_VARIABLE_B": 5,
  	},
  	"ports": ['8080']
}

other = {'image': 'nginx:1', 'deploy': {'replicas': 2}}
)";

INSTANTIATE_TEST_SUITE_P(
    ServiceFile, ServiceFileAccepts,
    testing::Values(
        Accepted{"seed", "services.py", kSeed, "myService=docker_image:tag other=nginx:1x2"},
        Accepted{"seed_without_extension", "services", kSeed,
                 "myService=docker_image:tag other=nginx:1x2"},
        Accepted{"python_name_field_wins", "s.py", "a = {'name': 'web-1', 'image': 'b:1'}",
                 "web-1=b:1"},
        Accepted{"python_underscore_variable", "s.py", "_a = {'name': 'web', 'image': 'b:1'}",
                 "web=b:1"},
        Accepted{"python_service_named_services", "s.py", "services = {'image': 'b:1'}",
                 "services=b:1"},
        Accepted{"python_empty", "s.py", "# nothing yet\n", ""},
        Accepted{"yaml", "s.yml", "web:\n  image: a:1\ndb:\n  image: b:2\n", "web=a:1 db=b:2"},
        Accepted{"yaml_extension", "x/y.yaml", "web: {image: a:1}", "web=a:1"},
        Accepted{"yaml_without_extension", "/etc/services.conf", "# x\nweb:\n  image: a:1\n",
                 "web=a:1"},
        Accepted{"yaml_empty", "s.yml", "# nothing yet\n", ""},
        Accepted{"compose", "compose.yaml",
                 "version: '3'\nx-note: y\nservices:\n  web:\n    image: a:1\n    deploy:\n      "
                 "replicas: 3\n",
                 "web=a:1x3"},
        Accepted{"compose_without_services", "compose.yaml", "services:\n", ""},
        Accepted{"json", "s.json", R"({"web": {"image": "a:1", "command": null}})", "web=a:1"},
        Accepted{"json_without_extension", "s", " \n{\"web\": {\"image\": \"a:1\"}}", "web=a:1"},
        Accepted{"json_compose", "s.json", R"({"services": {"web": {"image": "a:1"}}})", "web=a:1"},
        Accepted{"json_empty", "s.json", "{}", ""},
        Accepted{"name_repeated", "s.yml", "web: {name: web, image: a:1}", "web=a:1"},
        Accepted{"deploy_null", "s.yml", "web: {image: a:1, deploy: }", "web=a:1"},
        Accepted{"deploy_without_replicas", "s.yml", "web: {image: a:1, deploy: {}}", "web=a:1"},
        Accepted{"deploy_zero", "s.yml", "web: {image: a:1, deploy: {replicas: 0}}", "web=a:1x0"},
        Accepted{"deploy_of_the_range", "s.yml",
                 "web: {image: a:1, ports: ['9000-9001:80'], deploy: {replicas: 2}}", "web=a:1x2"}),
    [](const auto& test) { return test.param.name; });

struct Refused {
  const char* name;
  const char* path;
  std::string text;
  std::string reason;
};

class ServiceFileRefuses : public testing::TestWithParam<Refused> {};

TEST_P(ServiceFileRefuses, WithPlaceAndReason) {
  Problems problems;
  EXPECT_FALSE(read_service_file(GetParam().text, GetParam().path, problems));
  EXPECT_THAT(render(problems), HasSubstr(GetParam().reason));
  for (const Problem& problem : problems) EXPECT_GT(problem.at.line, 0U) << problem.message;
}

INSTANTIATE_TEST_SUITE_P(
    ServiceFile, ServiceFileRefuses,
    testing::Values(Refused{"python_import", "s.py", "import os\n", "1:1 : only assignments"},
                    Refused{"python_no_dict", "s.py", "a = 5\n",
                            "1:5 /a: a definition must be a map, not a number"},
                    Refused{"python_bad_variable", "s.py", "_a = {'image': 'b:1'}",
                            "1:1 /_a: '_a' is not a service name"},
                    Refused{"python_same_name", "s.py",
                            "a = {'image': 'b:1'}\nc = {'name': 'a', 'image': 'b:1'}",
                            "2:1 /c: another entry has the name 'a'"},
                    Refused{"python_missing_comma", "s.py", "a = {\n 'name': 'a'\n 'image': 'b:1'}",
                            "3:2 /a: expected ','"},
                    Refused{"json_in_python", "s.py", "{}", "1:1"},
                    Refused{"yaml_in_json", "s.json", "web: 1", "not valid JSON"},
                    Refused{"json_empty_text", "s.json", "", "empty"},
                    Refused{"yaml_list", "s.yml", "- web\n",
                            "1:1 : must be a map from name to definition, not a list"},
                    Refused{"yaml_text", "s.yml", "web\n", "not a string"},
                    Refused{"yaml_no_tag", "s.yml", "web:\n  image: nginx\n",
                            "2:10 /web/image: 'nginx' names neither"},
                    Refused{"yaml_bad_name", "s.yml", "a/b: {image: a:1}\n",
                            "1:1 /a~1b: 'a/b' is not a service name"},
                    Refused{"yaml_other_name", "s.yml", "web: {name: db, image: a:1}",
                            "/web/name: 'db' differs"},
                    Refused{"yaml_null_entry", "s.yml", "web:\n",
                            "/web: a definition must be a map, not null"},
                    Refused{"yaml_unknown_field", "s.yml", "web: {image: a:1, network: []}",
                            "/web/network: unknown key"},
                    Refused{"yaml_anchor", "s.yml", "web: &x {image: a:1}", "anchors"},
                    Refused{"compose_volumes", "s.yml", "services: {}\nvolumes: {}\n",
                            "2:1 /volumes: unknown key 'volumes'"},
                    Refused{"compose_list", "s.yml", "services: []\n", "/services: must be a map"},
                    Refused{"compose_entry", "s.yml", "services:\n  web:\n    build: .\n",
                            "3:5 /services/web/build: build is not acted on"},
                    Refused{"deploy_list", "s.yml", "web: {image: a:1, deploy: []}",
                            "/web/deploy: must be a map"},
                    Refused{"deploy_unknown", "s.yml", "web: {image: a:1, deploy: {mode: x}}",
                            "/web/deploy/mode: must be replicated"},
                    Refused{"deploy_replicas_misspelt", "s.yml",
                            "web: {image: a:1, deploy: {replica: 2}}", "did you mean 'replicas'?"},
                    Refused{"update_config_misspelt", "s.yml",
                            "web:\n  image: a:1\n  deploy:\n    replicas: 2\n    update_config:\n"
                            "      paralelism: 2\n",
                            "6:7 /web/deploy/update_config/paralelism: unknown key 'paralelism': "
                            "did you mean 'parallelism'?"},
                    Refused{"deploy_text", "s.yml", "web: {image: a:1, deploy: {replicas: '2'}}",
                            "/web/deploy/replicas: must"},
                    Refused{"deploy_negative", "s.yml", "web: {image: a:1, deploy: {replicas: -1}}",
                            "/web/deploy/replicas"},
                    Refused{"deploy_huge", "s.yml",
                            "web: {image: a:1, deploy: {replicas: 4294967296}}", "0 or more"},
                    Refused{"deploy_fraction", "s.json",
                            R"({"web": {"image": "a:1", "deploy": {"replicas": 1.0}}})", "integer"},
                    Refused{"deploy_beyond_ports", "s.yml",
                            "web: {image: a:1, ports: ['81:80'], deploy: {replicas: 2}}",
                            "/web/deploy/replicas: 2 replicas are more than the 1"}),
    [](const auto& test) { return test.param.name; });

TEST(ServiceFile, ReadsTheSeedsFieldsAsTheyAreMeant) {
  Problems problems;
  const auto entries = read_service_file(kSeed, "services.py", problems);
  ASSERT_TRUE(entries) << render(problems);
  const Definition& first = entries->front().definition;
  EXPECT_EQ(first.command->words, std::vector<std::string>{"command"});
  EXPECT_EQ(first.environment->at("ENV_VARIABLE_A"), "value");
  EXPECT_EQ(first.environment->at("ENV_VARIABLE_B"), "5");
  EXPECT_EQ(first.ports->front().container, 8080);
  EXPECT_FALSE(entries->front().first_target);
}

TEST(ServiceFile, TellsTheProblemsOfAllEntries) {
  Problems problems;
  EXPECT_FALSE(
      read_service_file("a: {image: x}\nb: {image: y:1}\nc: {imge: z:1, deploy: {replicas: x}}\n",
                        "s.yml", problems));
  EXPECT_EQ(problems.size(), 4U) << render(problems);
}

TEST(ServiceFile, ReadsOneDefinitionFromEveryFormat) {
  constexpr const char* kYaml = R"(
web:
  image: a:1
  healthcheck:
    test: ["CMD", "check"]
    interval: 5s
    retries: 2
    disable: false
  volumes: ["data:/data"]
  pull_policy: always
  deploy:
    replicas: 2
    update_config: {parallelism: 2, order: stop-first, max_failure_ratio: 0.25, delay: 10}
)";
  constexpr const char* kPython = R"(
web = {
  'image': 'a:1',
  'healthcheck': {'test': ['CMD', 'check'], 'interval': '5s', 'retries': 2, 'disable': False},
  'volumes': ['data:/data'],
  'pull_policy': 'always',
  'deploy': {'replicas': 2, 'update_config':
    {'parallelism': 2, 'order': 'stop-first', 'max_failure_ratio': 0.25, 'delay': 10}}})";
  constexpr const char* kJson = R"({"web": {
    "image": "a:1",
    "healthcheck": {"test": ["CMD", "check"], "interval": "5s", "retries": 2, "disable": false},
    "volumes": ["data:/data"],
    "pull_policy": "always",
    "deploy": {"replicas": 2, "update_config":
      {"parallelism": 2, "order": "stop-first", "max_failure_ratio": 0.25, "delay": 10}}}})";
  std::vector<Definition> definitions;
  for (const auto& [text, path] :
       {std::pair(kYaml, "s.yml"), std::pair(kPython, "s.py"), std::pair(kJson, "s.json")}) {
    Problems problems;
    const auto entries = read_service_file(text, path, problems);
    ASSERT_TRUE(entries) << path << "\n" << render(problems);
    EXPECT_EQ(entries->front().first_target, 2U) << path;
    definitions.push_back(entries->front().definition);
  }
  EXPECT_EQ(definitions[0].update_config->max_failure_ratio, 0.25);
  EXPECT_EQ(definitions[0].healthcheck->retries, 2U);
  EXPECT_EQ(definitions[0], definitions[1]);
  EXPECT_EQ(definitions[0], definitions[2]);
}

TEST(ServiceFile, TakesWordsOfOldYamlForText) {
  Problems problems;
  const auto entries = read_service_file(
      "web:\n  image: a:1\n  environment: {A: yes, B: 010, C: 0x10, D: on, E: 1.50, F: true, G: "
      "7}\n",
      "s.yml", problems);
  ASSERT_TRUE(entries) << render(problems);
  EXPECT_EQ(*entries->front().definition.environment,
            (std::map<std::string, std::string>{{"A", "yes"},
                                                {"B", "010"},
                                                {"C", "0x10"},
                                                {"D", "on"},
                                                {"E", "1.50"},
                                                {"F", "true"},
                                                {"G", "7"}}));
}

}  // namespace
}  // namespace genisys::state
