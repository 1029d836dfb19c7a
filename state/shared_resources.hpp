// Networks and volumes that services share: declared beside them in a Compose file, recorded with
// them, made on the engine when they are missing. Named as the engine names them.
//
// Pure values. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "state/definition_parts.hpp"
#include "state/value.hpp"

namespace genisys::state {

// One address range of a network.
struct Subnet {
  std::string subnet = {};  // "172.28.0.0/16"
  std::string gateway = {};
  std::string ip_range = {};
  Pairs aux_addresses = {};

  bool operator==(const Subnet&) const = default;
};

struct NetworkSpec {
  std::string name;
  bool external = false;  // somebody else makes it: it is never made by us, and nothing else is set
  std::string driver = {};  // empty: bridge
  Pairs driver_opts = {};
  Pairs labels = {};
  bool internal = false;
  bool attachable = false;
  bool enable_ipv6 = false;
  std::string ipam_driver = {};
  Pairs ipam_options = {};
  std::vector<Subnet> subnets = {};

  bool operator==(const NetworkSpec&) const = default;
};

struct VolumeSpec {
  std::string name;
  bool external = false;    // as above
  std::string driver = {};  // empty: local
  Pairs driver_opts = {};
  Pairs labels = {};

  bool operator==(const VolumeSpec&) const = default;
};

struct SharedResources {
  std::map<std::string, NetworkSpec> networks = {};  // by name
  std::map<std::string, VolumeSpec> volumes = {};

  bool operator==(const SharedResources&) const = default;
};

// One JSON object each; decoding appends what is wrong and returns nothing then. What was encoded
// decodes to an equal value.
std::string encode_network(const NetworkSpec& network);
std::string encode_volume(const VolumeSpec& volume);
std::optional<NetworkSpec> decode_network(const Value& value, Problems& problems);
std::optional<VolumeSpec> decode_volume(const Value& value, Problems& problems);

}  // namespace genisys::state
