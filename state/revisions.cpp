#include "state/revisions.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace genisys::state {

namespace {

constexpr std::size_t kRevisionsKept = 10;

void keep(Service& service, RevisionHistory history) {
  const std::size_t surplus = history.size() - std::min(history.size(), kRevisionsKept);
  const auto newest = history.begin() + static_cast<std::ptrdiff_t>(surplus);
  history.erase(std::remove_if(history.begin(), newest,
                               [&](const RevisionRecord& record) {
                                 return record.revision != service.stable;
                               }),
                newest);
  service.revisions = std::make_shared<const RevisionHistory>(std::move(history));
}

}  // namespace

Service first_record(const Definition& definition, WallTime now) {
  Service service{definition};
  keep(service, {{service.revision, std::make_shared<const Definition>(definition), now}});
  return service;
}

void revise(Service& service, const Definition& definition, WallTime now) {
  RevisionHistory history = *history_of(service);
  service.revision = next(service.revision);
  service.definition = definition;
  service.rolled_back = false;
  history.push_back({service.revision, std::make_shared<const Definition>(definition), now});
  keep(service, std::move(history));
}

void take_for_stable(Service& service, Revision revision) {
  service.stable = revision;
  keep(service, *history_of(service));
}

std::shared_ptr<const RevisionHistory> history_of(const Service& service) {
  if (service.revisions != nullptr && !service.revisions->empty()) return service.revisions;
  return std::make_shared<const RevisionHistory>(RevisionHistory{
      {service.revision, std::make_shared<const Definition>(service.definition), {}}});
}

const RevisionRecord* find_revision(const RevisionHistory& history, Revision revision) {
  const auto found = std::find_if(
      history.begin(), history.end(),
      [revision](const RevisionRecord& record) { return record.revision == revision; });
  return found == history.end() ? nullptr : &*found;
}

std::optional<Revision> revision_to_go_back_to(const Service& service) {
  if (service.stable && *service.stable != service.revision) return service.stable;
  const auto history = history_of(service);
  if (history->size() < 2) return std::nullopt;
  return std::prev(history->end(), 2)->revision;
}

}  // namespace genisys::state
