#include "state/commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <utility>

namespace genisys::state {

namespace {

Refusal refuse(RefusalKind kind, std::string detail) { return {kind, std::move(detail)}; }

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

std::optional<Refusal> check(const ServiceName& name, const Service* service,
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

std::string replicas(std::uint32_t count) {
  return fmt::format("{} replica{}", count, count == 1 ? "" : "s");
}

// Why `definition` allows `limit` replicas and no more.
std::string explain_limit(const Definition& definition, std::uint32_t limit) {
  if (definition.ports) {
    for (const Port& port : *definition.ports) {
      if (port.is_ephemeral()) continue;
      const std::uint32_t width = port.host_last - port.host_first + 1U;
      if (width != limit) continue;
      return width == 1 ? fmt::format("`{}` publishes a fixed host port: at most {}", port.text,
                                      replicas(limit))
                        : fmt::format("`{}` publishes {} host ports: at most {}", port.text, width,
                                      replicas(limit));
    }
  }
  return fmt::format("the published host ports allow at most {}", replicas(limit));
}

// What forbids `target` replicas of `definition`, if anything does.
std::optional<std::string> exceeds_ports(const Definition& definition,
                                         std::optional<std::uint32_t> target) {
  const std::optional<std::uint32_t> limit = max_replicas(definition);
  if (!target || !limit || *target <= *limit) return std::nullopt;
  return explain_limit(definition, *limit);
}

std::string entry_hash(const FileEntry& entry) {
  // Any change of the entry counts, its first target too. The line break keeps the two apart.
  const std::string text =
      fmt::format("{}\n{}", encode_definition(entry.definition),
                  entry.first_target ? std::to_string(*entry.first_target) : std::string("-"));
  return to_string(boost::uuids::name_generator_sha1(boost::uuids::ns::oid())(text));
}

}  // namespace

Decided<Effect> register_service(Draft& draft, const Definition& definition) {
  const Service* recorded = draft.find(definition.name);
  if (recorded == nullptr) {
    draft.put({definition});
    return Effect::created;
  }
  if (recorded->removing) return being_removed(definition.name);
  if (recorded->definition == definition) return Effect::unchanged;
  const std::string& name = definition.name.str();
  return refuse(
      RefusalKind::conflict,
      fmt::format("`{}` is registered with another definition; replace it with PUT /service/{}",
                  name, name));
}

Decided<Effect> replace_definition(Draft& draft, const Definition& definition,
                                   const std::optional<Precondition>& if_match) {
  const Service* recorded = draft.find(definition.name);
  if (auto failed = check(definition.name, recorded, if_match)) return *std::move(failed);
  if (recorded == nullptr) {
    draft.put({definition});
    return Effect::created;
  }
  if (recorded->removing) return being_removed(definition.name);
  if (recorded->definition == definition) return Effect::unchanged;
  if (auto why = exceeds_ports(definition, recorded->desired)) {
    return invalid("/ports", fmt::format("{}, and the target is {}; scale it down first", *why,
                                         *recorded->desired));
  }

  Service changed = *recorded;
  changed.definition = definition;
  changed.revision = next(changed.revision);
  changed.generation = next(changed.generation);
  draft.put(std::move(changed));
  return Effect::changed;
}

Decided<Effect> set_targets(Draft& draft, const std::map<ServiceName, std::uint32_t>& targets,
                            const std::optional<Precondition>& if_match, bool single,
                            std::uint32_t max_replicas_allowed) {
  for (const auto& [name, target] : targets) {
    const Service* recorded = draft.find(name);
    if (recorded == nullptr) return absent(name);
    if (auto failed = check(name, recorded, if_match)) return *std::move(failed);
    if (recorded->removing) return being_removed(name);
  }

  Problems problems;
  for (const auto& [name, target] : targets) {
    const std::string pointer = single ? "/number" : pointer_to("", name.str());
    if (target > max_replicas_allowed) {
      problems.push_back({pointer, fmt::format("{} is more than the {} that limits.replicas allows",
                                               target, replicas(max_replicas_allowed))});
    } else if (auto why = exceeds_ports(draft.find(name)->definition, target)) {
      problems.push_back({pointer, *std::move(why)});
    }
  }
  if (!problems.empty()) {
    Refusal refusal = refuse(RefusalKind::invalid, problems.front().message);
    refusal.problems = std::move(problems);
    return refusal;
  }

  Effect effect = Effect::unchanged;
  for (const auto& [name, target] : targets) {
    const Service* recorded = draft.find(name);
    if (recorded->desired == target) continue;
    Service changed = *recorded;
    changed.desired = target;
    changed.generation = next(changed.generation);
    draft.put(std::move(changed));
    effect = Effect::changed;
  }
  return effect;
}

Decided<Effect> remove_service(Draft& draft, const ServiceName& name,
                               const std::optional<Precondition>& if_match) {
  const Service* recorded = draft.find(name);
  // Before the precondition: the repetition of a DELETE whose answer was lost names the generation
  // that the first one has already replaced (RFC 9110, 13.1.1, lets it succeed).
  if (recorded != nullptr && recorded->removing) return Effect::unchanged;
  if (recorded == nullptr) return absent(name);
  if (auto failed = check(name, recorded, if_match)) return *std::move(failed);

  Service changed = *recorded;
  changed.removing = true;
  changed.generation = next(changed.generation);
  draft.put(std::move(changed));
  return Effect::changed;
}

Effect forget_service(Draft& draft, const ServiceName& name) {
  const Service* recorded = draft.find(name);
  if (recorded == nullptr || !recorded->removing) return Effect::unchanged;
  draft.erase(name);
  return Effect::changed;
}

std::vector<ServiceName> import_file(Draft& draft, const std::vector<FileEntry>& entries,
                                     Problems* passed_over) {
  std::vector<ServiceName> taken;
  for (const FileEntry& entry : entries) {
    const ServiceName& name = entry.definition.name;
    std::string hash = entry_hash(entry);
    const auto noted = draft.state().file_entries.find(name);
    if (noted != draft.state().file_entries.end() && noted->second == hash) continue;

    const Service* recorded = draft.find(name);
    Service wanted = recorded != nullptr ? *recorded : Service{entry.definition};
    if (!wanted.desired) wanted.desired = entry.first_target;

    std::optional<std::string> obstacle = exceeds_ports(entry.definition, wanted.desired);
    if (obstacle) *obstacle += fmt::format(", and the target is {}", *wanted.desired);
    if (wanted.removing) obstacle = "the service of that name is being removed";
    if (obstacle) {
      if (passed_over != nullptr) {
        passed_over->push_back({pointer_to("", name.str()), *std::move(obstacle)});
      }
      continue;
    }

    if (wanted.definition != entry.definition) {
      wanted.definition = entry.definition;
      wanted.revision = next(wanted.revision);
    }
    if (recorded == nullptr) {
      draft.put(std::move(wanted));
    } else if (wanted != *recorded) {
      wanted.generation = next(wanted.generation);
      draft.put(std::move(wanted));
    }
    draft.note_file_entry(name, std::move(hash));
    taken.push_back(name);
  }
  return taken;
}

}  // namespace genisys::state
