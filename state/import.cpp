#include "state/import.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <map>
#include <set>
#include <utility>

#include "state/command_rules.hpp"
#include "state/resource_use.hpp"
#include "state/revisions.hpp"

namespace genisys::state {
namespace {

using What = ImportReport::Shared::What;
using SharedChange = ImportReport::Shared::Change;

// What is noted of an entry that went: no hash is so. It is new when it comes back.
constexpr std::string_view kGone;

std::string entry_hash(const FileEntry& entry) {
  // Any change of the entry counts, its first target too. The line break keeps the two apart.
  const std::string text =
      fmt::format("{}\n{}", encode_definition(entry.definition),
                  entry.first_target ? std::to_string(*entry.first_target) : std::string("-"));
  return to_string(boost::uuids::name_generator_sha1(boost::uuids::ns::oid())(text));
}

void note_taken(Draft& draft, const Service& wanted, const ImportReport::Taken& taken) {
  if (taken.effect != Effect::unchanged) note_defined(draft, wanted);
  if (taken.first_target) note_target(draft, wanted, std::nullopt);
}

class Import {
 public:
  explicit Import(Draft& draft) : draft_(draft) {}

  void take_all(const std::vector<FileEntry>& entries) {
    std::vector<const FileEntry*> rest;
    for (const FileEntry& entry : entries) rest.push_back(&entry);
    // One that closes a circle with what another is about to give up is looked at again.
    for (std::size_t before = rest.size() + 1; rest.size() < before;) {
      before = rest.size();
      std::erase_if(rest, [this](const FileEntry* entry) {
        if (is_noted(*entry) || !closes_circle(draft_, entry->definition)) {
          take(*entry);
          return true;
        }
        return false;
      });
    }
    for (const FileEntry* entry : rest) {
      report_.passed_over.push_back(
          {entry->definition.name, fmt::format("services would wait for each other for ever: {}",
                                               *closes_circle(draft_, entry->definition))});
    }
  }

  void miss_entries(const std::vector<FileEntry>& entries) {
    std::set<ServiceName> gone;
    for (const auto& [name, hash] : draft_.state().file_entries) {
      if (hash != kGone) gone.insert(name);
    }
    for (const FileEntry& entry : entries) gone.erase(entry.definition.name);
    for (const ServiceName& name : gone) {
      draft_.note_file_entry(name, std::string(kGone));
      if (draft_.find(name) != nullptr) report_.gone.push_back(name);
    }
  }

  void share(const SharedResources& declared) {
    const auto before = draft_.state().shared;
    SharedResources after = declared;
    // A declaration that is there counts more than one that was.
    SharedResources rest = still_shared(*before, draft_.state().services);
    after.networks.merge(rest.networks);
    after.volumes.merge(rest.volumes);
    compare(What::network, before->networks, after.networks);
    compare(What::volume, before->volumes, after.volumes);
    draft_.share(std::move(after));
  }

  ImportReport report() { return std::move(report_); }

 private:
  bool is_noted(const FileEntry& entry) const {
    const auto noted = draft_.state().file_entries.find(entry.definition.name);
    return noted != draft_.state().file_entries.end() && noted->second == entry_hash(entry);
  }

  void take(const FileEntry& entry) {
    const ServiceName& name = entry.definition.name;
    const Service* recorded = draft_.find(name);
    if (is_noted(entry)) {
      leave(entry, recorded);
      return;
    }

    Service wanted = recorded != nullptr ? *recorded : first_record(entry.definition, draft_.now());
    ImportReport::Taken taken{.service = name, .effect = Effect::unchanged};
    if (!wanted.desired) wanted.desired = taken.first_target = entry.first_target;
    if (auto obstacle = obstacle_to(entry, wanted)) {
      report_.passed_over.push_back({name, *std::move(obstacle)});
      return;
    }

    if (recorded == nullptr) {
      taken.effect = Effect::created;
    } else if (recorded->definition != entry.definition) {
      taken.effect = Effect::changed;
      revise(wanted, entry.definition, draft_.now());
    }
    note_taken(draft_, wanted, taken);
    if (recorded == nullptr) {
      draft_.put(std::move(wanted));
    } else if (wanted != *recorded) {
      wanted.generation = next(wanted.generation);
      draft_.put(std::move(wanted));
    }
    draft_.note_file_entry(name, entry_hash(entry));
    report_.taken.push_back(std::move(taken));
  }

  static std::optional<std::string> obstacle_to(const FileEntry& entry, const Service& wanted) {
    if (wanted.removing) return "the service of that name is being removed";
    auto obstacle = exceeds_ports(entry.definition, wanted.desired, wanted.vacated);
    if (obstacle) *obstacle += fmt::format(", and the target is {}", *wanted.desired);
    return obstacle;
  }

