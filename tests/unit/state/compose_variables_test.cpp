// What variables and env files add to a Compose file.
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "state/documents.hpp"
#include "tests/unit/state/compose_files.hpp"

namespace genisys::state {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// One field of the first service, as the API shows it; empty when it is not set.
std::string field(const Declarations& declared, std::string_view key) {
  Problems problems;
  const auto definition =
      read_json(encode_definition(declared.entries.front().definition), problems);
  const Value* found = definition->find(key);
  return found == nullptr ? "" : render(*found);
}

struct Variable {
  const char* name;
  std::string fields;  // of the service web
  std::string key;
  std::string value;
};

class ComposeVariables : public testing::TestWithParam<Variable> {};

TEST_P(ComposeVariables, AreReplaced) {
  ComposeFiles compose{
      .texts = {"name: ${PROJECT:-shop}\nservices:\n  web:\n    image: a:${TAG:-1}\n" +
                GetParam().fields + "volumes: {data: {name: $DATA}}\n"},
      .environment = {{"N", "3"},
                      {"YES", "true"},
                      {"TRUE", "True"},
                      {"NULL", "null"},
                      {"DATA", "big"},
                      {"BOTH", "environment"}},
      .files = {{"/srv/shop/.env", "BOTH=dotenv\nDOT=from file # x\n"}}};
  const auto declared = compose.read();
  ASSERT_TRUE(declared) << render(compose.problems);
  EXPECT_EQ(field(*declared, GetParam().key), GetParam().value);
  EXPECT_THAT(compose.notices, IsEmpty()) << render(compose.notices);
}

INSTANTIATE_TEST_SUITE_P(
    ComposeFile, ComposeVariables,
    testing::Values(
        Variable{"default", "", "image", "\"a:1\""},
        Variable{"number", "    pids_limit: ${N}\n", "pids_limit", "3"},
        Variable{"boolean", "    read_only: ${YES}\n", "read_only", "true"},
        Variable{"in_a_list_a_text", "    command: [sleep, $N, '$N', \"${YES}\"]\n", "command",
                 R"(["sleep","3","3","true"])"},
        Variable{"quoted_a_text", "    hostname: 'h${N}'\n", "hostname", "\"h3\""},
        Variable{"environment_keeps_the_text",
                 "    environment:\n      A: $N\n      B: $YES\n      C: $TRUE\n      D: $NULL\n"
                 "      E: '${X:-}'\n      F: ${X-}\n",
                 "environment", R"({"A":"3","B":"true","C":"True","D":"null","E":"","F":""})"},
        Variable{"environment_before_dotenv", "    command: ['$BOTH', '$DOT']\n", "command",
                 R"(["environment","from file"])"},
        Variable{"project_name", "    command: ['$COMPOSE_PROJECT_NAME']\n", "command",
                 R"(["shop"])"},
        Variable{"dollars", "    command: ['$$N', '$$$$']\n", "command", R"(["$N","$$"])"},
        Variable{"keys_are_left", "    labels: {$N: $N}\n", "labels", R"({"$N":"3"})"},
        Variable{"in_names_of_volumes", "    volumes: ['data:/x']\n", "volumes", R"(["big:/x"])"}),
    [](const auto& test) { return test.param.name; });

TEST(ComposeFile, DoesNotReplaceVariablesElsewhere) {
  ComposeFiles compose{.texts = {"web: {image: 'a:1', command: ['$N', '${']}\n"}};
  const auto declared = compose.read();
  ASSERT_TRUE(declared) << render(compose.problems);
  EXPECT_EQ(field(*declared, "command"), R"(["$N","${"])");
  EXPECT_FALSE(declared->entries.front().first_target);
}

TEST(ComposeFile, TellsWhereAVariableIsWrong) {
  ComposeFiles compose{.texts = {"services:\n  web:\n    image: a:${TAG:?which one}\n"
                                 "    command: [a, '$']\n"}};
  EXPECT_FALSE(compose.read());
  EXPECT_THAT(render(compose.problems),
              HasSubstr("3:12 /services/web/image: the variable 'TAG' must be set: which one\n"
                        "4:18 /services/web/command/1: '$' is no variable"));
}

TEST(ComposeFile, BoundsWhatVariablesAdd) {
  std::string text = "services:\n  web:\n    image: a:1\n    command:\n";
  for (int i = 0; i < 1000; ++i) text += "    - $LONG$LONG\n";
  ComposeFiles compose{.texts = {text}, .environment = {{"LONG", std::string(100'000, 'x')}}};
  EXPECT_FALSE(compose.read());
  EXPECT_THAT(render(compose.problems), HasSubstr("too long"));
}

TEST(ComposeFile, BoundsWhatEnvFilesAddToManyServices) {
  std::string variables;
  for (int i = 0; i < 250; ++i) variables += fmt::format("V{}=x\n", i);
  const auto with_services = [&](int count) {
    std::string text = "services:\n";
    for (int i = 0; i < count; ++i) {
      text += fmt::format("  s{}: {{image: 'a:1', env_file: web.env}}\n", i);
    }
    return ComposeFiles{.texts = {text}, .files = {{"/srv/shop/web.env", variables}}};
  };
  ComposeFiles fitting = with_services(80);
  EXPECT_TRUE(fitting.read()) << render(fitting.problems);
  ComposeFiles swollen = with_services(81);
  EXPECT_FALSE(swollen.read());
  EXPECT_THAT(render(swollen.problems), HasSubstr("/services/s80/env_file: with "));
  EXPECT_THAT(render(swollen.problems), HasSubstr("more than 20000 variables"));
}

TEST(ComposeFile, TellsOfAnEnvFileWhichLineIsWrong) {
  ComposeFiles compose{.texts = {"services:\n  web:\n    image: a:1\n    env_file: web.env\n"},
                       .files = {{"/srv/shop/web.env", "A=1\nB\"\n"}}};
  EXPECT_FALSE(compose.read());
  EXPECT_THAT(render(compose.problems),
              HasSubstr("4:15 /services/web/env_file: /srv/shop/web.env:2: expected a line"));
}

TEST(ComposeFile, TellsWhichLineOfDotEnvIsWrong) {
  ComposeFiles compose{.texts = {"services: {}\n"}, .files = {{"/srv/shop/.env", "A=1\n=2\n"}}};
  EXPECT_FALSE(compose.read());
  EXPECT_THAT(render(compose.problems), HasSubstr("/srv/shop/.env:2: expected a line"));
}

struct Environment {
  const char* name;
  std::string fields;
  std::string environment;
};

class ComposeEnvironment : public testing::TestWithParam<Environment> {};

TEST_P(ComposeEnvironment, OfFilesAndService) {
  ComposeFiles compose{.texts = {"services:\n  web:\n    image: a:1\n" + GetParam().fields},
                       .environment = {{"SET", "outside"}, {"DIR", "conf"}},
                       .files = {{"/srv/shop/a.env", "A=1\nB=1\nSET\n"},
                                 {"/srv/shop/conf/b.env", "B=2\nC='$A' # raw\n"},
                                 {"/etc/c.env", "C=3\n"}}};
  const auto declared = compose.read();
  ASSERT_TRUE(declared) << render(compose.problems);
  EXPECT_EQ(field(*declared, "environment"), GetParam().environment);
}

INSTANTIATE_TEST_SUITE_P(
    ComposeFile, ComposeEnvironment,
    testing::Values(
        Environment{"none", "", "null"},
        Environment{"file", "    env_file: a.env\n", R"({"A":"1","B":"1","SET":"outside"})"},
        Environment{"later_file_wins", "    env_file: [a.env, ./conf/b.env]\n",
                    R"({"A":"1","B":"2","C":"$A","SET":"outside"})"},
        Environment{"absolute_path", "    env_file: /etc/c.env\n", R"({"C":"3"})"},
        Environment{"path_with_variable", "    env_file: $DIR/b.env\n", R"({"B":"2","C":"$A"})"},
        Environment{"long_form",
                    "    env_file: [{path: conf/b.env, format: raw, required: true}]\n",
                    R"({"B":"2","C":"'$A' # raw"})"},
        Environment{"missing_and_not_required",
                    "    env_file: [{path: no.env, required: false}, /etc/c.env]\n",
                    R"({"C":"3"})"},
        Environment{"environment_wins", "    env_file: a.env\n    environment: {B: 9, D: 8}\n",
                    R"({"A":"1","B":"9","D":"8","SET":"outside"})"},
        Environment{"environment_list", "    environment: [A=1, A=2, SET, UNSET, E=]\n",
                    R"({"A":"2","E":"","SET":"outside"})"},
        Environment{"environment_map_without_values", "    environment: {SET: , UNSET: , E: ''}\n",
                    R"({"E":"","SET":"outside"})"},
        Environment{"name_that_is_not_set_takes_a_files_away",
                    "    env_file: /etc/c.env\n    environment: [C]\n", "{}"}),
    [](const auto& test) { return test.param.name; });

struct EnvFileRefused {
  const char* name;
  std::string fields;
  std::string reason;
};

class ComposeEnvFileRefuses : public testing::TestWithParam<EnvFileRefused> {};

TEST_P(ComposeEnvFileRefuses, WithReason) {
  ComposeFiles compose{.texts = {"services:\n  web:\n    image: a:1\n" + GetParam().fields}};
  EXPECT_FALSE(compose.read());
  EXPECT_THAT(render(compose.problems), HasSubstr(GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(
    ComposeFile, ComposeEnvFileRefuses,
    testing::Values(EnvFileRefused{"missing", "    env_file: no.env\n",
                                   "4:15 /services/web/env_file: cannot open /srv/shop/no.env"},
                    EnvFileRefused{"number", "    env_file: 5\n", "must be a path"},
                    EnvFileRefused{"empty", "    env_file: ['']\n", "must be a path"},
                    EnvFileRefused{"without_path", "    env_file: [{required: true}]\n",
                                   "/services/web/env_file/0: has no path"},
                    EnvFileRefused{"unknown_format", "    env_file: [{path: a, format: ini}]\n",
                                   "/services/web/env_file/0/format: an env_file has a path"},
                    EnvFileRefused{"unknown_key", "    env_file: [{path: a, name: ini}]\n",
                                   "/services/web/env_file/0/name: an env_file has a path"},
                    EnvFileRefused{"environment_text", "    environment: A=1\n",
                                   "/services/web/environment"},
                    EnvFileRefused{"environment_of_lists", "    environment: [[A]]\n",
                                   "/services/web/environment/0"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace genisys::state
