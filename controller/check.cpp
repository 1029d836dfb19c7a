#include "controller/check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "controller/policy_config.hpp"
#include "state/definition.hpp"

namespace genisys::controller {
namespace {

std::string services_line(const Config& config, const ServicesResult& services) {
  std::vector<std::string> files;
  for (const auto& file : config.connector.service_files) files.push_back(file.string());
  if (services.file_missing) return fmt::format("none ({} is not there)", fmt::join(files, ", "));
  std::string names;
  for (const auto& entry : services.declared->entries) {
    names += fmt::format("{}{}", names.empty() ? ": " : ", ", entry.definition.name.str());
  }
  return fmt::format("{} in {}{}", services.declared->entries.size(), fmt::join(files, ", "),
                     names);
}

template <class Specs>
std::string names_of(const Specs& specs) {
  std::string names;
  for (const auto& [name, spec] : specs) {
    names +=
        fmt::format("{}{}{}", names.empty() ? "" : ", ", name, spec.external ? " (external)" : "");
  }
  return names;
}

std::string tls_line(const TlsFiles& files) {
  std::string text = files.certificate->path.string();
  if (files.authority) text += ", clients need a certificate of " + files.authority->path.string();
  return text;
}

std::string engine_tls_line(const TlsFiles& files) {
  return fmt::format("checked with {}, shows {}", files.authority->path.string(),
                     files.certificate ? files.certificate->path.string() : "no certificate");
}

}  // namespace

std::string api_url(const ConnectorConfig& config) {
  if (config.bind.starts_with("unix:")) return config.bind;
  const bool is_v6 = config.bind.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", config.tls ? "https" : "http", is_v6 ? "[" : "", config.bind,
                     is_v6 ? "]" : "", config.port);
}

std::string summary(const Config& config, const ServicesResult& services, const std::string& tokens,
                    const std::vector<std::string>& warnings) {
  const auto& [file, connector, docker, limits, policy] = config;
  std::string text;
  const auto line = [&text](std::string_view name, std::string_view value) {
    text += fmt::format("{:<14} {}\n", name, value);
  };
  line("configuration", file ? file->string() : "none (defaults)");
  line("api", api_url(connector));
  if (!tokens.empty()) line("tokens", tokens + " in " + connector.token_file.string());
  if (connector.tls) line("tls", tls_line(*connector.tls));
  line("advertise", connector.advertise);
  line("engine", docker::to_string(docker.address));
  if (docker.tls) line("engine-tls", engine_tls_line(*docker.tls));
  line("services", services_line(config, services));
  const state::SharedResources& shared = services.declared->shared;
  if (!shared.networks.empty()) line("networks", names_of(shared.networks));
  if (!shared.volumes.empty()) line("volumes", names_of(shared.volumes));
  line("state", connector.state_file.string());
  line("instance", connector.instance.value_or("of the state file"));
  line("interval", state::format_duration(connector.interval));
  line("concurrency", fmt::format("{} containers being started at once", docker.concurrency));
  line("adopt", docker.adopt ? "yes" : "no");
  line("credentials", docker.config.empty() ? "none (no folder of DOCKER_CONFIG or HOME to look in)"
                                            : docker.config.string());
  line("limit", fmt::format("{} replicas of a service", limits.replicas));
  line("journal", fmt::format("{} entries, {} days", limits.journal_entries, limits.journal_days));
  line("policy", to_string(policy));
  for (const std::string& warning : warnings) line("warning", warning);
  for (const std::string& notice : services.notices) line("notice", notice);
  return text;
}

}  // namespace genisys::controller
