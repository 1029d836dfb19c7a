// What the Engine API talks about, in types: containers, what to create one from, errors. Knows
// nothing of services.
//
// Pure values. Any thread.
#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace genisys::docker {

// The engine's clock, not ours.
using EngineTime = std::chrono::sys_time<std::chrono::nanoseconds>;

// 64 hexadecimal digits: the only handle by which a container is stopped or removed (the engine
// retries an unknown name as an id prefix).
class ContainerId {
 public:
  static std::optional<ContainerId> parse(std::string_view text);

  const std::string& str() const { return text_; }
  auto operator<=>(const ContainerId&) const = default;

 private:
  explicit ContainerId(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// What callers branch on. Made from status code and operation together, never from the code alone.
enum class ErrorKind {
  unreachable,    // no connection, or it broke: the outcome of the call is unknown
  timeout,        // no answer in time: the outcome is unknown
  not_found,      // what is asked about is not there
  image_missing,  // create: the image is not there
  conflict,       // name taken; not in the right state; in use
  busy,           // removal already in progress: look again soon
  rejected,       // the engine will say no again: the definition or the world must change
  port_taken,     // start: a host port is in use
  command,        // start: the command is not found or not executable
  network,        // create, start, connect: the network is not there
  wreck,          // start: left over from an engine crash; force-remove and create anew
  engine,         // the engine failed (5xx): try again later
  protocol,       // it answered something that is not the Engine API
  unsupported,    // the engine's API version is outside the range that is spoken
};
std::string_view to_string(ErrorKind);

struct Error {
  ErrorKind kind;
  int http_status = 0;  // 0 when there was no answer
  std::string message;  // the engine's own words, control characters replaced, at most 1 KiB

  // The call may have taken effect: observe before repeating it.
  bool outcome_unknown() const {
    return kind == ErrorKind::unreachable || kind == ErrorKind::timeout ||
           kind == ErrorKind::protocol;
  }
};

[[noreturn]] void throw_exception_from_error(const Error& error,
                                             const boost::source_location& where);

template <class T>
class [[nodiscard]] Result : public boost::system::result<T, Error> {
 public:
  using boost::system::result<T, Error>::result;
};

enum class ContainerState { created, running, paused, restarting, removing, exited, dead, unknown };
std::string_view to_string(ContainerState);

enum class Health { none, starting, healthy, unhealthy };
std::string_view to_string(Health);

struct PublishedPort {
  std::string host_ip;
  std::uint16_t host_port = 0;
  std::uint16_t container_port = 0;
  std::string protocol;  // "tcp", "udp", "sctp"

  auto operator<=>(const PublishedPort&) const = default;
};

// One container as the list shows it.
struct Container {
  ContainerId id;
  std::string name;  // without the leading slash
  std::string
      image;  // the text it was created from, or "sha256:…" once that text means another image
  ContainerState state = ContainerState::unknown;
  Health health = Health::none;
  std::optional<int> exit_code = {};  // exited ones
  std::map<std::string, std::string> labels = {};
  std::vector<PublishedPort> ports = {};  // sorted, IPv4 before IPv6; published ones only
  std::int64_t created = 0;               // seconds, engine's clock

  bool operator==(const Container&) const = default;
};

// What only inspect knows.
struct ContainerDetail {
  Container container;
  int exit_code = 0;
  std::string error;  // why the last start failed, in the engine's words
  bool oom_killed = false;
  bool tty = false;
  std::optional<EngineTime> started_at = {};   // absent when it never started
  std::optional<EngineTime> finished_at = {};  // of the last run, also while it runs again
};

struct PortBinding {
  std::uint16_t container_port = 0;
  std::string protocol = "tcp";
  std::string host_ip;          // empty: all addresses
  std::uint16_t host_port = 0;  // 0: the engine picks one at each start

  bool operator==(const PortBinding&) const = default;
};

// Durations: what is not set, and zero, is the image's, or the engine's default.
struct HealthProbe {
  std::vector<std::string> test =
      {};  // {"NONE"}, {"CMD", …}, {"CMD-SHELL", line}; empty: the image's
  std::chrono::nanoseconds interval{0};
  std::chrono::nanoseconds timeout{0};
  std::chrono::nanoseconds start_period{0};
  int retries = 0;

  bool operator==(const HealthProbe&) const = default;
};

// A mount in the long form. Unlike a bind in the short one ("/srv:/srv"), nothing is made for it on
// the host.
enum class MountType { volume, bind, tmpfs };

struct Mount {
  MountType type = MountType::volume;
  std::string source = {};
  std::string target = {};
  bool read_only = false;
  std::string propagation = {};                 // bind
  bool no_copy = false;                         // volume
  std::optional<std::int64_t> tmpfs_size = {};  // bytes
  std::optional<std::uint32_t> tmpfs_mode = {};

  bool operator==(const Mount&) const = default;
};

// How a container takes part in a network.
struct Endpoint {
  std::string network;
  std::vector<std::string> aliases = {};
  std::string ipv4_address = {};
  std::string ipv6_address = {};
  std::vector<std::string> link_local_ips = {};

  bool operator==(const Endpoint&) const = default;
};

struct Device {
  std::string host;
  std::string container;
  std::string permissions;

  bool operator==(const Device&) const = default;
};

struct Ulimit {
  std::string name;
  std::int64_t soft = 0;
  std::int64_t hard = 0;

  bool operator==(const Ulimit&) const = default;
};

struct LogConfig {
  std::string driver = {};  // empty: the engine's default
  std::map<std::string, std::string> options = {};

  bool operator==(const LogConfig&) const = default;
};

// Everything a container is created from. The create body is built from these fields and nothing
// else. The engine's restart policy is always "no": the one who restarts is the caller. What is not
// set (or empty) is not said to the engine.
struct ContainerSpec {
  std::string image;
  std::vector<std::string> command = {};  // empty: the image's
  std::optional<std::vector<std::string>> entrypoint = {};
  std::vector<std::pair<std::string, std::string>> environment = {};
  std::map<std::string, std::string> labels = {};
  std::string user = {};
  std::string working_dir = {};
  std::string hostname = {};
  std::string domainname = {};
  std::optional<bool> init = {};
  bool tty = false;
  bool open_stdin = false;
  std::optional<std::string> stop_signal = {};
  std::optional<std::chrono::seconds> stop_timeout = {};
  std::optional<HealthProbe> healthcheck = {};
  std::optional<LogConfig> logging = {};

  std::vector<PortBinding> ports = {};
  std::vector<std::string> exposed = {};  // "3000/tcp", besides the published ones
  std::string network_mode = {};          // "host", "none", "bridge"; empty: the first endpoint's
  // The first one is said at the create. The others are joined before the start: connect().
  std::vector<Endpoint> endpoints = {};
  std::vector<std::string> extra_hosts = {};  // "name:address"
  std::vector<std::string> dns = {};
  std::vector<std::string> dns_search = {};
  std::vector<std::string> dns_options = {};

  std::vector<std::string> binds = {};  // "source:/target:rw"
  std::vector<Mount> mounts = {};
  std::vector<std::string> anonymous_volumes = {};  // "/target"
  std::map<std::string, std::string> tmpfs = {};    // options by target
  bool read_only_root = false;
  std::optional<std::int64_t> shm_size = {};  // bytes
  std::vector<Device> devices = {};

  std::vector<std::string> cap_add = {};
  std::vector<std::string> cap_drop = {};
  std::vector<std::string> security_options = {};
  std::vector<std::string> groups = {};
  bool privileged = false;
  std::string pid_mode = {};
  std::string ipc_mode = {};
  std::string uts_mode = {};
  std::string userns_mode = {};
  std::string cgroup_parent = {};
  std::string runtime = {};
  std::map<std::string, std::string> sysctls = {};
  std::vector<Ulimit> ulimits = {};

  std::optional<std::int64_t> memory = {};  // bytes, as the next two
  std::optional<std::int64_t> memory_reservation = {};
  std::optional<std::int64_t> memory_swap = {};
  std::optional<std::int64_t> memory_swappiness = {};
  std::optional<std::int64_t> nano_cpus = {};
  std::optional<std::int64_t> cpu_shares = {};
  std::string cpuset = {};
  std::optional<std::int64_t> pids_limit = {};
  std::optional<std::int64_t> oom_score_adj = {};
  std::optional<bool> oom_kill_disable = {};

  bool operator==(const ContainerSpec&) const = default;
};

// A network to be made.
struct NetworkConfig {
  struct Subnet {
    std::string subnet = {};
    std::string gateway = {};
    std::string ip_range = {};
    std::map<std::string, std::string> aux_addresses = {};

    bool operator==(const Subnet&) const = default;
  };

  std::string name;
  std::string driver = {};  // empty: bridge
  std::map<std::string, std::string> options = {};
  std::map<std::string, std::string> labels = {};
  bool internal = false;
  bool attachable = false;
  bool enable_ipv6 = false;
  std::string ipam_driver = {};
  std::map<std::string, std::string> ipam_options = {};
  std::vector<Subnet> subnets = {};

  bool operator==(const NetworkConfig&) const = default;
};

// A network as the engine has it.
struct Network {
  std::string id;
  std::string name;
  std::string driver;
  std::map<std::string, std::string> labels = {};

  bool operator==(const Network&) const = default;
};

// A volume, to be made or as the engine has it.
struct Volume {
  std::string name;
  std::string driver = {};  // empty: local
  std::map<std::string, std::string> options = {};
  std::map<std::string, std::string> labels = {};

  bool operator==(const Volume&) const = default;
};

struct EngineInfo {
  std::string id;      // persistent per data root
  std::string driver;  // storage driver: with another one the engine shows other containers
  std::string server_version;
  std::string api_version;  // the negotiated one
  int cpus = 0;

  bool operator==(const EngineInfo&) const = default;
};

enum class EventAction {
  create,
  start,
  die,
  kill,
  stop,
  destroy,
  rename,
  pause,
  unpause,
  oom,
  health,
  other
};

// A hint that something happened to a container.
struct Event {
  ContainerId id;
  EventAction action = EventAction::other;
  std::string signal = {};            // of kill: "9", "15"
  std::optional<int> exit_code = {};  // of die
  EngineTime time = {};

  bool operator==(const Event&) const = default;
};

}  // namespace genisys::docker
