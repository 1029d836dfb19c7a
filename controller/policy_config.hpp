// The section `policy` of the configuration: its keys, and how it is told to a person.
//
// Pure. Any thread.
#pragma once

#include <span>
#include <string>

#include "controller/setting.hpp"
#include "state/host_policy.hpp"

namespace genisys::controller {

std::span<const Key<state::HostPolicy>> policy_keys();

// "closed", or what is allowed: "privileged; binds /srv, /etc/ssl:ro; registries docker.io".
std::string to_string(const state::HostPolicy& policy);

}  // namespace genisys::controller
