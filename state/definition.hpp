// What a container of a service looks like: the seed's five fields and what follows the Compose
// specification, validated. A Definition that exists is valid on its own; what depends on the
// target (a fixed host port allows one replica) is asked with `max_replicas`.
//
// Pure values. Any thread.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "state/definition_parts.hpp"
#include "state/value.hpp"

namespace genisys::state {

// [a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}: safe in a path, a label and a container's name.
class ServiceName {
 public:
  static std::optional<ServiceName> parse(std::string_view text);

  const std::string& str() const { return text_; }
  auto operator<=>(const ServiceName&) const = default;

 private:
  explicit ServiceName(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// An image reference that names a tag, a digest or both, as the user wrote it.
class ImageReference {
 public:
  // Grammar of distribution/reference; appends what is wrong to `why` and returns nothing when the
  // text is no reference or names neither tag nor digest.
  static std::optional<ImageReference> parse(std::string_view text, std::string& why);

  const std::string& str() const { return text_; }
  // With the defaults filled in (docker.io, library, latest): equal for two texts that mean the
  // same.
  const std::string& normalised() const { return normalised_; }
  bool operator==(const ImageReference& other) const { return text_ == other.text_; }

 private:
  ImageReference(std::string text, std::string normalised)
      : text_(std::move(text)), normalised_(std::move(normalised)) {}
  std::string text_;
  std::string normalised_;
};

// The normal form of any image text that an engine reports (a missing tag means latest); empty when
// the text is no reference (an image id, say).
std::string normalise_image(std::string_view text);

// Unset fields are the image's, or the engine's default. The fields of `deploy` and of
// `deploy.resources` stand beside the others.
struct Definition {
  ServiceName name;
  ImageReference image;
  std::optional<Command> command = {};
  std::optional<Pairs> environment = {};
  std::optional<std::vector<Port>> ports = {};

  std::optional<Command> entrypoint = {};
  std::optional<Pairs> labels = {};
  std::optional<std::string> user = {};
  std::optional<std::string> working_dir = {};
  std::optional<std::string> hostname = {};
  std::optional<std::string> domainname = {};
  std::optional<bool> init = {};
  std::optional<bool> tty = {};
  std::optional<bool> stdin_open = {};
  std::optional<std::string> stop_signal = {};                      // "SIGTERM", "15"
  std::optional<std::chrono::milliseconds> stop_grace_period = {};  // 0 or more
  std::optional<Healthcheck> healthcheck = {};
  std::optional<Logging> logging = {};

  std::optional<std::vector<VolumeMount>> volumes = {};
  std::optional<std::vector<std::string>> tmpfs = {};  // "/run", "/run:size=64m"
  std::optional<bool> read_only = {};                  // the root file system
  std::optional<std::int64_t> shm_size = {};           // bytes
  std::optional<std::vector<DeviceMapping>> devices = {};

  std::optional<std::vector<NetworkAttachment>> networks = {};
  std::optional<std::string> network_mode = {};  // "bridge", "host", "none"; excludes networks
  std::optional<std::vector<ExposedPort>> expose = {};
  std::optional<std::vector<std::string>> extra_hosts = {};  // "name:address"
  std::optional<std::vector<std::string>> dns = {};
  std::optional<std::vector<std::string>> dns_search = {};
  std::optional<std::vector<std::string>> dns_opt = {};

  std::optional<std::vector<std::string>> cap_add = {};
  std::optional<std::vector<std::string>> cap_drop = {};
  std::optional<std::vector<std::string>> security_opt = {};
  std::optional<std::vector<std::string>> group_add = {};
  std::optional<bool> privileged = {};
  std::optional<std::string> pid = {};          // "host"
  std::optional<std::string> ipc = {};          // "host", "private", "shareable", "none"
  std::optional<std::string> uts = {};          // "host"
  std::optional<std::string> userns_mode = {};  // "host"
  std::optional<std::string> cgroup_parent = {};
  std::optional<std::string> runtime = {};
  std::optional<Pairs> sysctls = {};
  std::optional<std::map<std::string, Ulimit>> ulimits = {};

  std::optional<std::int64_t> mem_limit = {};  // bytes, as the next two
  std::optional<std::int64_t> mem_reservation = {};
  std::optional<std::int64_t> memswap_limit = {};   // -1: no limit
  std::optional<std::int64_t> mem_swappiness = {};  // 0…100
  std::optional<std::int64_t> cpus = {};            // billionths of a processor
  std::optional<std::int64_t> cpu_shares = {};
  std::optional<std::string> cpuset = {};          // "0-1,3"
  std::optional<std::int64_t> pids_limit = {};     // -1: no limit
  std::optional<std::int64_t> oom_score_adj = {};  // -1000…1000
  std::optional<bool> oom_kill_disable = {};

  std::optional<PullPolicy> pull_policy = {};
  std::optional<std::string> restart = {};  // "always", "unless-stopped", "on-failure:3", "no"
  std::optional<std::map<std::string, Dependency>> depends_on = {};  // by the service's name
  std::optional<UpdateConfig> update_config = {};                    // deploy: {update_config: …}
  std::optional<UpdateConfig> rollback_config = {};  // deploy: {rollback_config: …}
  std::optional<RestartPolicy> restart_policy = {};  // deploy: {restart_policy: …}
  std::optional<Resources> resources = {};           // deploy: {resources: …}

  bool operator==(const Definition&) const = default;
};

// What the container does when it ended: deploy.restart_policy where it says so, else `restart`,
// else the default, which is to start it again whatever the end was. `condition` is set.
RestartPolicy restart_rules(const Definition& definition);

// Decodes one definition. `expected_name`: the name that the path or the map's key gives; a `name`
// in the document must then equal it, and may be absent. Without it `name` is mandatory. Appends
// every problem, pointers beginning with `pointer`; returns nothing when there was one.
std::optional<Definition> decode_definition(const Value& value,
                                            const std::optional<ServiceName>& expected_name,
                                            std::string_view pointer, Problems& problems);

// One JSON object: always name, image, command, environment, ports (null when unset), and the other
// fields only when set. decode_definition() of it gives an equal definition.
std::string encode_definition(const Definition& definition);

// Names what a container is made of: equal for definitions that make equal containers. Stable over
// versions of the program. 36 characters.
std::string spec_hash(const Definition& definition);

// The largest target that the published host ports allow, and fixed addresses in networks (one);
// nothing when they set no limit.
std::optional<std::uint32_t> max_replicas(const Definition& definition);

// Whether a container and its successor cannot both be there: a fixed host port, or one of a range,
// is published, a network gives a fixed address, or a named volume or a path of the host is mounted
// that the only replica writes to. Then an update's order is stop_first, whatever the definition
// says.
bool needs_stop_first(const Definition& definition, std::uint32_t replicas);

// A Compose duration ("1m30s", "10s", "500ms", "1h") or a bare number of seconds; negative,
// fractional milliseconds and overflow are refused.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
std::string format_duration(std::chrono::milliseconds duration);

}  // namespace genisys::state
