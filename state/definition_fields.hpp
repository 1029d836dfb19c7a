// How each field of a definition is decoded, encoded and hashed: the decoders and the forms (see
// field_table.hpp) from which definition_table.cpp is made.
//
// Each decoder appends what is wrong to `problems`, with pointers below `pointer`, and then returns
// nothing. Nothing without a problem means that the value says the same as none. Pure. Any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "state/definition.hpp"
#include "state/definition_forms.hpp"
#include "state/value.hpp"

namespace genisys::state {

using Texts = std::vector<std::string>;

// ---- definition_process.cpp ----

std::optional<ImageReference> decode_image(const Value&, std::string_view pointer, Problems&);

// A string (split into words) or a list of strings. No words: the image's own command.
struct CommandForm {
  static std::optional<Command> decode(const Value&, std::string_view pointer, Problems&);
  static Value encode(const Command&);
  static void add(std::string_view key, const Command&, Canonical&);
};
// No words: none, not even the image's.
struct EntrypointForm : CommandForm {
  static void add(std::string_view key, const Command&, Canonical&);
};

// A name or a number, kept as it was written.
struct SignalForm : Text {
  static std::optional<std::string> decode(const Value&, std::string_view pointer, Problems&);
  static void add(std::string_view key, const std::string&, Canonical&);
};

std::optional<std::string> decode_user(const Value&, std::string_view pointer, Problems&);
std::optional<Texts> decode_groups(const Value&, std::string_view pointer, Problems&);
std::optional<std::string> decode_working_dir(const Value&, std::string_view pointer, Problems&);
std::optional<std::string> decode_hostname(const Value&, std::string_view pointer, Problems&);
std::optional<std::string> decode_domainname(const Value&, std::string_view pointer, Problems&);

// ---- definition_pairs.cpp: a map to strings, numbers and booleans, or a list of "NAME=value" ----

std::optional<Pairs> decode_environment(const Value&, std::string_view pointer, Problems&);
// A label without a value has the empty one; the keys that mark ownership are refused.
std::optional<Pairs> decode_labels(const Value&, std::string_view pointer, Problems&);
std::optional<Pairs> decode_sysctls(const Value&, std::string_view pointer, Problems&);
struct LoggingForm {
  static std::optional<Logging> decode(const Value&, std::string_view pointer, Problems&);
  static Value encode(const Logging&);
  static void add(std::string_view key, const Logging&, Canonical&);
};

// ---- definition_health.cpp ----

// Compose's map. `test: NONE` and `disable: true` are one; a test beside the latter is refused.
struct HealthcheckForm {
  static std::optional<Healthcheck> decode(const Value&, std::string_view pointer, Problems&);
  static Value encode(const Healthcheck&);
  static void add(std::string_view key, const Healthcheck&, Canonical&);
};

// ---- definition_ports.cpp ----

// Integers, strings in the short syntax, maps in the long one. No two ask for one host port.
struct PortsForm {
  static std::optional<std::vector<Port>> decode(const Value&, std::string_view pointer, Problems&);
  static Value encode(const std::vector<Port>&);
  static void add(std::string_view key, const std::vector<Port>&, Canonical&);
};
struct ExposeForm {
  static std::optional<std::vector<ExposedPort>> decode(const Value&, std::string_view pointer,
                                                        Problems&);
  static Value encode(const std::vector<ExposedPort>&);
  static void add(std::string_view key, const std::vector<ExposedPort>&, Canonical&);
};

// ---- definition_volumes.cpp, definition_files.cpp ----

// Strings in the short syntax, maps in the long one. No two are mounted at one place.
struct VolumesForm {
  static std::optional<std::vector<VolumeMount>> decode(const Value&, std::string_view pointer,
                                                        Problems&);
  static Value encode(const std::vector<VolumeMount>&);
  static void add(std::string_view key, const std::vector<VolumeMount>&, Canonical&);
};
std::optional<Texts> decode_tmpfs(const Value&, std::string_view pointer, Problems&);
// Where one of them is mounted.
std::string tmpfs_target(std::string_view tmpfs);
struct DevicesForm {
  static std::optional<std::vector<DeviceMapping>> decode(const Value&, std::string_view pointer,
                                                          Problems&);
  static Value encode(const std::vector<DeviceMapping>&);
  static void add(std::string_view key, const std::vector<DeviceMapping>&, Canonical&);
};

// ---- definition_networks.cpp, definition_hosts.cpp ----

// A list of names, or a map from name to what the container is there. In the order of joining.
struct NetworksForm {
  static std::optional<std::vector<NetworkAttachment>> decode(const Value&,
                                                              std::string_view pointer, Problems&);
  static Value encode(const std::vector<NetworkAttachment>&);
  static void add(std::string_view key, const std::vector<NetworkAttachment>&, Canonical&);
};
std::optional<std::string> decode_network_mode(const Value&, std::string_view pointer, Problems&);
// As "name:address".
std::optional<Texts> decode_extra_hosts(const Value&, std::string_view pointer, Problems&);
std::optional<Texts> decode_addresses(const Value&, std::string_view pointer, Problems&);

// ---- definition_security.cpp ----

// Upper-case names without CAP_.
std::optional<Texts> decode_capabilities(const Value&, std::string_view pointer, Problems&);
struct SecurityOptionsForm : TextSet {
  static std::optional<Texts> decode(const Value&, std::string_view pointer, Problems&);
  static void add(std::string_view key, const Texts&, Canonical&);
};
std::optional<std::string> decode_host_namespace(const Value&, std::string_view pointer, Problems&);
std::optional<std::string> decode_ipc(const Value&, std::string_view pointer, Problems&);
std::optional<std::string> decode_runtime(const Value&, std::string_view pointer, Problems&);
struct UlimitsForm {
  static std::optional<std::map<std::string, Ulimit>> decode(const Value&, std::string_view pointer,
                                                             Problems&);
  static Value encode(const std::map<std::string, Ulimit>&);
  static void add(std::string_view key, const std::map<std::string, Ulimit>&, Canonical&);
};

// ---- definition_limits.cpp ----

std::optional<std::int64_t> decode_cpus(const Value&, std::string_view pointer, Problems&);
// -1: no limit.
std::optional<std::int64_t> decode_bytes_or_none(const Value&, std::string_view pointer, Problems&);
std::optional<std::int64_t> decode_swappiness(const Value&, std::string_view pointer, Problems&);
std::optional<std::int64_t> decode_cpu_shares(const Value&, std::string_view pointer, Problems&);
std::optional<std::string> decode_cpuset(const Value&, std::string_view pointer, Problems&);
std::optional<std::int64_t> decode_pids(const Value&, std::string_view pointer, Problems&);
struct PidsForm : Integer {
  static std::optional<std::int64_t> decode(const Value& value, std::string_view pointer,
                                            Problems& problems) {
    return decode_pids(value, pointer, problems);
  }
  static void add(std::string_view key, std::int64_t limit, Canonical&);
};
std::optional<std::int64_t> decode_oom_score(const Value&, std::string_view pointer, Problems&);
// Not hashed: what it says is said by mem_limit and the like as well, see spec_hash().
struct ResourcesForm {
  static std::optional<Resources> decode(const Value&, std::string_view pointer, Problems&);
  static Value encode(const Resources&);
};

// ---- definition_rollout.cpp, definition_restart.cpp: none of it shapes a container ----

// One of the names of PullPolicy, or Compose's other name for missing, if_not_present.
std::optional<PullPolicy> decode_pull_policy(const Value&, std::string_view pointer, Problems&);
// At most a day.
std::optional<std::chrono::milliseconds> decode_pause(const Value&, std::string_view pointer,
                                                      Problems&);
// Also the boolean false, for "no".
std::optional<std::string> decode_restart(const Value&, std::string_view pointer, Problems&);
// A list of names, or a map from name to the condition.
struct DependsOnForm {
  static std::optional<std::map<std::string, Dependency>> decode(const Value&,
                                                                 std::string_view pointer,
                                                                 Problems&);
  static Value encode(const std::map<std::string, Dependency>&);
};
struct RestartPolicyForm {
  static std::optional<RestartPolicy> decode(const Value&, std::string_view pointer, Problems&);
  static Value encode(const RestartPolicy&);
};
// `deploy`, whose members stand beside the others in a definition. `replicas` is refused: it is no
// part of one, and who knows what to do with it has taken it out.
void decode_deploy(const Value&, std::string_view pointer, Problems&, Definition&);
std::optional<Value> encode_deploy(const Definition&);

}  // namespace genisys::state
