// The configuration file genisys-connector.yml as a validated value (its manual:
// docs/configuration.md). Nothing else sees the configuration's YAML; whoever holds a Config need
// not check it again.
//
// Pure values and functions, except load_config(), which reads a file. Any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/tls_files.hpp"
#include "docker/address.hpp"
#include "state/host_policy.hpp"

namespace genisys::controller {

enum class LogLevel { debug, info, warning, error };
std::string_view to_string(LogLevel);

struct ConnectorConfig {
  std::string bind = "127.0.0.1";  // an IP address, "localhost", or unix:///path of a socket
  std::uint16_t port = 7051;       // 0: any free one
  std::vector<std::filesystem::path> service_files;  // absolute; of several, each must be there
  std::filesystem::path state_file;                  // absolute
  std::chrono::milliseconds interval{5000};          // 100 ms … 1 h
  std::optional<std::string> instance = {};          // unset: the state file's UUID
  std::filesystem::path token_file = {};  // absolute; empty: the API takes requests without tokens
  // Unset: the API is plain HTTP. Never with a unix socket. Has certificate and key.
  std::optional<TlsFiles> tls = {};
  // True, or a token_file set, whenever `bind` is reachable from elsewhere.
  bool allow_unauthenticated = false;
  std::vector<std::string> allowed_hosts = {};  // lower case, without port
  // A host name or an IP address: where clients reach ports that are bound to all addresses.
  std::string advertise = "127.0.0.1";
  LogLevel log_level = LogLevel::info;
};

struct DockerConfig {
  docker::Address address = docker::UnixAddress{"/var/run/docker.sock"};
  // Unset: plain. Only with TCP. Has an authority.
  std::optional<TlsFiles> tls = {};
  std::size_t concurrency = 8;  // 1…256
  bool adopt = true;
  std::filesystem::path config = {};  // with registry credentials; empty: pulls are anonymous
};

struct LimitsConfig {
  std::uint32_t replicas = 1000;          // 1…100000
  std::uint32_t journal_entries = 10000;  // 100…1000000
  std::uint32_t journal_days = 30;        // 1…3650
};

struct Config {
  std::optional<std::filesystem::path> file = {};  // absolute; unset: defaults only
  ConnectorConfig connector = {};
  DockerConfig docker = {};
  LimitsConfig limits = {};
  state::HostPolicy policy = {};  // what definitions may ask of the host
};

// What a configuration means depends on where it stands.
struct ConfigPlace {
  std::string name;                             // the file as the user knows it, for messages
  std::filesystem::path folder;                 // absolute: what relative paths are relative to
  std::optional<std::string> docker_host = {};  // $DOCKER_HOST, counts when docker.url is unset
  // With docker_host: the folder with ca.pem, cert.pem and key.pem; unset: no TLS.
  std::optional<std::filesystem::path> docker_certificates = {};
  std::filesystem::path docker_config = {};  // counts when docker.config is unset
};

// Either a configuration or everything that is wrong with it, in the order of the file, one line
// each: "file:line:column: key: what is wrong (what to do)".
struct ConfigResult {
  std::optional<Config> config = {};
  std::vector<std::string> errors = {};
};

// Config::file stays unset. An empty text gives the defaults.
ConfigResult parse_config(std::string_view text, const ConfigPlace& place);

// The file that a bare start looks for in the current folder.
inline constexpr std::string_view kDefaultConfigFile = "genisys-connector.yml";

// Whether requests may come from other machines.
bool is_reachable_from_elsewhere(const ConnectorConfig& config);

// Reads `given` (then it must be there), or kDefaultConfigFile of the current folder if it is
// there, or nothing: the defaults. Looks at the environment's DOCKER_HOST, DOCKER_TLS_VERIFY and
// DOCKER_CERT_PATH. `docker_config`: as in ConfigPlace.
ConfigResult load_config(const std::optional<std::filesystem::path>& given,
                         std::filesystem::path docker_config = {});

}  // namespace genisys::controller
