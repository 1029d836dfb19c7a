// One service of a Compose file: from what the file says to what decode_definition() reads, with
// the names of the engine in it.
//
// Pure but for what Surroundings does. Any thread.
#pragma once

#include <map>
#include <string>

#include "state/compose/variables.hpp"
#include "state/shared_resources.hpp"
#include "state/value.hpp"

namespace genisys::state::compose {

// What services refer to.
struct Project {
  std::string name;
  std::string folder;                                // of the first file; absolute
  std::map<std::string, NetworkSpec> networks = {};  // by the key in the file
  std::map<std::string, VolumeSpec> volumes = {};
};

// What preparing a service reads and adds to.
struct ServiceContext {
  const Project& project;
  Variables& variables;
  SharedResources& used;
  Problems& problems;
  Problems& notices;
};

// Rewrites `service`, the value of /services/<name>:
//   env_file and environment become one environment (service_environment.cpp);
//   networks and volumes get the engine's names, and paths of the host become absolute
//   (service_networks.cpp, service_mounts.cpp); what is used of the project goes into `used`;
//   deploy.replicas or scale becomes the first target, by default 1;
//   image without a tag means latest, links mean depends_on;
//   what the connector ignores in files is dropped with a notice.
// The rest, and what is wrong in a way that decode_definition() tells, stays. False when there is
// nothing to decode, which has been told.
bool prepare_service(Member& service, const ServiceContext& context);

// The parts, each for a service that is a map. `pointer` is the service's.
void resolve_environment(Map& service, const std::string& pointer, const ServiceContext& context);
void resolve_links(Map& service, const std::string& pointer, const ServiceContext& context);
void resolve_networks(Map& service, const std::string& pointer, Position at,
                      const ServiceContext& context);
void resolve_volumes(Map& service, const std::string& pointer, const ServiceContext& context);

// `path` from `folder` on, without anything that it can be cleaned of.
std::string absolute_path(const std::string& folder, const std::string& path);

}  // namespace genisys::state::compose
