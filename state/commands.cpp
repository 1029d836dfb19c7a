#include "state/commands.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <cstddef>
#include <iterator>
#include <utility>

#include "state/command_rules.hpp"
#include "state/resource_use.hpp"
#include "state/revisions.hpp"

namespace genisys::state {

namespace {

constexpr std::size_t kMostVacated = 1000;

std::string entry_hash(const FileEntry& entry) {
  // Any change of the entry counts, its first target too. The line break keeps the two apart.
  const std::string text =
      fmt::format("{}\n{}", encode_definition(entry.definition),
                  entry.first_target ? std::to_string(*entry.first_target) : std::string("-"));
  return to_string(boost::uuids::name_generator_sha1(boost::uuids::ns::oid())(text));
}

void note_definition(Draft& draft, const Service& service) {
  note_wanted(draft, service.name(), "define",
              fmt::format("revision {}", number(service.revision)));
}

std::string describe_target(std::optional<std::uint32_t> target) {
  return target ? std::to_string(*target) : "not set";
}

std::string describe_slots(const std::set<std::uint32_t>& slots) {
  constexpr std::size_t kShown = 20;
  const auto end = slots.size() > kShown ? std::next(slots.begin(), kShown) : slots.end();
  return fmt::format("{}{}", fmt::join(slots.begin(), end, ", "),
                     slots.size() > kShown ? ", …" : "");
}

void note_target(Draft& draft, const Service& service, std::optional<std::uint32_t> before) {
  std::string message = fmt::format("the target is {} (was {})", describe_target(service.desired),
                                    describe_target(before));
  if (!service.vacated.empty()) {
    message += fmt::format("; slots that stay empty: {}", describe_slots(service.vacated));
  }
  note_wanted(draft, service.name(), "scale", std::move(message));
}

Decided<Effect> create(Draft& draft, const Definition& definition) {
  if (auto circle = refuse_circle(draft, definition)) return *std::move(circle);
  Service service = first_record(definition, draft.now());
  note_definition(draft, service);
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
  note_definition(draft, changed);
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

std::vector<ServiceName> import_file(Draft& draft, const std::vector<FileEntry>& entries,
                                     Problems* passed_over) {
  const std::string author = draft.author();
  draft.act_as("service file");
  std::vector<ServiceName> taken;
  for (const FileEntry& entry : entries) {
    const ServiceName& name = entry.definition.name;
    std::string hash = entry_hash(entry);
    const auto noted = draft.state().file_entries.find(name);
    if (noted != draft.state().file_entries.end() && noted->second == hash) continue;

    const Service* recorded = draft.find(name);
    Service wanted = recorded != nullptr ? *recorded : first_record(entry.definition, draft.now());
    const std::optional<std::uint32_t> target_before = wanted.desired;
    if (!wanted.desired) wanted.desired = entry.first_target;

    std::optional<std::string> obstacle =
        exceeds_ports(entry.definition, wanted.desired, wanted.vacated);
    if (obstacle) *obstacle += fmt::format(", and the target is {}", *wanted.desired);
    if (const auto circle = closes_circle(draft, entry.definition)) {
      obstacle = fmt::format("services would wait for each other for ever: {}", *circle);
    }
    if (wanted.removing) obstacle = "the service of that name is being removed";
    if (obstacle) {
      if (passed_over != nullptr) {
        passed_over->push_back({pointer_to("", name.str()), *std::move(obstacle)});
      }
      continue;
    }

    const bool is_defined = recorded == nullptr || recorded->definition != entry.definition;
    if (recorded != nullptr && is_defined) revise(wanted, entry.definition, draft.now());
    if (is_defined) note_definition(draft, wanted);
    if (wanted.desired != target_before) note_target(draft, wanted, target_before);
    if (recorded == nullptr) {
      draft.put(std::move(wanted));
    } else if (wanted != *recorded) {
      wanted.generation = next(wanted.generation);
      draft.put(std::move(wanted));
    }
    draft.note_file_entry(name, std::move(hash));
    taken.push_back(name);
  }
  draft.act_as(author);
  return taken;
}

}  // namespace genisys::state
