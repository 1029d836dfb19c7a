#include <gtest/gtest.h>

#include "state/compose/merge.hpp"
#include "state/documents.hpp"
#include "tests/unit/state/document_texts.hpp"

namespace genisys::state::compose {
namespace {

Value yaml(const std::string& text, std::uint32_t document) {
  Problems problems;
  const auto value =
      read_yaml(text, problems, {.max_bytes = std::size_t{256} * 1024, .document = document});
  EXPECT_TRUE(value) << render(problems) << text;
  return value.value_or(Value());
}

struct Case {
  const char* name;
  std::string base;  // of the service web, or a whole file when it begins with "networks" and such
  std::string over;
  std::string merged;
};

class ComposeMerge : public testing::TestWithParam<Case> {};

Value service(const std::string& fields, std::uint32_t document) {
  return yaml("services: {web: {" + fields + "}}", document);
}

TEST_P(ComposeMerge, OfOneService) {
  const Value merged = merge(service(GetParam().base, 0), service(GetParam().over, 1));
  EXPECT_EQ(render(*merged.find("services")->find("web")), '{' + GetParam().merged + '}');
}

INSTANTIATE_TEST_SUITE_P(
    Rules, ComposeMerge,
    testing::Values(
        Case{"scalars_replaced", "image: 'a:1', user: x", "image: 'a:2'",
             R"("image":"a:2","user":"x")"},
        Case{"fields_added", "image: 'a:1'", "user: x", R"("image":"a:1","user":"x")"},
        Case{"null_says_nothing", "image: 'a:1'", "image: ", R"("image":"a:1")"},
        Case{"maps_merged", "deploy: {replicas: 1, mode: a}", "deploy: {replicas: 2}",
             R"("deploy":{"replicas":2,"mode":"a"})"},
        Case{"command_replaced", "command: [a, b]", "command: [c]", R"("command":["c"])"},
        Case{"command_of_another_kind", "command: a b", "command: [c]", R"("command":["c"])"},
        Case{"entrypoint_replaced", "entrypoint: [a]", "entrypoint: [b]", R"("entrypoint":["b"])"},
        Case{"healthcheck", "healthcheck: {test: [CMD, a], retries: 2}",
             "healthcheck: {test: [CMD, b]}", R"("healthcheck":{"test":["CMD","b"],"retries":2})"},
        Case{"environment_maps", "environment: {A: 1, B: 2}", "environment: {B: 3, C: 4}",
             R"("environment":{"A":1,"B":3,"C":4})"},
        Case{"environment_lists", "environment: [A=1, B=2]", "environment: [B=3=x, C]",
             R"("environment":{"A":"1","B":"3=x","C":null})"},
        Case{"environment_of_two_kinds", "environment: [A=1, B=2]", "environment: {B: 3}",
             R"("environment":{"A":"1","B":3})"},
        Case{"environment_null_counts", "environment: {A: 1}", "environment: {A: }",
             R"("environment":{"A":null})"},
        Case{"labels", "labels: [a=1]", "labels: {a: 2}", R"("labels":{"a":2})"},
        Case{"ports_added", "ports: ['80', '81:80']", "ports: ['82:80', '80']",
             R"("ports":["80","81:80","82:80"])"},
        Case{"expose_added", "expose: [80]", "expose: [80, 81]", R"("expose":[80,81])"},
        Case{"cap_add_added", "cap_add: [A]", "cap_add: [B, A]", R"("cap_add":["A","B"])"},
        Case{"dns_of_two_kinds", "dns: 1.1.1.1", "dns: [8.8.8.8]",
             R"("dns":["1.1.1.1","8.8.8.8"])"},
        Case{"tmpfs", "tmpfs: /run", "tmpfs: /tmp", R"("tmpfs":["/run","/tmp"])"},
        Case{"env_files_added", "env_file: a", "env_file: [{path: b}]",
             R"("env_file":["a",{"path":"b"}])"},
        Case{"volumes_by_target", "volumes: ['a:/x', 'b:/y:ro']", "volumes: ['c:/x:ro', 'd:/z']",
             R"("volumes":["c:/x:ro","b:/y:ro","d:/z"])"},
        Case{"volumes_of_two_forms", "volumes: ['a:/x', /y]",
             "volumes: [{type: volume, source: b, target: /x}, 'c:/y']",
             R"("volumes":[{"type":"volume","source":"b","target":"/x"},"c:/y"])"},
        Case{"devices_by_target", "devices: ['/dev/a:/dev/x']", "devices: ['/dev/b:/dev/x:r']",
             R"("devices":["/dev/b:/dev/x:r"])"},
        Case{"networks_lists", "networks: [a]", "networks: [b, a]",
             R"("networks":{"a":null,"b":null})"},
        Case{"networks_of_two_kinds", "networks: [a]", "networks: {a: {aliases: [x]}}",
             R"("networks":{"a":{"aliases":["x"]}})"},
        Case{"networks_aliases_added", "networks: {a: {aliases: [x]}}",
             "networks: {a: {aliases: [y]}}", R"("networks":{"a":{"aliases":["x","y"]}})"},
        Case{"depends_on", "depends_on: [a]", "depends_on: {b: {condition: service_healthy}}",
             R"("depends_on":{"a":{"condition":"service_started"},)"
             R"("b":{"condition":"service_healthy"}})"},
        Case{"depends_on_condition_replaced", "depends_on: {a: {condition: service_healthy}}",
             "depends_on: [a]", R"("depends_on":{"a":{"condition":"service_started"}})"},
        Case{"extra_hosts", "extra_hosts: ['a:1.1.1.1']", "extra_hosts: {b: 2.2.2.2, a: 1.1.1.1}",
             R"("extra_hosts":["a:1.1.1.1","b:2.2.2.2"])"},
        Case{"ulimits", "ulimits: {nofile: 5, nproc: {soft: 1, hard: 2}}",
             "ulimits: {nofile: {soft: 1, hard: 2}, nproc: {soft: 2}}",
             R"("ulimits":{"nofile":{"soft":1,"hard":2},"nproc":{"soft":2,"hard":2}})"},
        Case{"logging_of_one_driver", "logging: {driver: a, options: {x: '1', y: '2'}}",
             "logging: {options: {y: '3'}}",
             R"("logging":{"driver":"a","options":{"x":"1","y":"3"}})"},
        Case{"logging_of_another_driver", "logging: {driver: a, options: {x: '1'}}",
             "logging: {driver: b}", R"("logging":{"driver":"b"})"},
        Case{"wrong_kinds_are_kept", "ports: 80, environment: [[1]]", "ports: [81], labels: [[2]]",
             R"("ports":[81],"environment":[[1]],"labels":[[2]])"}),
    [](const auto& test) { return test.param.name; });

TEST(ComposeMerge, TakesServicesNetworksAndVolumesOfBoth) {
  const Value merged = merge(
      yaml("services: {a: {image: 'x:1'}}\nnetworks: {n: {labels: [l=1]}}\n", 0),
      yaml("services: {b: {image: 'y:1'}}\nnetworks: {n: {labels: {m: 2}}}\nvolumes: {v: }\n", 1));
  EXPECT_EQ(render(merged), R"({"services":{"a":{"image":"x:1"},"b":{"image":"y:1"}},)"
                            R"("networks":{"n":{"labels":{"l":"1","m":2}}},"volumes":{"v":null}})");
}

TEST(ComposeMerge, KeepsThePlaceOfEveryValue) {
  const Value merged = merge(service("image: 'a:1', user: x", 0), service("image: 'a:2'", 1));
  const Value* web = merged.find("services")->find("web");
  EXPECT_EQ(web->find("image")->at().document, 1U);
  EXPECT_EQ(web->find("user")->at().document, 0U);
}

// Linear in what the files hold: this is what two files of the greatest size can have.
TEST(ComposeMerge, OfHugeFilesEnds) {
  std::string list = "services: {web: {environment: [";
  std::string map = "services: {web: {labels: {a: b}, environment: {";
  for (int i = 0; i < 20'000; ++i) {
    list += fmt::format("a{},", i);
    map += fmt::format("b{}: ,", i);
  }
  const Value merged = merge(yaml(list + "]}}", 0), yaml(map + "}}}", 1));
  EXPECT_EQ(merged.find("services")->find("web")->find("environment")->as_map()->size(), 40'000U);
}

}  // namespace
}  // namespace genisys::state::compose
