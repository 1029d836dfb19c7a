#include "controller/config.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>
#include <system_error>
#include <utility>

#include "controller/policy_config.hpp"
#include "controller/problems.hpp"
#include "controller/setting.hpp"
#include "state/documents.hpp"
#include "state/secrets.hpp"
#include "state/text.hpp"
#include "state/value.hpp"

namespace genisys::controller {
namespace {

using state::Member;
using state::Problems;
using state::quote;
using state::Value;

constexpr std::size_t kMaxFileBytes = 64 * 1024;
constexpr std::string_view kUnixPrefix = "unix://";

// The configuration while it is read. What one setting cannot decide alone is decided at the end.
struct Draft {
  const ConfigPlace& place;
  Config config = {};
  std::string engine = {};  // docker.url, as it is written
  bool has_engine = false;
  state::Position bind_at = {};
  state::Position url_at = {};
  state::Position api_tls_at = {};
  state::Position engine_tls_at = {};

  const std::filesystem::path& folder() const { return place.folder; }
};

struct TlsDraft {
  const ConfigPlace& place;
  TlsFiles files = {};
};

bool is_loopback(const std::string& bind) {
  if (bind == "localhost" || bind.starts_with(kUnixPrefix)) return true;
  in_addr v4 = {};
  if (inet_pton(AF_INET, bind.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6 = {};
  if (inet_pton(AF_INET6, bind.c_str(), &v6) != 1) return false;
  if (IN6_IS_ADDR_V4MAPPED(&v6)) return v6.s6_addr[12] == 127;
  return IN6_IS_ADDR_LOOPBACK(&v6);
}

bool is_ip_address(const std::string& text) {
  in_addr v4 = {};
  in6_addr v6 = {};
  return inet_pton(AF_INET, text.c_str(), &v4) == 1 || inet_pton(AF_INET6, text.c_str(), &v6) == 1;
}

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Letters and digits, after the first also any of `others`.
bool is_word(std::string_view text, std::string_view others, std::size_t max_length) {
  return !text.empty() && text.size() <= max_length && is_alphanumeric(text.front()) &&
         std::ranges::all_of(text, [others](char c) {
           return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
         });
}

void read_bind(const Setting& setting, Draft& draft) {
  const auto text = setting.text();
  if (!text) return;
  draft.bind_at = setting.at();
  const bool is_socket = text->starts_with(kUnixPrefix);
  const auto socket = std::string_view(*text).substr(is_socket ? kUnixPrefix.size() : 0);
  if (!is_socket && *text != "localhost" && !is_ip_address(*text)) {
    setting.reject(fmt::format(
        "{} is no address to listen on (an IP address, localhost or unix:///path)", quote(*text)));
  } else if (is_socket && (socket.size() < 2 || socket.front() != '/')) {
    setting.reject(fmt::format(
        "{} names no absolute path (three slashes: unix:///run/genisys.sock)", quote(*text)));
  } else if (is_socket && socket.size() >= sizeof(sockaddr_un::sun_path)) {
    setting.reject(fmt::format("the path of a unix socket has at most {} bytes, this has {}",
                               sizeof(sockaddr_un::sun_path) - 1, socket.size()));
  } else {
    draft.config.connector.bind = *text;
  }
}

void read_port(const Setting& setting, Draft& draft) {
  if (const auto port = setting.integer(0, 65535)) {
    draft.config.connector.port = static_cast<std::uint16_t>(*port);
  }
}

void read_service_file(const Setting& setting, Draft& draft) {
  std::vector<std::filesystem::path> files;
  if (setting.is_list()) {
    const auto items = setting.items();
    if (items.empty()) setting.reject("names no file (remove the key or name one)");
    for (const Setting& item : items) {
      auto path = item.path(draft.folder());
      if (!path) continue;
      if (std::ranges::find(files, *path) != files.end()) {
        item.reject(fmt::format("{} is named twice", path->string()));
      }
      files.push_back(std::move(*path));
    }
  } else if (auto path = setting.path(draft.folder())) {
    files.push_back(std::move(*path));
  }
  if (!files.empty()) draft.config.connector.service_files = std::move(files);
}

void read_state_file(const Setting& setting, Draft& draft) {
  if (auto path = setting.path(draft.folder()))
    draft.config.connector.state_file = std::move(*path);
}

void read_interval(const Setting& setting, Draft& draft) {
  using namespace std::chrono_literals;
  if (const auto interval = setting.duration(100ms, 1h)) {
    draft.config.connector.interval = *interval;
  }
}

void read_instance(const Setting& setting, Draft& draft) {
  const auto text = setting.text();
  if (!text) return;
  if (is_word(*text, "_.-", 63)) {
    draft.config.connector.instance = *text;
  } else {
    setting.reject(
        fmt::format("{} is no instance name (1 to 63 letters, digits, _, . and -, the first a "
                    "letter or a digit)",
                    quote(*text)));
  }
}

void read_token_file(const Setting& setting, Draft& draft) {
  if (auto path = setting.path(draft.folder()))
    draft.config.connector.token_file = std::move(*path);
}

std::optional<TlsFile> tls_file(const Setting& setting, const TlsDraft& draft) {
  auto path = setting.path(draft.place.folder);
  if (!path) return std::nullopt;
  return TlsFile{.path = *std::move(path),
                 .where = describe_place(setting.pointer(), setting.at(), draft.place.name)};
}

void read_certificate(const Setting& setting, TlsDraft& draft) {
  draft.files.certificate = tls_file(setting, draft);
}

void read_key(const Setting& setting, TlsDraft& draft) {
  draft.files.key = tls_file(setting, draft);
}

void read_authority(const Setting& setting, TlsDraft& draft) {
  draft.files.authority = tls_file(setting, draft);
}

constexpr auto kApiTlsKeys = std::to_array<Key<TlsDraft>>({
    {"certificate", read_certificate},
    {"key", read_key},
    {"client_ca", read_authority},
});

constexpr auto kEngineTlsKeys = std::to_array<Key<TlsDraft>>({
    {"ca", read_authority},
    {"cert", read_certificate},
    {"key", read_key},
});

void read_api_tls(const Setting& setting, Draft& draft) {
  TlsDraft tls{.place = draft.place};
  setting.members(std::span<const Key<TlsDraft>>(kApiTlsKeys), tls);
  draft.api_tls_at = setting.at();
  if (!tls.files.certificate || !tls.files.key) {
    setting.reject(
        "TLS needs a certificate and its key (tls: {certificate: ./api.pem, key: "
        "./api.key})");
  }
  draft.config.connector.tls = std::move(tls.files);
}

void read_engine_tls(const Setting& setting, Draft& draft) {
  TlsDraft tls{.place = draft.place};
  setting.members(std::span<const Key<TlsDraft>>(kEngineTlsKeys), tls);
  draft.engine_tls_at = setting.at();
  if (!tls.files.authority) {
    setting.reject(
        "the CA is missing that the engine's certificate is checked with (tls: {ca: "
        "./ca.pem, cert: ./cert.pem, key: ./key.pem})");
  }
  if (tls.files.certificate.has_value() != tls.files.key.has_value()) {
    setting.reject(
        "cert and key belong together: name both, or none when the engine asks for none");
  }
  draft.config.docker.tls = std::move(tls.files);
}

void read_allow_unauthenticated(const Setting& setting, Draft& draft) {
  if (const auto allowed = setting.boolean()) {
    draft.config.connector.allow_unauthenticated = *allowed;
  }
}

void read_allowed_hosts(const Setting& setting, Draft& draft) {
  for (const Setting& item : setting.items()) {
    auto host = item.text();
    if (!host) continue;
    if (!is_word(*host, "_.-", 253) && !is_ip_address(*host)) {
      item.reject(fmt::format("{} is no host (a name or an address without scheme, port and path)",
                              quote(*host)));
      continue;
    }
    std::ranges::transform(*host, host->begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    draft.config.connector.allowed_hosts.push_back(std::move(*host));
  }
}

void read_advertise(const Setting& setting, Draft& draft) {
  auto host = setting.text();
  if (!host) return;
  if (*host == "0.0.0.0" || *host == "::") {
    setting.reject(
        fmt::format("{} is no address that a client can connect to (the name or the "
                    "address of this machine, as clients see it)",
                    quote(*host)));
  } else if (!is_word(*host, "_.-", 253) && !is_ip_address(*host)) {
    setting.reject(fmt::format("{} is no host (a name or an address without scheme, port and path)",
                               quote(*host)));
  } else {
    draft.config.connector.advertise = *std::move(host);
  }
}

void read_log_level(const Setting& setting, Draft& draft) {
  const auto text = setting.text();
  if (!text) return;
  for (const LogLevel level :
       {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error}) {
    if (*text == to_string(level)) {
      draft.config.connector.log_level = level;
      return;
    }
  }
  setting.reject(fmt::format("{} is no log level (debug, info, warning or error)", quote(*text)));
}

void read_url(const Setting& setting, Draft& draft) {
  const auto text = setting.text();
  draft.has_engine = true;  // also when it is wrong: DOCKER_HOST is no answer to a typing error
  draft.url_at = setting.at();
  if (!text) return;
  std::string why;
  auto address = docker::parse_address(*text, why);
  if (address) {
    draft.config.docker.address = std::move(*address);
    draft.engine = *text;
  } else {
    setting.reject(state::without_url_users(std::move(why)));
  }
}

void read_concurrency(const Setting& setting, Draft& draft) {
  if (const auto calls = setting.integer(1, 256)) draft.config.docker.concurrency = *calls;
}

void read_adopt(const Setting& setting, Draft& draft) {
  if (const auto adopt = setting.boolean()) draft.config.docker.adopt = *adopt;
}

void read_docker_config(const Setting& setting, Draft& draft) {
  if (auto path = setting.path(draft.folder())) draft.config.docker.config = std::move(*path);
}

void read_replicas(const Setting& setting, Draft& draft) {
  if (const auto replicas = setting.integer(1, 100000)) draft.config.limits.replicas = *replicas;
}

void read_journal_entries(const Setting& setting, Draft& draft) {
  if (const auto entries = setting.integer(100, 1000000))
    draft.config.limits.journal_entries = *entries;
}

void read_journal_days(const Setting& setting, Draft& draft) {
  if (const auto days = setting.integer(1, 3650)) draft.config.limits.journal_days = *days;
}

constexpr auto kConnectorKeys = std::to_array<Key<Draft>>({
    {"bind", read_bind},
    {"port", read_port},
    {"service_file", read_service_file},
    {"state_file", read_state_file},
    {"interval", read_interval},
    {"instance", read_instance},
    {"token_file", read_token_file},
    {"tls", read_api_tls},
    {"allow_unauthenticated", read_allow_unauthenticated},
    {"allowed_hosts", read_allowed_hosts},
    {"advertise", read_advertise},
    {"log_level", read_log_level},
});

constexpr auto kDockerKeys = std::to_array<Key<Draft>>({
    {"url", read_url},
    {"tls", read_engine_tls},
    {"concurrency", read_concurrency},
    {"adopt", read_adopt},
    {"config", read_docker_config},
});

constexpr auto kLimitsKeys = std::to_array<Key<Draft>>({
    {"replicas", read_replicas},
    {"journal_entries", read_journal_entries},
    {"journal_days", read_journal_days},
});

constexpr auto kSections =
    std::to_array<std::string_view>({"connector", "docker", "limits", "policy"});
constexpr std::array<std::span<const Key<Draft>>, 3> kSectionKeys = {kConnectorKeys, kDockerKeys,
                                                                     kLimitsKeys};

// The port of an address that names none depends on TLS, which may stand before or behind it.
void fit_tls_to_addresses(Draft& draft, Problems& problems) {
  if (draft.config.connector.tls && draft.config.connector.bind.starts_with(kUnixPrefix)) {
    problems.push_back(
        {"/connector/tls",
         "a socket has no TLS: the permissions of its file guard it (remove tls, or bind "
         "to an IP address)",
         draft.api_tls_at});
  }
  if (!draft.config.docker.tls) return;
  if (draft.has_engine && draft.engine.empty()) return;  // the url is wrong, and was reported
  std::string why;
  const auto address = docker::parse_address(draft.engine.empty() ? "unix:///" : draft.engine, why,
                                             docker::kTlsPort);
  if (address && std::holds_alternative<docker::TcpAddress>(*address) &&
      !draft.engine.starts_with("http:")) {
    draft.config.docker.address = *address;
  } else {
    problems.push_back({"/docker/tls",
                        "only an engine at tcp://host:2376 is spoken to over TLS (name it in "
                        "docker.url, or remove tls)",
                        draft.engine_tls_at});
  }
}

void read_document(const Value& root, Draft& draft, Problems& problems) {
  read_members(root, "", kSections, problems,
               [&](std::size_t section, const Member& member, const std::string& pointer) {
                 if (section < kSectionKeys.size()) {
                   read_section(member.value, pointer, kSectionKeys[section], draft, problems);
                 } else {
                   read_section(member.value, pointer, policy_keys(), draft.config.policy,
                                problems);
                 }
               });
  fit_tls_to_addresses(draft, problems);
  const ConnectorConfig& connector = draft.config.connector;
  if (!is_loopback(connector.bind) && connector.token_file.empty() &&
      !connector.allow_unauthenticated) {
    problems.push_back(
        {"/connector/bind",
         fmt::format(
             "{} can be reached from other machines, and whoever reaches the API can start "
             "containers on this one (name a `token_file`, bind to 127.0.0.1 or unix:///path, "
             "or say `allow_unauthenticated: true` if something else keeps strangers out)",
             connector.bind),
         draft.bind_at});
  }
}

// As the docker command does.
void take_environment(const ConfigPlace& place, DockerConfig& docker,
                      std::vector<std::string>& errors) {
  std::string why;
  const auto port = place.docker_certificates ? docker::kTlsPort : docker::kPlainPort;
  auto address = docker::parse_address(*place.docker_host, why, port);
  if (!address) {
    errors.push_back(
        fmt::format("DOCKER_HOST (environment): {}", state::without_url_users(std::move(why))));
    return;
  }
  docker.address = std::move(*address);
  if (!place.docker_certificates || !std::holds_alternative<docker::TcpAddress>(docker.address)) {
    return;
  }
  const auto file = [&place](std::string_view name) {
    return TlsFile{.path = *place.docker_certificates / name,
                   .where = "DOCKER_CERT_PATH (environment)"};
  };
  TlsFiles files{.authority = file("ca.pem")};
  std::error_code ignored;
  if (std::filesystem::exists(file("cert.pem").path, ignored) ||
      std::filesystem::exists(file("key.pem").path, ignored)) {
    files.certificate = file("cert.pem");
    files.key = file("key.pem");
  }
  docker.tls = std::move(files);
}

}  // namespace

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "";
}

bool is_reachable_from_elsewhere(const ConnectorConfig& config) {
  return !is_loopback(config.bind);
}

ConfigResult parse_config(std::string_view text, const ConfigPlace& place) {
  ConfigResult result;
  Draft draft{.place = place};
  draft.config.connector.service_files = {(place.folder / "services.py").lexically_normal()};
  draft.config.connector.state_file = (place.folder / "genisys-connector.db").lexically_normal();

  draft.config.docker.config = place.docker_config;

  Problems problems;
  if (const auto root = state::read_yaml(text, problems)) {
    read_document(*root, draft, problems);
  }
  result.errors = describe(std::move(problems), {&place.name, 1});

  const bool is_from_environment = !draft.has_engine && !draft.config.docker.tls &&
                                   place.docker_host && !place.docker_host->empty();
  if (is_from_environment) take_environment(place, draft.config.docker, result.errors);
  if (result.errors.empty()) result.config = std::move(draft.config);
  return result;
}

ConfigResult load_config(const std::optional<std::filesystem::path>& given,
                         std::filesystem::path docker_config) {
  const std::filesystem::path file = given.value_or(kDefaultConfigFile);
  const std::filesystem::path absolute = std::filesystem::absolute(file).lexically_normal();
  ConfigPlace place{.name = file.string(),
                    .folder = absolute.parent_path(),
                    .docker_config = std::move(docker_config)};
  if (const char* docker_host = std::getenv("DOCKER_HOST")) place.docker_host = docker_host;
  // Any text turns it on, "0" as well.
  if (const char* verify = std::getenv("DOCKER_TLS_VERIFY"); verify != nullptr && *verify != '\0') {
    const char* folder = std::getenv("DOCKER_CERT_PATH");
    place.docker_certificates = folder != nullptr && *folder != '\0'
                                    ? std::filesystem::absolute(folder)
                                    : place.docker_config.parent_path();
  }

  std::string why;
  bool missing = false;
  const auto text = state::read_file(file.string(), kMaxFileBytes, why, missing);
  if (!text && (given || !missing)) {
    return {.errors = {fmt::format("configuration: {}", why)}};
  }
  ConfigResult result = parse_config(text.value_or(""), place);
  if (result.config && text) result.config->file = absolute;
  return result;
}

}  // namespace genisys::controller
