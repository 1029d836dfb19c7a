#include "state/store.hpp"

#include <utility>

namespace genisys::state {

void Draft::put(Service service) {
  auto after = std::make_shared<const Service>(std::move(service));
  record(after->name(), after);
}

void Draft::erase(const ServiceName& name) {
  if (find(name) != nullptr) record(name, nullptr);
}

void Draft::note_file_entry(const ServiceName& name, std::string spec_hash) {
  const auto found = state_.file_entries.find(name);
  FileStep step{name, std::nullopt};
  if (found != state_.file_entries.end()) step.before = found->second;
  file_steps_.push_back(std::move(step));
  touched_file_entries_.insert(name);
  state_.file_entries.insert_or_assign(name, std::move(spec_hash));
}

void Draft::roll_back_to(Mark mark) {
  while (steps_.size() > mark.steps) {
    restore(steps_.back().name, steps_.back().before);
    steps_.pop_back();
  }
  while (file_steps_.size() > mark.file_steps) {
    FileStep& step = file_steps_.back();
    if (step.before) {
      state_.file_entries.insert_or_assign(step.name, std::move(*step.before));
    } else {
      state_.file_entries.erase(step.name);
    }
    file_steps_.pop_back();
  }
  touched_services_.clear();
  for (const Step& step : steps_) touched_services_.insert(step.name);
  touched_file_entries_.clear();
  for (const FileStep& step : file_steps_) touched_file_entries_.insert(step.name);
}

// `name` may be a reference into what the draft holds: it is copied before anything is let go.
void Draft::record(const ServiceName& name, std::shared_ptr<const Service> after) {
  const auto found = state_.services.find(name);
  Step step{name, found == state_.services.end() ? nullptr : found->second, std::move(after)};
  touched_services_.insert(step.name);
  restore(step.name, step.after);
  steps_.push_back(std::move(step));
}

void Draft::restore(const ServiceName& name, const std::shared_ptr<const Service>& service) {
  if (service == nullptr) {
    state_.services.erase(name);
  } else {
    state_.services.insert_or_assign(name, service);
  }
}

}  // namespace genisys::state
