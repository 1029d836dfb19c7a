#include "state/draft.hpp"

#include <utility>

namespace genisys::state {

namespace {

// What `texts` holds under `key`, as a step remembers it.
template <class Key>
std::optional<std::string> text_at(const std::map<Key, std::string>& texts, const Key& key) {
  const auto found = texts.find(key);
  return found == texts.end() ? std::nullopt : std::optional(found->second);
}

template <class Key, class Steps>
void undo(std::map<Key, std::string>& texts, Steps& steps, std::size_t down_to,
          std::set<Key>& touched) {
  for (; steps.size() > down_to; steps.pop_back()) {
    auto& step = steps.back();
    if (step.before) {
      texts.insert_or_assign(step.key, *std::move(step.before));
    } else {
      texts.erase(step.key);
    }
  }
  touched.clear();
  for (const auto& step : steps) touched.insert(step.key);
}

}  // namespace

void Draft::put(Service service) {
  auto after = std::make_shared<const Service>(std::move(service));
  record(after->name(), after);
}

void Draft::erase(const ServiceName& name) {
  if (find(name) != nullptr) record(name, nullptr);
}

void Draft::note_file_entry(const ServiceName& name, std::string spec_hash) {
  file_steps_.push_back({name, text_at(state_.file_entries, name)});
  touched_file_entries_.insert(name);
  state_.file_entries.insert_or_assign(name, std::move(spec_hash));
}

void Draft::remember(const std::string& key, std::string text) {
  std::optional<std::string> before = text_at(state_.memory, key);
  if (before == text) return;
  memory_steps_.push_back({key, std::move(before)});
  touched_memory_.insert(key);
  state_.memory.insert_or_assign(key, std::move(text));
}

void Draft::forget_memory(const std::string& key) {
  const auto found = state_.memory.find(key);
  if (found == state_.memory.end()) return;
  memory_steps_.push_back({key, std::move(found->second)});
  touched_memory_.insert(key);
  state_.memory.erase(found);
}

void Draft::share(SharedResources shared) {
  if (*state_.shared == shared) return;
  shared_steps_.push_back(
      std::exchange(state_.shared, std::make_shared<const SharedResources>(std::move(shared))));
}

void Draft::release(const std::string& container_id) { set_released(container_id, true); }

void Draft::unrelease(const std::string& container_id) { set_released(container_id, false); }

void Draft::note(JournalEntry entry) {
  if (entry.at == WallTime{}) entry.at = now_;
  if (entry.by.empty()) entry.by = author_;
  notes_.push_back(std::move(entry));
}

bool Draft::changed_state() const {
  return !touched_services_.empty() || !touched_file_entries_.empty() || !touched_memory_.empty() ||
         !touched_released_.empty() || touched_shared();
}

Draft::Mark Draft::mark() const {
  return {steps_.size(),         file_steps_.size(),   memory_steps_.size(),
          release_steps_.size(), shared_steps_.size(), notes_.size()};
}

void Draft::roll_back_to(Mark mark) {
  for (; steps_.size() > mark.steps; steps_.pop_back()) {
    restore(steps_.back().name, steps_.back().before);
  }
  touched_services_.clear();
  for (const Step& step : steps_) touched_services_.insert(step.name);

  undo(state_.file_entries, file_steps_, mark.file_steps, touched_file_entries_);
  undo(state_.memory, memory_steps_, mark.memory_steps, touched_memory_);

  for (; release_steps_.size() > mark.release_steps; release_steps_.pop_back()) {
    const ReleaseStep& step = release_steps_.back();
    if (step.was_released) {
      state_.released.insert(step.container);
    } else {
      state_.released.erase(step.container);
    }
  }
  touched_released_.clear();
  for (const ReleaseStep& step : release_steps_) touched_released_.insert(step.container);

  for (; shared_steps_.size() > mark.shared_steps; shared_steps_.pop_back()) {
    state_.shared = std::move(shared_steps_.back());
  }

  notes_.resize(mark.notes);
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

void Draft::set_released(const std::string& container_id, bool released) {
  const bool was_released = state_.released.contains(container_id);
  if (was_released == released) return;
  release_steps_.push_back({container_id, was_released});
  touched_released_.insert(container_id);
  if (released) {
    state_.released.insert(container_id);
  } else {
    state_.released.erase(container_id);
  }
}

}  // namespace genisys::state
