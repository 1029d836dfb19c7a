// The parts of a create's body that are written in files of their own.
//
// Pure. Any thread.
#pragma once

#include "docker/json.hpp"
#include "docker/types.hpp"

namespace genisys::docker {

// "HostConfig": what the engine does around the container. The published ports by what they bind,
// "80/tcp".
using Bindings = std::map<std::string, std::vector<const PortBinding*>>;
void write_host_config(json::Writer& writer, const ContainerSpec& spec, const Bindings& bindings);

// How a container takes part in one network, as the member `key`.
void write_endpoint(json::Writer& writer, std::string_view key, const Endpoint& endpoint);

}  // namespace genisys::docker
