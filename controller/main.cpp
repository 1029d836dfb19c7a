// The command line: reads argv and the files it names, then runs the daemon.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/token_file.hpp"
#include "controller/check.hpp"
#include "controller/config.hpp"
#include "controller/daemon.hpp"
#include "controller/daemon_tls.hpp"
#include "controller/main_diff.hpp"
#include "controller/services.hpp"
#include "docker/credentials.hpp"

namespace genisys::controller {
namespace {

constexpr std::string_view kExitCodes =
    "Exit codes:\n"
    "  0  ended as asked (SIGTERM, SIGINT), or nothing wrong found by --check, or\n"
    "     nothing to change found by --diff\n"
    "  1  failed at run time\n"
    "  2  bad command line, configuration, service file, token file\n"
    "     or certificate\n"
    "  3  the state file is in use by another process\n"
    "  4  --diff found something that a reload would change\n"
    "  5  the state file is damaged, lost, or of a newer version, and was left as it is;\n"
    "     the message says how to go on\n";

int refuse(const std::vector<std::string>& errors) {
  for (const auto& error : errors) fmt::print(stderr, "error: {}\n", error);
  return kExitUsage;
}

int check(const Config& config) {
  std::string tokens;
  std::vector<std::string> errors;
  if (!config.connector.token_file.empty()) {
    api::LoadedTokens loaded = api::load_tokens(config.connector.token_file);
    if (loaded.tokens) tokens = api::describe(*loaded.tokens);
    errors = std::move(loaded.errors);
  }
  std::vector<std::string> warnings;
  const auto note = [&](const auto& loaded) {
    errors.insert(errors.end(), loaded.errors.begin(), loaded.errors.end());
    warnings.insert(warnings.end(), loaded.warnings.begin(), loaded.warnings.end());
  };
  if (config.connector.tls) note(load_api_tls(*config.connector.tls));
  if (config.docker.tls) note(load_engine_tls(*config.docker.tls));
  const ServicesResult services = load_services(config);
  errors.insert(errors.end(), services.errors.begin(), services.errors.end());
  if (!errors.empty()) return refuse(errors);
  fmt::print("{}", summary(config, services, tokens, warnings));
  return kExitOk;
}

int run(int argc, char** argv) {
  CLI::App app{"Keeps the wanted number of containers of every service running on a Docker engine.",
               "genisys-connector"};
  std::string file;
  bool only_check = false;
  bool only_diff = false;
  const auto* config_option =
      app.add_option(
             "--config", file,
             "Configuration file; without it ./genisys-connector.yml if that is there, else "
             "the defaults")
          ->type_name("FILE");
  auto* check_option =
      app.add_flag("--check", only_check,
                   "Check the configuration and the service file, say what they mean, and end");
  app.add_flag("--diff", only_diff,
               "Say what reading the service file again would change, and end: asks the running "
               "connector, or compares with the state file when none runs")
      ->excludes(check_option);
  app.set_version_flag("--version", "genisys-connector " GENISYS_VERSION);
  app.footer(std::string(kExitCodes));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;  // --help and --version are no errors
  }

  const ConfigResult result = load_config(
      config_option->count() > 0 ? std::optional<std::filesystem::path>(file) : std::nullopt,
      docker::default_config_file());
  if (!result.config) return refuse(result.errors);
  if (only_check) return check(*result.config);
  if (only_diff) return print_diff(*result.config);
  return run_daemon(*result.config);
}

}  // namespace
}  // namespace genisys::controller

int main(int argc, char** argv) {
  try {
    return genisys::controller::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return genisys::controller::kExitFailed;
  }
}
