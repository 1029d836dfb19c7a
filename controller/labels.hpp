// Identity: which containers are ours, what they are for, and how they are named. Labels are the
// proof of ownership; the name is only the idempotency key of a create.
//
// Pure. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "docker/types.hpp"
#include "state/model.hpp"

namespace genisys::controller {

inline constexpr std::string_view kInstanceLabel = "io.genisys.instance";
inline constexpr std::string_view kServiceLabel = "io.genisys.service";
inline constexpr std::string_view kSlotLabel = "io.genisys.slot";
inline constexpr std::string_view kRevisionLabel = "io.genisys.revision";
inline constexpr std::string_view kSpecLabel = "io.genisys.spec";
inline constexpr std::string_view kIgnoreLabel = "io.genisys.ignore";

// A replica's stable number, from 1.
using Slot = std::uint32_t;

// What a container of ours says about itself.
struct Identity {
  state::ServiceName service;
  Slot slot = 0;
  state::Revision revision{0};
  std::string spec;
  // Which container of its slot it is, counted in its name; 0 when it was renamed by hand.
  std::uint32_t incarnation = 0;

  bool operator==(const Identity&) const = default;
};

// The identity of a container that carries `instance`'s labels, whole and well formed; nothing for
// every other container: it is foreign. No other label matters, not even kIgnoreLabel: containers
// inherit the labels of their image, and who made one and then did not know it would make another.
std::optional<Identity> identify(const docker::Container& container, std::string_view instance);

// The same for an instance that let some containers go: those are nobody's, whatever they carry.
std::optional<Identity> identify(const docker::Container& container, std::string_view instance,
                                 const std::set<std::string>& released);

// A running container without any owner, which a service with this image may count as its own: not
// one of Compose, Swarm, Kubernetes or another instance, nor one that asks to be ignored. One that
// was let go has no owner, though it carries a label of one.
bool is_adoptable(const docker::Container& container, const std::set<std::string>& released);

// <service>-<slot>-<start of the instance>-<incarnation>: a repeated create of the same container
// meets its own first try, and two instances on one engine do not meet.
std::string container_name(const state::ServiceName& service, Slot slot, std::string_view instance,
                           std::uint32_t incarnation);

}  // namespace genisys::controller
