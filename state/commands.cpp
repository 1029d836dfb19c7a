#include "state/commands.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

#include "state/command_rules.hpp"
#include "state/resource_use.hpp"
#include "state/revisions.hpp"

namespace genisys::state {

namespace {

constexpr std::size_t kMostVacated = 1000;

Decided<Effect> create(Draft& draft, const Definition& definition) {
  if (auto circle = refuse_circle(draft, definition)) return *std::move(circle);
  Service service = first_record(definition, draft.now());
  note_defined(draft, service);
  draft.put(std::move(service));
  return Effect::created;
}

// What forbids these slots, whatever the service; for the pointer `/remove`.
std::optional<std::string> unusable(const std::set<std::uint32_t>& vacate) {
  if (vacate.size() > kMostVacated) {
    return fmt::format("{} slots are more than the {} that may stay empty", vacate.size(),
                       kMostVacated);
  }
  if (vacate.contains(0)) return "slots count from 1";
  return std::nullopt;
}

}  // namespace

Decided<Effect> register_service(Draft& draft, const Definition& definition) {
  const Service* recorded = draft.find(definition.name);
  if (recorded == nullptr) return create(draft, definition);
  if (recorded->removing) return being_removed(definition.name);
  if (recorded->definition == definition) return Effect::unchanged;
  const std::string& name = definition.name.str();
  return Refusal{
      RefusalKind::conflict,
      fmt::format("`{}` is registered with another definition; replace it with PUT /service/{}",
                  name, name)};
}

Decided<Effect> replace_definition(Draft& draft, const Definition& definition,
                                   const std::optional<Precondition>& if_match) {
  const Service* recorded = draft.find(definition.name);
  if (auto failed = check_precondition(definition.name, recorded, if_match)) {
    return *std::move(failed);
  }
  if (recorded == nullptr) return create(draft, definition);
  if (recorded->removing) return being_removed(definition.name);
  if (recorded->definition == definition) return Effect::unchanged;
  if (auto why = exceeds_ports(definition, recorded->desired, recorded->vacated)) {
    return invalid("/ports", fmt::format("{}, and the target is {}; scale it down first", *why,
                                         *recorded->desired));
  }
  if (auto circle = refuse_circle(draft, definition)) return *std::move(circle);

  Service changed = *recorded;
  revise(changed, definition, draft.now());
  changed.generation = next(changed.generation);
  note_defined(draft, changed);
  draft.put(std::move(changed));
  return Effect::changed;
}

Decided<Effect> set_targets(Draft& draft, const std::map<ServiceName, std::uint32_t>& targets,
                            const std::optional<Precondition>& if_match, bool single,
                            std::uint32_t max_replicas_allowed,
                            const std::set<std::uint32_t>& vacate) {
  for (const auto& [name, target] : targets) {
    if (auto failed = check_writable(name, draft.find(name), if_match)) return *std::move(failed);
  }

  const std::set<std::uint32_t> vacated = single ? vacate : std::set<std::uint32_t>{};
  Problems problems;
  if (auto why = unusable(vacated)) problems.push_back({"/remove", *std::move(why)});
  for (const auto& [name, target] : targets) {
    const Definition& definition = draft.find(name)->definition;
    const std::string pointer = single ? "/number" : pointer_to("", name.str());
    if (target > max_replicas_allowed) {
      problems.push_back({pointer, fmt::format("{} is more than the {} that limits.replicas allows",
                                               target, count_replicas(max_replicas_allowed))});
    } else if (auto why = exceeds_ports(definition, target)) {
      problems.push_back({pointer, *std::move(why)});
    } else if (auto crowded = exceeds_ports(definition, target, vacated)) {
      problems.push_back({"/remove", *std::move(crowded)});
    }
  }
  if (!problems.empty()) {
    Refusal refusal{RefusalKind::invalid, problems.front().message};
    refusal.problems = std::move(problems);
    return refusal;
  }

  Effect effect = Effect::unchanged;
  for (const auto& [name, target] : targets) {
    const Service* recorded = draft.find(name);
    if (recorded->desired == target && recorded->vacated == vacated) continue;
    Service changed = *recorded;
    changed.desired = target;
    changed.vacated = vacated;
    changed.generation = next(changed.generation);
    note_target(draft, changed, recorded->desired);
    draft.put(std::move(changed));
    effect = Effect::changed;
  }
  return effect;
}

Decided<Effect> remove_service(Draft& draft, const ServiceName& name,
                               const std::optional<Precondition>& if_match, Containers containers,
                               Volumes volumes) {
  const Service* recorded = draft.find(name);
  const bool keep = containers == Containers::keep;
  const bool remove_volumes = volumes == Volumes::remove && !keep;
  // Before the precondition: the repetition of a DELETE whose answer was lost names the generation
  // that the first one has already replaced (RFC 9110, 13.1.1, lets it succeed).
  if (recorded != nullptr && recorded->removing) {
    const bool stops_more = recorded->keep_containers && !keep;
    const bool removes_more = remove_volumes && !recorded->remove_volumes;
    if (!stops_more && !removes_more) return Effect::unchanged;
  }
  if (recorded == nullptr) return absent(name);
  if (auto failed = check_precondition(name, recorded, if_match)) return *std::move(failed);

  Service changed = *recorded;
  changed.removing = true;
  changed.keep_containers = keep;
  changed.remove_volumes = changed.remove_volumes || remove_volumes;
  changed.generation = next(changed.generation);
  std::string message =
      keep ? "its containers go on running, as nobody's" : "its containers are stopped";
  if (changed.remove_volumes) message += ", its volumes removed";
  note_wanted(draft, name, "delete", std::move(message));
  draft.put(std::move(changed));
  return Effect::changed;
}

Effect forget_service(Draft& draft, const ServiceName& name,
                      const std::set<std::string>& released) {
  const Service* recorded = draft.find(name);
  if (recorded == nullptr || !recorded->removing) return Effect::unchanged;
  for (const std::string& container : released) draft.release(container);
  draft.forget_memory("service/" + name.str());
  draft.erase(name);
  draft.share(still_shared(*draft.state().shared, draft.state().services));
  return Effect::changed;
}

}  // namespace genisys::state
