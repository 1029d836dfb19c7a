// A working copy of the state, on which writes decide. It keeps what was done to it, for whoever
// makes that durable, and can take back the last of it.
//
// No I/O. One thread at a time.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "state/journal.hpp"
#include "state/model.hpp"

namespace genisys::state {

// Lives for one batch, or for one dry run.
class Draft {
 public:
  // One put or erase: null stands for "absent".
  struct Step {
    ServiceName name;
    std::shared_ptr<const Service> before;
    std::shared_ptr<const Service> after;
  };

  // `now` is the time of everything that is recorded on it.
  explicit Draft(const Snapshot& base, WallTime now = {}) : state_(base), now_(now) {}

  const Service* find(const ServiceName& name) const { return state_.find(name); }
  const Snapshot& state() const { return state_; }
  WallTime now() const { return now_; }

  // Who asks from now on: "api", "service file", …; empty: the connector itself. A store begins
  // every change with an empty one.
  void act_as(std::string author) { author_ = std::move(author); }
  const std::string& author() const { return author_; }

  void put(Service service);
  void erase(const ServiceName& name);
  void note_file_entry(const ServiceName& name, std::string spec_hash);

  // The controller's memory (Snapshot::memory). What changes nothing touches nothing.
  void remember(const std::string& key, std::string text);
  void forget_memory(const std::string& key);

  // What services share (Snapshot::shared), all of it. What changes nothing touches nothing.
  void share(SharedResources shared);

  // Containers that are nobody's from now on, or ours again (Snapshot::released).
  void release(const std::string& container_id);
  void unrelease(const std::string& container_id);

  // Goes into the journal with what else this draft changes. An unset `at` becomes now(), an unset
  // `by` the author.
  void note(JournalEntry entry);

  const std::set<ServiceName>& touched_services() const { return touched_services_; }
  const std::set<ServiceName>& touched_file_entries() const { return touched_file_entries_; }
  const std::set<std::string>& touched_memory() const { return touched_memory_; }
  const std::set<std::string>& touched_released() const { return touched_released_; }
  bool touched_shared() const { return !shared_steps_.empty(); }
  const std::vector<JournalEntry>& notes() const { return notes_; }
  bool changed() const { return changed_state() || !notes_.empty(); }
  // Whether state() was touched.
  bool changed_state() const;

  // Every put and erase, oldest first.
  const std::vector<Step>& steps() const { return steps_; }

  // A place to return to, so that a change that fails half way leaves nothing behind. A mark is
  // void once the draft was rolled back past it.
  struct Mark {
    std::size_t steps;
    std::size_t file_steps;
    std::size_t memory_steps;
    std::size_t release_steps;
    std::size_t shared_steps;
    std::size_t notes;
  };
  Mark mark() const;
  void roll_back_to(Mark mark);

 private:
  template <class Key>
  struct TextStep {
    Key key;
    std::optional<std::string> before;  // nothing: it was absent
  };
  template <class Key>
  using TextSteps = std::vector<TextStep<Key>>;

  struct ReleaseStep {
    std::string container;
    bool was_released;
  };

  void record(const ServiceName& name, std::shared_ptr<const Service> after);
  void restore(const ServiceName& name, const std::shared_ptr<const Service>& service);
  void set_released(const std::string& container_id, bool released);

  Snapshot state_;
  WallTime now_;
  std::string author_;
  std::vector<Step> steps_;
  TextSteps<ServiceName> file_steps_;
  TextSteps<std::string> memory_steps_;
  std::vector<ReleaseStep> release_steps_;
  std::vector<std::shared_ptr<const SharedResources>> shared_steps_;  // what was before each
  std::vector<JournalEntry> notes_;
  // The keys of the steps above.
  std::set<ServiceName> touched_services_;
  std::set<ServiceName> touched_file_entries_;
  std::set<std::string> touched_memory_;
  std::set<std::string> touched_released_;
};

}  // namespace genisys::state
