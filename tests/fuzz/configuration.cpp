// The files an operator writes: c(onfiguration), t(okens), e(nv file), r(aw env file).
#include <cctype>
#include <string>
#include <vector>

#include "api/tokens.hpp"
#include "controller/config.hpp"
#include "controller/policy_config.hpp"
#include "state/compose/env_file.hpp"
#include "state/text.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/properties.hpp"

namespace genisys::fuzz {
namespace {

using namespace std::chrono_literals;

void configuration(std::string_view text) {
  const controller::ConfigPlace place{.name = "test.yml",
                                      .folder = "/etc/genisys",
                                      .docker_host = "unix:///run/docker.sock",
                                      .docker_config = "/root/.docker/config.json"};
  const controller::ConfigResult read = controller::parse_config(text, place);
  require(read.config.has_value() == read.errors.empty(), "either a configuration or errors");
  for (const std::string& error : read.errors) {
    require(error.starts_with("test.yml"), "an error names the file", error);
    require(state::is_utf8(error) && error.find('\n') == std::string::npos, "one line", error);
  }
  if (!read.config) return;
  const controller::ConnectorConfig& connector = read.config->connector;
  require(connector.interval >= 100ms && connector.interval <= 1h, "the interval is in its range");
  require(connector.state_file.is_absolute(), "the state file's path is absolute");
  for (const auto& file : connector.service_files) require(file.is_absolute(), "absolute");
  require(connector.token_file.empty() || connector.token_file.is_absolute(), "absolute");
  require(read.config->docker.concurrency >= 1 && read.config->docker.concurrency <= 256,
          "the concurrency is in its range");
  require(read.config->limits.replicas >= 1 && read.config->limits.replicas <= 100000,
          "the limit is in its range");
  const bool stays_here = connector.bind.starts_with("127.") || connector.bind == "::1" ||
                          connector.bind == "localhost" || connector.bind.starts_with("unix:///");
  require(stays_here || !connector.token_file.empty() || connector.allow_unauthenticated,
          "strangers need a token, or the operator's word", connector.bind);
  for (const std::string& bind : read.config->policy.binds) {
    require(bind.starts_with('/') && bind.find("/../") == std::string::npos, "clean paths", bind);
  }
  require(!controller::to_string(read.config->policy).empty(), "a policy can be told");
}

// The text with other letters and digits in place of the secrets': equal ones stay equal.
std::string with_other_secrets(std::string_view text) {
  std::string other(text);
  int colons = 0;
  for (char& c : other) {
    if (c == '\n') colons = 0;
    if (c == ':') ++colons;
    if (colons != 1) continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>('a' + (c - 'a' + 7) % 26);
    if (c >= 'A' && c <= 'Z') c = static_cast<char>('A' + (c - 'A' + 7) % 26);
    if (c >= '0' && c <= '9') c = static_cast<char>('0' + (c - '0' + 3) % 10);
  }
  return other;
}

void tokens(std::string_view text) {
  state::Problems problems;
  const auto read = api::Tokens::parse(text, problems);
  require(read.has_value() == problems.empty(), "either tokens or problems");
  if (!read) {
    require_told(problems, lines_of(text));
    state::Problems of_others;
    api::Tokens::parse(with_other_secrets(text), of_others);
    require(problems == of_others, "what is said of tokens says nothing of the tokens");
    return;
  }
  for (const api::Token& token : read->all()) {
    require(read->find(token.secret) == &token, "a token is found by its secret");
    require(read->named(token.name) == &token, "a token is found by its name");
    require(read->find(token.secret + "x") == nullptr || token.secret.size() >= api::kMinSecret,
            "no more than the secret will do");
    require(read->find(token.secret.substr(1)) != &token, "no less than the secret will do");
  }
  require(read->find("") == nullptr, "nothing is no secret");
}

void env_file(std::string_view text, state::compose::EnvFormat format) {
  state::Problems problems;
  state::Problems notices;
  const auto lookup = [](const std::string& name) -> std::optional<std::string> {
    if (name == "TAG") return "1.25";
    return std::nullopt;
  };
  const auto pairs = state::compose::parse_env_file(text, format, lookup, problems, notices);
  require(pairs.has_value() == problems.empty(), "either variables or problems");
  if (!notices.empty()) require_told(notices, lines_of(text));
  if (!pairs) return require_told(problems, lines_of(text));
  std::size_t bytes = 0;
  for (const auto& [name, value] : *pairs) {
    require(!name.empty(), "a variable has a name");
    bytes += name.size() + value.size();
  }
  require(bytes <= 64 * 1024 + 64 * text.size(), "a short file makes no long values");
}

}  // namespace
}  // namespace genisys::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace genisys::fuzz;
  using genisys::state::compose::EnvFormat;
  Input input(data, size);
  switch (input.kind("cter")) {
    case 'c':
      configuration(input.rest());
      break;
    case 't':
      tokens(input.rest());
      break;
    case 'e':
      env_file(input.rest(), EnvFormat::dotenv);
      break;
    default:
      env_file(input.rest(), EnvFormat::raw);
  }
  return 0;
}
