// What the fields of a definition are made of. Names and meanings are the Compose specification's;
// what each field accepts is said in docs/definitions.md.
//
// Pure values, each with ==. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace genisys::state {

using Pairs = std::map<std::string, std::string>;

enum class Protocol { tcp, udp, sctp };
std::string_view to_string(Protocol);

// A published port, Compose's short syntax: [[host_ip:]host[-last]:]container[/protocol].
struct Port {
  std::string text;              // as the user wrote it, integers as decimal text
  std::string host_ip;           // empty: all addresses
  std::uint16_t host_first = 0;  // 0: the engine picks a free one
  std::uint16_t host_last = 0;   // equal to host_first unless a range
  std::uint16_t container = 0;   // 1…65535
  Protocol protocol = Protocol::tcp;

  bool is_ephemeral() const { return host_first == 0; }
  // The host port for a slot (1…): one of the range per slot; 0 when ephemeral; nothing when the
  // range is used up.
  std::optional<std::uint16_t> host_port(std::uint32_t slot) const;
  bool operator==(const Port&) const = default;
};

// A command as given (a string is split like a POSIX shell splits words) and the words it means.
struct Command {
  std::variant<std::string, std::vector<std::string>> given;
  std::vector<std::string> words;

  bool operator==(const Command&) const = default;
};

// How the engine finds out whether a container is healthy. What is not set is the image's, or the
// engine's default (30 s, 30 s, 3 retries).
struct Healthcheck {
  bool disabled = false;  // the image's own check is off as well
  std::vector<std::string> test =
      {};  // {"CMD", word, …} or {"CMD-SHELL", line}; empty: the image's
  std::optional<std::chrono::milliseconds> interval = {};
  std::optional<std::chrono::milliseconds> timeout = {};
  std::optional<std::chrono::milliseconds> start_period = {};
  std::optional<std::uint32_t> retries = {};

  bool operator==(const Healthcheck&) const = default;
};

enum class PullPolicy {
  missing,  // the default: when the engine does not have the image
  always,   // once for each revision, before its first container; never for a restart
  never,
};
std::string_view to_string(PullPolicy);

enum class UpdateOrder { start_first, stop_first };
std::string_view to_string(UpdateOrder);  // "start-first", …

enum class FailureAction { pause, rollback, proceed };
std::string_view to_string(FailureAction);  // "pause", "rollback", "continue"

// Compose's deploy.update_config, and the deadline that Compose lacks. Unset fields have the
// defaults of docs/configuration.md.
struct UpdateConfig {
  std::optional<std::uint32_t> parallelism = {};  // 0: all at once
  std::optional<std::chrono::milliseconds> delay = {};
  std::optional<UpdateOrder> order = {};
  std::optional<std::chrono::milliseconds> monitor = {};
  std::optional<double> max_failure_ratio = {};  // 0…1
  std::optional<FailureAction> failure_action = {};
  std::optional<std::chrono::milliseconds> progress_deadline = {};

  bool operator==(const UpdateConfig&) const = default;
};

// ---- where files come from, and what is shared
// -----------------------------------------------------

enum class MountKind { volume, bind, tmpfs };
std::string_view to_string(MountKind);

// Something mounted at a place in the container. In the short syntax ("data:/var/lib/data:ro",
// "/srv:/srv", "/cache") as the user wrote it; in the long one, an object, `text` is empty. The two
// differ for the engine: a path of the host that is missing is made for the short syntax only.
struct VolumeMount {
  std::string text = {};
  MountKind kind = MountKind::volume;
  std::string source = {};  // the volume's name, the host's path; empty: anonymous, or tmpfs
  std::string target = {};
  bool read_only = false;
  // Short syntax: what else stands behind the target ("z", "nocopy", "rshared"), in that order.
  std::vector<std::string> modes = {};
  // Long syntax.
  std::string propagation = {};                  // bind: "rprivate", …
  bool create_host_path = false;                 // bind: make the host's path when it is missing
  bool no_copy = false;                          // volume
  std::optional<std::int64_t> tmpfs_size = {};   // bytes
  std::optional<std::uint32_t> tmpfs_mode = {};  // permission bits

  bool is_short() const { return !text.empty(); }
  bool operator==(const VolumeMount&) const = default;
};

// A network that the container joins, by the engine's name of it.
struct NetworkAttachment {
  std::string name;
  std::vector<std::string> aliases =
      {};  // names under which it is found there, besides the service's
  std::string ipv4_address = {};
  std::string ipv6_address = {};
  std::vector<std::string> link_local_ips = {};
  std::int32_t priority = 0;  // the highest is joined first

  bool is_plain() const {
    return aliases.empty() && ipv4_address.empty() && ipv6_address.empty() &&
           link_local_ips.empty() && priority == 0;
  }
  bool operator==(const NetworkAttachment&) const = default;
};

// A device of the host in the container: "/dev/ttyUSB0:/dev/ttyUSB0:rwm".
struct DeviceMapping {
  std::string host;
  std::string container;
  std::string permissions = "rwm";

  bool operator==(const DeviceMapping&) const = default;
};

// A port that the container listens on and that is not published: "3000", "8000-8010/udp".
struct ExposedPort {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  Protocol protocol = Protocol::tcp;

  bool operator==(const ExposedPort&) const = default;
};

struct Ulimit {
  std::int64_t soft = 0;  // -1: unlimited
  std::int64_t hard = 0;

  bool operator==(const Ulimit&) const = default;
};

struct Logging {
  std::string driver = {};  // empty: the engine's default
  Pairs options = {};

  bool operator==(const Logging&) const = default;
};

// ---- when a container is started, and started again
// ------------------------------------------------

enum class RestartCondition {
  any,         // the default: whatever the end was
  on_failure,  // when it ended with another code than 0
  none,
};
std::string_view to_string(RestartCondition);  // "any", "on-failure", "none"

// Compose's deploy.restart_policy.
struct RestartPolicy {
  std::optional<RestartCondition> condition = {};
  std::optional<std::chrono::milliseconds> delay = {};   // at least so long before a restart
  std::optional<std::uint32_t> max_attempts = {};        // restarts in a row; unset: no limit
  std::optional<std::chrono::milliseconds> window = {};  // ran so long: the restart succeeded

  bool operator==(const RestartPolicy&) const = default;
};

enum class DependencyCondition { started, healthy, completed };
std::string_view to_string(DependencyCondition);  // "service_started", …

// What must be true of another service before the first container of this one starts.
struct Dependency {
  DependencyCondition condition = DependencyCondition::started;
  bool required = true;  // false: only when there is such a service

  bool operator==(const Dependency&) const = default;
};

// Compose's deploy.resources.
struct Resources {
  std::optional<std::int64_t> limit_nano_cpus = {};
  std::optional<std::int64_t> limit_memory = {};  // bytes
  std::optional<std::int64_t> limit_pids = {};
  std::optional<std::int64_t> reserved_memory = {};  // bytes

  bool operator==(const Resources&) const = default;
};

}  // namespace genisys::state
