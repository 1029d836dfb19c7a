// What a Compose file means: which services, and what each of them is.
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "state/documents.hpp"
#include "tests/unit/state/compose_files.hpp"

namespace genisys::state {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// "name=image xN" for each entry, in their order.
std::string summary(const Declarations& declared) {
  std::string text;
  for (const FileEntry& entry : declared.entries) {
    text += (text.empty() ? "" : " ") + entry.definition.name.str() + '=' +
            entry.definition.image.str();
    if (entry.first_target) text += fmt::format("x{}", *entry.first_target);
  }
  return text;
}

struct Accepted {
  const char* name;
  std::string text;
  std::string services;
};

class ComposeFileAccepts : public testing::TestWithParam<Accepted> {};

TEST_P(ComposeFileAccepts, AsCompose) {
  ComposeFiles compose{.texts = {GetParam().text}};
  const auto declared = compose.read();
  ASSERT_TRUE(declared) << render(compose.problems);
  EXPECT_EQ(summary(*declared), GetParam().services);
  EXPECT_THAT(compose.notices, IsEmpty()) << render(compose.notices);
}

INSTANTIATE_TEST_SUITE_P(
    ComposeFile, ComposeFileAccepts,
    testing::Values(
        Accepted{"one_replica_by_default", "services: {web: {image: 'a:1'}}", "web=a:1x1"},
        Accepted{"replicas", "services: {web: {image: 'a:1', deploy: {replicas: 3}}}", "web=a:1x3"},
        Accepted{"replicas_as_text", "services: {web: {image: 'a:1', deploy: {replicas: '3'}}}",
                 "web=a:1x3"},
        Accepted{"no_replicas", "services: {web: {image: 'a:1', deploy: {replicas: 0}}}",
                 "web=a:1x0"},
        Accepted{"scale", "services: {web: {image: 'a:1', scale: 2}}", "web=a:1x2"},
        Accepted{"scale_and_replicas_that_agree",
                 "services: {web: {image: 'a:1', scale: 2, deploy: {replicas: 2}}}", "web=a:1x2"},
        Accepted{"replicated", "services: {web: {image: 'a:1', deploy: {mode: replicated}}}",
                 "web=a:1x1"},
        Accepted{"image_without_tag",
                 "services: {web: {image: nginx}, db: {image: 'r:5000/a/b'}, c: {image: 'a@sha256:"
                 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'}}",
                 "web=nginx:latestx1 db=r:5000/a/b:latestx1 c=a@sha256:"
                 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdefx1"},
        Accepted{"extensions",
                 "x-a: {b: $!}\nservices:\n  web: {image: 'a:1', x-c: $!, deploy: {x-d: 1}}\n"
                 "  x-b: {image: 'b:1', networks: {default: {x-e: 1}}, healthcheck: {x-f: 1}}\n"
                 "networks: {default: {x-g: $!, ipam: {x-h: 1}}}\nvolumes: {x-v: {x-i: 1}}\n",
                 "web=a:1x1 x-b=b:1x1"},
        Accepted{"anchors",
                 "x-base: &base\n  image: a:1\nservices:\n  web:\n    <<: *base\n    scale: 2\n"
                 "  db: *base\n",
                 "web=a:1x2 db=a:1x1"},
        Accepted{"extends",
                 "services:\n  web: {extends: {service: db}, scale: 2}\n"
                 "  db: {extends: base, deploy: {labels: }}\n  base: {image: 'a:1', scale: 3}\n",
                 "web=a:1x2 db=a:1x3 base=a:1x3"},
        Accepted{"version", "version: '2.4'\nname: x\nservices: {web: {image: 'a:1'}}",
                 "web=a:1x1"},
        Accepted{"no_services", "services:\n", ""},
        Accepted{"nulls",
                 "services: {web: {image: 'a:1', container_name: , build: , scale: , "
                 "deploy: , env_file: , links: , secrets: [], profiles: []}}\nvolumes:\n",
                 "web=a:1x1"},
        Accepted{"json", R"({"services": {"web": {"image": "a:1"}}})", "web=a:1x1"}),
    [](const auto& test) { return test.param.name; });

// One large service, which many begin with.
std::string extends_bomb() {
  std::string text = "services:\n  base:\n    image: a:1\n    environment: {";
  for (int i = 0; i < 1000; ++i) text += fmt::format("A{}: 1, ", i);
  text += "}\n";
  for (int i = 0; i < 1000; ++i) text += fmt::format("  s{}: {{extends: base}}\n", i);
  return text;
}

struct Refused {
  const char* name;
  std::string text;
  std::string reason;
};

class ComposeFileRefuses : public testing::TestWithParam<Refused> {};

TEST_P(ComposeFileRefuses, WithPlaceAndReason) {
  ComposeFiles compose{.texts = {GetParam().text}};
  EXPECT_FALSE(compose.read());
  EXPECT_THAT(render(compose.problems), HasSubstr(GetParam().reason));
  for (const Problem& problem : compose.problems) EXPECT_GT(problem.at.line, 0U) << problem.message;
}

INSTANTIATE_TEST_SUITE_P(
    ComposeFile, ComposeFileRefuses,
    testing::Values(
        Refused{"unknown_top_level_key", "services: {}\nvolume: {}\n",
                "2:1 /volume: unknown key 'volume': did you mean 'volumes'?"},
        Refused{"include", "include: [a.yaml]\nservices: {}\n", "1:1 /include: a file takes in no"},
        Refused{"services_list", "services: []\n", "/services: must be a map"},
        Refused{"service_null", "services:\n  web:\n", "/services/web: a definition must be"},
        Refused{"bad_name", "services: {a/b: {image: 'a:1'}}", "'a/b' is not a service name"},
        Refused{"unknown_key", "services:\n  web:\n    image: a:1\n    imagee: b\n",
                "4:5 /services/web/imagee: unknown key 'imagee'"},
        Refused{"build_without_image", "services:\n  web:\n    build: .\n",
                "3:5 /services/web/build: builds nothing"},
        Refused{"secrets_used", "services:\n  web:\n    image: a:1\n    secrets: [s]\n",
                "4:5 /services/web/secrets:"},
        Refused{"configs_used", "services:\n  web:\n    image: a:1\n    configs: [s]\n",
                "4:5 /services/web/configs:"},
        Refused{"extends_unknown", "services: {base: {}, web: {image: 'a:1', extends: bsae}}",
                "1:51 /services/web/extends: there is no service 'bsae' in this file: did you mean "
                "'base'?"},
        Refused{"extends_file", "services: {web: {extends: {service: a, file: b.yaml}}}",
                "/services/web/extends/file: only a service of the same file is extended"},
        Refused{"extends_list", "services: {web: {extends: [a]}}",
                "/services/web/extends: must be the name of a service"},
        Refused{"extends_itself", "services: {a: {image: 'a:1', extends: a}}",
                "/services/a/extends: services extend each other in a circle"},
        Refused{"extends_in_a_circle",
                "services: {a: {image: 'a:1', extends: b}, b: {extends: c}, c: {extends: a}}",
                "services extend each other in a circle"},
        Refused{"extends_too_much", extends_bomb(), "copy more than 20000 values"},
        Refused{"scale_and_replicas_that_differ",
                "services:\n  web:\n    image: a:1\n    scale: 2\n    deploy: {replicas: 3}\n",
                "4:5 /services/web/scale: scale is 2 and deploy.replicas is 3"},
        Refused{"scale_text", "services: {web: {image: 'a:1', scale: many}}",
                "/services/web/scale: must be an integer"},
        Refused{"replicas_beyond_ports",
                "services: {web: {image: 'a:1', ports: ['81:80'], scale: 2}}",
                "/services/web/deploy/replicas: 2 replicas are more than the 1"},
        Refused{"global_mode", "services: {web: {image: 'a:1', deploy: {mode: global}}}",
                "/services/web/deploy/mode: "},
        Refused{"links_with_another_name",
                "services: {web: {image: 'a:1', links: ['db:database']}, db: {image: 'b:1'}}",
                "/services/web/links/0: containers are not linked: give the service 'db' the name "
                "'database' with aliases"},
        Refused{"profiles_text", "services: {web: {image: 'a:1', profiles: debug}}",
                "/services/web/profiles: must be a list"},
        Refused{"name_without_letters", "name: '-_'\nservices: {}\n", "1:7 /name: '-_' has no"},
        Refused{"name_list", "name: [a]\nservices: {}\n", "1:7 /name: must be a string"},
        Refused{"reset", "services:\n  web: !reset null\n", "'!reset' of Compose"}),
    [](const auto& test) { return test.param.name; });

struct Dependency {
  const char* name;
  std::string services;
  std::string reason;  // empty: accepted
};

class ComposeDependencies : public testing::TestWithParam<Dependency> {};

TEST_P(ComposeDependencies, AreChecked) {
  ComposeFiles compose{.texts = {"services:\n" + GetParam().services}};
  const bool is_read = compose.read().has_value();
  EXPECT_EQ(is_read, GetParam().reason.empty()) << render(compose.problems);
  EXPECT_THAT(render(compose.problems), HasSubstr(GetParam().reason));
}

std::string chain(int length) {
  std::string text;
  for (int i = 0; i < length; ++i) {
    text += fmt::format("  s{}: {{image: 'a:1', depends_on: [s{}]}}\n", i, i + 1);
  }
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    ComposeFile, ComposeDependencies,
    testing::Values(
        Dependency{"list", "  a: {image: 'a:1', depends_on: [b]}\n  b: {image: 'b:1'}\n", ""},
        Dependency{"diamond",
                   "  a: {image: 'a:1', depends_on: [b, c]}\n  b: {image: 'b:1', depends_on: [d]}\n"
                   "  c: {image: 'b:1', depends_on: [d]}\n  d: {image: 'd:1'}\n",
                   ""},
        Dependency{"link", "  a: {image: 'a:1', links: [b]}\n  b: {image: 'b:1'}\n", ""},
        Dependency{"unknown", "  web: {image: 'a:1', depends_on: [dbb]}\n  db: {image: 'b:1'}\n",
                   "2:36 /services/web/depends_on: there is no service 'dbb' in the files: did you "
                   "mean 'db'?"},
        Dependency{"unknown_link", "  web: {image: 'a:1', links: ['other:other']}\n",
                   "there is no service 'other' in the files"},
        Dependency{"unknown_and_not_required",
                   "  web: {image: 'a:1', depends_on: {x: {condition: service_started, required: "
                   "false}}}\n",
                   "there is no service 'x'"},
        Dependency{"itself", "  a: {image: 'a:1', depends_on: [a]}\n",
                   "services wait for each other, a -> a: remove one dependency"},
        Dependency{"cycle",
                   "  z: {image: 'a:1', depends_on: [a]}\n  a: {image: 'a:1', depends_on: [b]}\n"
                   "  b: {image: 'b:1', depends_on: {c: {condition: service_healthy}}}\n"
                   "  c: {image: 'b:1', links: [a]}\n",
                   "services wait for each other, a -> b -> c -> a"},
        Dependency{"cycle_at_the_end_of_a_chain",
                   chain(1000) + "  s1000: {image: 'a:1', "
                                 "depends_on: [s999]}\n",
                   "wait for each other, s999 -> s1000 -> s999"},
        Dependency{"long_chain", chain(1000) + "  s1000: {image: 'a:1'}\n", ""},
        Dependency{"on_a_profile",
                   "  a: {image: 'a:1', depends_on: [b]}\n  b: {image: 'b:1', profiles: [p]}\n",
                   "needs 'b', which is left out since it belongs to a profile"},
        Dependency{"on_a_profile_and_not_required",
                   "  a: {image: 'a:1', depends_on: {b: {condition: service_started, required: "
                   "false}}}\n  b: {image: 'b:1', profiles: [p]}\n",
                   ""}),
    [](const auto& test) { return test.param.name; });

struct Noticed {
  const char* name;
  std::string text;
  std::string notice;
  std::string services = "web=a:1x1";
};

class ComposeFileNotices : public testing::TestWithParam<Noticed> {};

TEST_P(ComposeFileNotices, WhatIsLeftOut) {
  ComposeFiles compose{.texts = {GetParam().text}};
  const auto declared = compose.read();
  ASSERT_TRUE(declared) << render(compose.problems);
  EXPECT_EQ(summary(*declared), GetParam().services);
  EXPECT_EQ(compose.notices.size(), 1U) << render(compose.notices);
  EXPECT_THAT(render(compose.notices), HasSubstr(GetParam().notice));
}

INSTANTIATE_TEST_SUITE_P(
    ComposeFile, ComposeFileNotices,
    testing::Values(
        Noticed{"build_beside_image", "services:\n  web:\n    image: a:1\n    build: .\n",
                "4:5 /services/web/build: build is ignored:"},
        Noticed{"container_name", "services: {web: {image: 'a:1', container_name: shop}}",
                "/services/web/container_name: container_name is ignored: "},
        Noticed{"platform", "services: {web: {image: 'a:1', platform: linux/arm64}}",
                "platform is ignored"},
        Noticed{"placement", "services: {web: {image: 'a:1', deploy: {placement: {}}}}",
                "/services/web/deploy/placement: placement is ignored"},
        Noticed{"reserved_cpus",
                "services: {web: {image: 'a:1', deploy: {resources: {reservations: {cpus: '1'}}}}}",
                "/services/web/deploy/resources/reservations/cpus: cpus is ignored"},
        Noticed{"start_interval",
                "services: {web: {image: 'a:1', healthcheck: {test: x, start_interval: 5s}}}",
                "/services/web/healthcheck/start_interval: start_interval is ignored"},
        Noticed{"restart_of_dependents",
                "services: {web: {image: 'a:1', depends_on: {db: {condition: service_started, "
                "restart: true}}}, db: {image: 'b:1'}}",
                "/services/web/depends_on/db/restart: restart is ignored", "web=a:1x1 db=b:1x1"},
        Noticed{"secrets_unused", "services: {web: {image: 'a:1'}}\nsecrets: {s: {file: x}}\n",
                "2:1 /secrets: secrets is ignored"},
        Noticed{"profile",
                "services: {web: {image: 'a:1'}, debug: {build: ., volumes: ['no:/x'], profiles: "
                "[debug]}}",
                "/services/debug: 'debug' is left out: it belongs to a profile"},
        Noticed{"links",
                "services: {web: {image: 'a:1', links: [db, 'db:db']}, db: {image: 'b:1'}}",
                "/services/web/links: links is taken for depends_on", "web=a:1x1 db=b:1x1"},
        Noticed{"unset_variable", "services: {web: {image: 'a:1', user: '$X', hostname: 'a$X'}}",
                "/services/web/user: the variable 'X' is not set: it is taken for empty"}),
    [](const auto& test) { return test.param.name; });

TEST(ComposeFile, TakesTheServicesOfActiveProfiles) {
  const auto taken = [](const std::string& active) {
    ComposeFiles compose{.texts = {"services:\n"
                                   "  web: {image: 'a:1'}\n"
                                   "  debug: {image: 'a:1', profiles: [debug, all]}\n"
                                   "  tools: {image: 'a:1', profiles: [tools]}\n"},
                         .environment = {{"COMPOSE_PROFILES", active}}};
    const auto declared = compose.read();
    std::string names;
    if (!declared) return render(compose.problems);
    for (const FileEntry& entry : declared->entries) names += entry.definition.name.str() + " ";
    return names;
  };
  EXPECT_EQ(taken(""), "web ");
  EXPECT_EQ(taken("debug"), "web debug ");
  EXPECT_EQ(taken("tools, all"), "web debug tools ");
  EXPECT_EQ(taken("*"), "web debug tools ");
  EXPECT_EQ(taken("other,"), "web ");
}

TEST(ComposeFile, TakesLinksForDependencies) {
  ComposeFiles compose{
      .texts = {"services:\n  web:\n    image: a:1\n    links: [db, 'cache:cache']\n"
                "    depends_on: {db: {condition: service_healthy}}\n"
                "  db: {image: 'b:1'}\n  cache: {image: 'c:1'}\n"}};
  const auto declared = compose.read();
  ASSERT_TRUE(declared) << render(compose.problems);
  const auto& needs = *declared->entries.front().definition.depends_on;
  EXPECT_EQ(needs.at("db").condition, DependencyCondition::healthy);
  EXPECT_EQ(needs.at("cache").condition, DependencyCondition::started);
}

// Whatever stands where: either there are declarations or there is a problem.
TEST(ComposeFile, AnswersForAnyContent) {
  std::mt19937 random(20240502);
  constexpr std::array<std::string_view, 24> kKeys = {
      "image",     "environment", "env_file", "networks",    "volumes",      "deploy",
      "scale",     "links",       "build",    "depends_on",  "profiles",     "container_name",
      "ports",     "x-a",         "command",  "healthcheck", "replicas",     "condition",
      "resources", "ipam",        "external", "name",        "reservations", "services"};
  constexpr std::array<std::string_view, 12> kTexts = {"a",  "'a:1'", "5",  "true",  "~", "'$A'",
                                                       "[]", "{}",    "''", "'a:b'", "/", "a=b"};
  const auto pick = [&](const auto& from) { return std::string(from[random() % from.size()]); };
  const auto value = [&](const auto& self, int depth) -> std::string {
    const auto kind = random() % (depth == 0 ? 1 : 4);
    if (kind <= 1) return pick(kTexts);
    std::string text;
    for (std::size_t i = random() % 3; i > 0; --i) {
      if (kind == 3) text += pick(kKeys) + ": ";
      text += self(self, depth - 1) + ", ";
    }
    return kind == 2 ? '[' + text + ']' : '{' + text + '}';
  };
  for (int round = 0; round < 5'000; ++round) {
    ComposeFiles compose;
    for (std::size_t file = 1 + random() % 2; file > 0; --file) {
      std::string text = "services:\n";
      for (int i = 0; i < 2; ++i) {
        text +=
            fmt::format("  s{}:\n    image: a:1\n    {}: {}\n", i, pick(kKeys), value(value, 4));
      }
      compose.texts.push_back(text + pick(kKeys) + ": " + value(value, 4) + "\n");
    }
    EXPECT_EQ(compose.read().has_value(), compose.problems.empty()) << compose.texts.front();
  }
}

}  // namespace
}  // namespace genisys::state
