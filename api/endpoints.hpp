// Where the ready replicas of a service are reached, and how clients are told.
//
// Pure. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "state/model.hpp"

namespace genisys::api {

struct Endpoint {
  state::ServiceName service;
  std::uint32_t slot = 0;
  std::string container = {};       // full id
  std::string container_port = {};  // "8080/tcp"
  std::string host = {};            // a name or an address, without brackets
  std::uint16_t port = 0;

  bool operator==(const Endpoint&) const = default;
};

// Of replicas that run and are healthy or have no health check; by slot and container port. A port
// that is bound to all addresses is reached at `advertise`, and is listed once, although the engine
// binds it once for IPv4 and once for IPv6.
std::vector<Endpoint> endpoints_of(const state::ServiceStatus& status, std::string_view advertise);

// "host:port", with brackets around an IPv6 address.
std::string address_of(const Endpoint& endpoint);

// {"endpoints": [{"slot", "container_port", "host", "port", "address"}, …]}
std::string encode_endpoints(const std::vector<Endpoint>& endpoints);

// Prometheus' HTTP service discovery: one target group for each TCP port.
std::string encode_target_groups(const std::vector<Endpoint>& endpoints);

}  // namespace genisys::api
