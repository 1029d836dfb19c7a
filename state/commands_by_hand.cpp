// The writes about how a service is run, rather than what it is: hands off, try again, go back.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "state/command_rules.hpp"
#include "state/commands.hpp"
#include "state/revisions.hpp"

namespace genisys::state {

namespace {

Decided<Effect> set_paused(Draft& draft, const ServiceName& name,
                           const std::optional<Precondition>& if_match, bool paused) {
  const Service* recorded = draft.find(name);
  if (auto failed = check_writable(name, recorded, if_match)) return *std::move(failed);
  if (recorded->paused == paused) return Effect::unchanged;

  Service changed = *recorded;
  changed.paused = paused;
  note_wanted(
      draft, name, paused ? "pause" : "resume",
      paused ? "nothing is started or stopped until it is resumed" : "it is kept as desired again");
  draft.put(std::move(changed));
  return Effect::changed;
}

std::string list_revisions(const RevisionHistory& history) {
  std::vector<std::uint64_t> numbers;
  for (const RevisionRecord& record : history) numbers.push_back(number(record.revision));
  return fmt::format("{}", fmt::join(numbers, ", "));
}

}  // namespace

Decided<Effect> pause_service(Draft& draft, const ServiceName& name,
                              const std::optional<Precondition>& if_match) {
  return set_paused(draft, name, if_match, true);
}

Decided<Effect> resume_service(Draft& draft, const ServiceName& name,
                               const std::optional<Precondition>& if_match) {
  return set_paused(draft, name, if_match, false);
}

Decided<Effect> reset_backoff(Draft& draft, const ServiceName& name) {
  const Service* recorded = draft.find(name);
  if (recorded == nullptr) return absent(name);
  Service changed = *recorded;
  ++changed.backoff_resets;
  note_wanted(draft, name, "reset-backoff", "its failures are forgotten; it is tried again now");
  draft.put(std::move(changed));
  return Effect::changed;
}

Decided<Effect> roll_back(Draft& draft, const ServiceName& name, std::optional<Revision> to,
                          const std::optional<Precondition>& if_match, const std::string& why) {
  const Service* recorded = draft.find(name);
  if (auto failed = check_writable(name, recorded, if_match)) return *std::move(failed);

  const auto history = history_of(*recorded);
  if (!to) to = revision_to_go_back_to(*recorded);
  if (!to) {
    return invalid("/revision", fmt::format("`{}` has no revision before {}", name.str(),
                                            number(recorded->revision)));
  }
  const RevisionRecord* const older = find_revision(*history, *to);
  if (older == nullptr) {
    return invalid("/revision", fmt::format("revision {} of `{}` is not kept; there are: {}",
                                            number(*to), name.str(), list_revisions(*history)));
  }
  const Definition& definition = *older->definition;
  if (definition == recorded->definition) return Effect::unchanged;
  if (auto obstacle = exceeds_ports(definition, recorded->desired, recorded->vacated)) {
    return invalid("/revision",
                   fmt::format("revision {}: {}, and the target is {}; scale it down first",
                               number(*to), *obstacle, *recorded->desired));
  }
  if (auto circle = refuse_circle(draft, definition)) return *std::move(circle);

  Service changed = *recorded;
  revise(changed, definition, draft.now());
  changed.rolled_back = true;
  changed.generation = next(changed.generation);
  JournalEntry entry;
  entry.service = name;
  entry.kind = draft.author().empty() ? EntryKind::decided : EntryKind::wanted;
  entry.action = "rollback";
  entry.message = fmt::format("revision {}, with the definition of revision {}",
                              number(changed.revision), number(*to));
  if (!why.empty()) entry.message += ": " + why;
  draft.note(std::move(entry));
  draft.put(std::move(changed));
  return Effect::changed;
}

Effect note_stable(Draft& draft, const ServiceName& name, Revision revision) {
  const Service* recorded = draft.find(name);
  if (recorded == nullptr || recorded->stable == revision ||
      find_revision(*history_of(*recorded), revision) == nullptr) {
    return Effect::unchanged;
  }
  Service changed = *recorded;
  take_for_stable(changed, revision);
  JournalEntry entry;
  entry.service = name;
  entry.kind = EntryKind::decided;
  entry.action = "rollout";
  entry.message = fmt::format("revision {} is stable", number(revision));
  draft.note(std::move(entry));
  draft.put(std::move(changed));
  return Effect::changed;
}

}  // namespace genisys::state
