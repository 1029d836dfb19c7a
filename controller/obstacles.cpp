#include "controller/obstacles.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace genisys::controller {
namespace {

using state::Reason;

bool is_any_address(const std::string& address) {
  return address.empty() || address == "0.0.0.0" || address == "::";
}

bool collide(const docker::PublishedPort& taken, const state::Port& wanted, std::uint16_t host) {
  return taken.host_port == host && taken.protocol == to_string(wanted.protocol) &&
         (is_any_address(taken.host_ip) || is_any_address(wanted.host_ip) ||
          taken.host_ip == wanted.host_ip);
}

bool is_slots_own(const PlanInput& input, const Seen& seen, const state::Service& service,
                  Slot slot) {
  const auto identity = identify(seen.container, input.instance, input.released);
  return identity && identity->service == service.name() && identity->slot == slot;
}

// "(foreign)", "(service db, slot 2)".
std::string whose(const PlanInput& input, const Seen& seen) {
  const auto identity = identify(seen.container, input.instance, input.released);
  if (!identity) return "(foreign)";
  return fmt::format("(service {}, slot {})", identity->service.str(), identity->slot);
}

// The port in question as a person would write it.
std::string port_text(const docker::Container& holder, const state::Service& service, Slot slot) {
  for (const state::Port& port : *service.definition.ports) {
    const auto host = port.host_port(slot).value_or(0);
    const auto taken = std::find_if(holder.ports.begin(), holder.ports.end(),
                                    [&](const auto& other) { return collide(other, port, host); });
    if (host != 0 && taken != holder.ports.end())
      return fmt::format("{}{}", host,
                         port.protocol == state::Protocol::tcp
                             ? ""
                             : fmt::format("/{}", to_string(port.protocol)));
  }
  return {};
}

}  // namespace

const Seen* port_holder(const PlanInput& input, const state::Service& service, Slot slot) {
  if (!service.definition.ports) return nullptr;
  for (const state::Port& port : *service.definition.ports) {
    const auto host = port.host_port(slot).value_or(0);
    if (host == 0) continue;
    for (const auto& [id, seen] : input.world.containers) {
      const auto& ports = seen.container.ports;
      const bool has_it = std::any_of(ports.begin(), ports.end(), [&](const auto& taken) {
        return collide(taken, port, host);
      });
      if (has_it && !is_slots_own(input, seen, service, slot)) return &seen;
    }
  }
  return nullptr;
}

const Seen* name_holder(const PlanInput& input, const state::Service& service, Slot slot,
                        std::uint32_t incarnation) {
  const std::string name = container_name(service.name(), slot, input.instance, incarnation);
  for (const auto& [id, seen] : input.world.containers) {
    if (seen.container.name == name && !is_slots_own(input, seen, service, slot)) return &seen;
  }
  return nullptr;
}

std::string describe_obstacle(const PlanInput& input, const state::Service& service, Slot slot,
                              const SlotHistory& past, const Ladder& ladder) {
  if (ladder.cause == Reason::port_taken) {
    if (const Seen* holder = port_holder(input, service, slot); holder != nullptr) {
      return fmt::format("port {} is taken by container {} {}",
                         port_text(holder->container, service, slot), holder->container.name,
                         whose(input, *holder));
    }
  }
  if (ladder.cause == Reason::name_taken) {
    if (const Seen* holder = name_holder(input, service, slot, past.burnt_incarnation);
        holder != nullptr) {
      return fmt::format("the name {} is taken by a container {}; the next attempt takes another",
                         holder->container.name, whose(input, *holder));
    }
  }
  return ladder.message;
}

}  // namespace genisys::controller