  void leave(const FileEntry& entry, const Service* recorded) {
    const ServiceName& name = entry.definition.name;
    if (recorded == nullptr || recorded->removing) {
      report_.kept.push_back({name, "it was deleted over the API, and the entry did not change"});
    } else if (recorded->definition != entry.definition) {
      report_.kept.push_back(
          {name,
           "its definition was changed over the API or by a rollback, and the entry did not "
           "change"});
    } else {
      report_.unchanged.push_back(name);
    }
  }

  template <class Specs>
  void compare(What what, const Specs& before, const Specs& after) {
    for (const auto& [name, spec] : after) {
      const auto found = before.find(name);
      if (found == before.end()) {
        report_.shared.push_back({what, name, SharedChange::created});
      } else if (found->second != spec) {
        report_.shared.push_back({what, name, SharedChange::changed});
      }
    }
    for (const auto& [name, spec] : before) {
      if (!after.contains(name)) report_.shared.push_back({what, name, SharedChange::removed});
    }
  }

  Draft& draft_;
  ImportReport report_;
};

std::string_view describe(Effect effect) {
  switch (effect) {
    case Effect::created:
      return "a new service";
    case Effect::changed:
      return "a new definition";
    case Effect::unchanged:
      return "the service was like that already";
  }
  return "";
}

// "label 2 (web, db)", or nothing when there are none.
template <class Items, class Name>
void add_group(std::string& text, std::string_view label, const Items& items, Name name) {
  if (items.empty()) return;
  std::vector<std::string_view> names;
  for (const auto& item : items) names.push_back(name(item));
  text += fmt::format("{}{} {} ({})", text.empty() ? "" : ", ", items.size(), label,
                      fmt::join(names, ", "));
}

}  // namespace

bool ImportReport::changes_anything() const {
  const bool takes = std::ranges::any_of(taken, [](const Taken& entry) {
    return entry.effect != Effect::unchanged || entry.first_target.has_value();
  });
  return takes || !shared.empty();
}

std::string_view to_string(What what) { return what == What::network ? "network" : "volume"; }

std::string_view to_string(SharedChange change) {
  switch (change) {
    case SharedChange::created:
      return "created";
    case SharedChange::changed:
      return "changed";
    case SharedChange::removed:
      return "removed";
  }
  return "";
}

ImportReport import_declarations(Draft& draft, const Declarations& declared) {
  const std::string author = draft.author();
  draft.act_as("service file");
  Import import(draft);
  import.take_all(declared.entries);
  import.miss_entries(declared.entries);
  import.share(declared.shared);
  draft.act_as(author);
  return import.report();
}

std::vector<std::string> describe(const ImportReport& report) {
  std::vector<std::string> lines;
  for (const ImportReport::Taken& entry : report.taken) {
    std::string line = fmt::format("[{}] taken from the service file: {}", entry.service.str(),
                                   describe(entry.effect));
    if (entry.first_target) line += fmt::format("; the target is {}", *entry.first_target);
    lines.push_back(std::move(line));
  }
  for (const ImportReport::Left& entry : report.kept) {
    lines.push_back(fmt::format("[{}] stays as it is: {}", entry.service.str(), entry.why));
  }
  for (const ImportReport::Left& entry : report.passed_over) {
    lines.push_back(fmt::format("[{}] passed over: {}", entry.service.str(), entry.why));
  }
  for (const ServiceName& name : report.gone) {
    lines.push_back(fmt::format(
        "[{}] is no longer in the service file and stays as it is; DELETE /service/{} ends it",
        name.str(), name.str()));
  }
  for (const ImportReport::Shared& shared : report.shared) {
    lines.push_back(fmt::format("the declaration of {} {} was {}", to_string(shared.what),
                                shared.name, to_string(shared.change)));
  }
  return lines;
}

std::string summary(const ImportReport& report) {
  const auto by_service = [](const auto& item) -> std::string_view { return item.service.str(); };
  const auto by_name = [](const ServiceName& name) -> std::string_view { return name.str(); };
  std::string text;
  add_group(text, "taken", report.taken, by_service);
  if (!report.unchanged.empty()) {
    text += fmt::format("{}{} unchanged", text.empty() ? "" : ", ", report.unchanged.size());
  }
  add_group(text, "kept as they are", report.kept, by_service);
  add_group(text, "passed over", report.passed_over, by_service);
  add_group(text, "gone from the file", report.gone, by_name);
  add_group(text, "shared changed", report.shared,
            [](const ImportReport::Shared& shared) -> std::string_view { return shared.name; });
  return text.empty() ? "nothing is declared" : text;
}

}  // namespace genisys::state
