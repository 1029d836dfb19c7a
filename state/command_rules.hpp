// What the commands have in common: when a write is refused, and in which words. Internal to them.
//
// Pure. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "state/commands.hpp"

namespace genisys::state {

Refusal absent(const ServiceName& name);
Refusal being_removed(const ServiceName& name);
// With one problem, at `pointer`.
Refusal invalid(std::string pointer, std::string message);

// Why If-Match forbids a write to `service` (null: there is none), if it does.
std::optional<Refusal> check_precondition(const ServiceName& name, const Service* service,
                                          const std::optional<Precondition>& if_match);

// Why nothing may be written to `service` (null: there is none), if so: it is absent, If-Match does
// not name it, or it is being removed.
std::optional<Refusal> check_writable(const ServiceName& name, const Service* service,
                                      const std::optional<Precondition>& if_match);

std::string count_replicas(std::uint32_t count);

// What of the published host ports forbids `target` replicas of `definition`, if anything does. A
// vacated slot keeps its host port to itself.
std::optional<std::string> exceeds_ports(const Definition& definition,
                                         std::optional<std::uint32_t> target,
                                         const std::set<std::uint32_t>& vacated = {});

// In which circle services would depend on each other if `definition` were recorded: "web -> db ->
// web"; nothing when in none.
std::optional<std::string> closes_circle(const Draft& draft, const Definition& definition);

// The same as a refusal, at `/depends_on`.
std::optional<Refusal> refuse_circle(const Draft& draft, const Definition& definition);

// The journal's entry for a write, by the draft's author.
void note_wanted(Draft& draft, const ServiceName& name, std::string action, std::string message);
// The same for the definition that `service` has now, and for its target.
void note_defined(Draft& draft, const Service& service);
void note_target(Draft& draft, const Service& service, std::optional<std::uint32_t> before);

}  // namespace genisys::state
