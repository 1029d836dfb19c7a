#include "state/command_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace genisys::state {

namespace {

Refusal refuse(RefusalKind kind, std::string detail) { return {kind, std::move(detail)}; }

// Why `definition` allows `limit` replicas and no more.
std::string explain_limit(const Definition& definition, std::uint32_t limit) {
  if (definition.ports) {
    for (const Port& port : *definition.ports) {
      if (port.is_ephemeral()) continue;
      const std::uint32_t width = port.host_last - port.host_first + 1U;
      if (width != limit) continue;
      return width == 1 ? fmt::format("`{}` publishes a fixed host port: at most {}", port.text,
                                      count_replicas(limit))
                        : fmt::format("`{}` publishes {} host ports: at most {}", port.text, width,
                                      count_replicas(limit));
    }
  }
  return fmt::format("a fixed address in a network allows at most {}", count_replicas(limit));
}

}  // namespace

Refusal absent(const ServiceName& name) {
  return refuse(RefusalKind::not_found, fmt::format("there is no service `{}`", name.str()));
}

Refusal being_removed(const ServiceName& name) {
  return refuse(RefusalKind::conflict,
                fmt::format("`{}` is being removed; try again once it is gone", name.str()));
}

Refusal invalid(std::string pointer, std::string message) {
  Refusal refusal = refuse(RefusalKind::invalid, message);
  refusal.problems.push_back({std::move(pointer), std::move(message)});
  return refusal;
}

std::optional<Refusal> check_precondition(const ServiceName& name, const Service* service,
                                          const std::optional<Precondition>& if_match) {
  if (!if_match) return std::nullopt;
  if (service == nullptr) {
    return refuse(RefusalKind::precondition_failed,
                  fmt::format("If-Match was given and there is no service `{}`", name.str()));
  }
  const auto& accepted = if_match->generations;
  if (if_match->any ||
      std::find(accepted.begin(), accepted.end(), service->generation) != accepted.end()) {
    return std::nullopt;
  }
  return refuse(RefusalKind::precondition_failed,
                fmt::format("`{}` is at generation {}, which If-Match does not name; read it again",
                            name.str(), number(service->generation)));
}

std::optional<Refusal> check_writable(const ServiceName& name, const Service* service,
                                      const std::optional<Precondition>& if_match) {
  if (service == nullptr) return absent(name);
  if (auto failed = check_precondition(name, service, if_match)) return failed;
  if (service->removing) return being_removed(name);
  return std::nullopt;
}

std::string count_replicas(std::uint32_t count) {
  return fmt::format("{} replica{}", count, count == 1 ? "" : "s");
}

std::optional<std::string> exceeds_ports(const Definition& definition,
                                         std::optional<std::uint32_t> target,
                                         const std::set<std::uint32_t>& vacated) {
  const std::optional<std::uint32_t> limit = max_replicas(definition);
  if (!target || !limit) return std::nullopt;
  const std::int64_t idle = std::distance(vacated.begin(), vacated.upper_bound(*limit));
  if (std::int64_t{*target} + idle <= std::int64_t{*limit}) return std::nullopt;
  std::string why = explain_limit(definition, *limit);
  if (idle > 0) {
    why += fmt::format(", and {} of the slots {} to stay empty", idle, idle == 1 ? "has" : "have");
  }
  return why;
}

void note_wanted(Draft& draft, const ServiceName& name, std::string action, std::string message) {
  JournalEntry entry;
  entry.service = name;
  entry.kind = EntryKind::wanted;
  entry.action = std::move(action);
  entry.message = std::move(message);
  draft.note(std::move(entry));
}

}  // namespace genisys::state
