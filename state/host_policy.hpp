// What definitions may ask of the host: the section `policy` of the configuration as a value, and
// the guard that holds a definition against it. A default policy allows nothing that makes a
// container master of the host; every line of the configuration opens one thing.
//
// The guard sees texts, not the host: it cannot know that an allowed path is, or becomes, a
// symbolic link to another place.
//
// Pure. Any thread.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "state/definition.hpp"
#include "state/shared_resources.hpp"
#include "state/value.hpp"

namespace genisys::state {

struct HostPolicy {
  bool privileged = false;
  // "network", "pid", "ipc", "uts", "user": those of the host that a container may share.
  std::set<std::string> host_namespaces = {};
  // Absolute, clean paths: what lies at or below them may be mounted. With ":ro" behind it, for
  // reading only.
  std::vector<std::string> binds = {};
  std::vector<std::string> devices = {};       // absolute, clean paths: at or below
  std::vector<std::string> capabilities = {};  // "NET_ADMIN", or "ALL"; besides Docker's default
  std::vector<std::string> security_options = {};  // "seccomp=unconfined"; a key alone: any value
  std::vector<std::string> runtimes = {};
  std::vector<std::string> cgroup_parents = {};
  bool oom_protection = false;  // oom_score_adj below 0, oom_kill_disable
  // Besides bridge and overlay. "bridge": also one that names the host's interface.
  std::vector<std::string> network_drivers = {};
  std::vector<std::string> volume_drivers = {};  // besides local
  std::vector<std::string> volume_types = {};    // of the driver local, besides those of networks
  // Hosts of registries, or paths on them ("docker.io/library"); unset: all.
  std::optional<std::vector<std::string>> registries = {};

  bool operator==(const HostPolicy&) const = default;
};

// Appends what `policy` does not allow, with the line to add; pointers begin with `pointer`.
void check_policy(const Definition& definition, const HostPolicy& policy, std::string_view pointer,
                  Problems& problems);

// The same for what services share, at `/networks/<name>` and `/volumes/<name>`.
void check_policy(const SharedResources& shared, const HostPolicy& policy, Problems& problems);

// How the texts of a policy and of a definition are compared.
std::string normal_capability(std::string_view text);       // "cap_net_admin": "NET_ADMIN"
std::string normal_security_option(std::string_view text);  // "seccomp:x": "seccomp=x"

// Whether a path is absolute and has neither empty components nor "." and "..", nor a slash at its
// end ("/" itself is clean).
bool is_clean_path(std::string_view path);

}  // namespace genisys::state
