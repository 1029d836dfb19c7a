// What a MemoryStore wrote: it outlives the store as a disk outlives a process, so that a test can
// end the one at any moment and open the other anew.
//
// Logic thread only.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "state/group_commit.hpp"
#include "state/journal.hpp"
#include "state/model.hpp"

namespace genisys::fakes {

class Disk {
 public:
  explicit Disk(state::Snapshot initial = {}) : state_(std::move(initial)) {
    if (state_.instance.empty()) state_.instance = "00000000-0000-4000-8000-000000000001";
  }

  // Records what the batch says, and nothing that only its writer knows.
  void record(const state::WriteBatch& batch) {
    for (const state::Draft::Step& step : batch.steps) {
      if (step.after == nullptr) {
        state_.services.erase(step.name);
      } else {
        state_.services.insert_or_assign(step.name, step.after);
      }
    }
    for (const auto& [name, hash] : batch.file_entries)
      state_.file_entries.insert_or_assign(name, hash);
    for (const auto& [key, text] : batch.memory) {
      if (text) {
        state_.memory.insert_or_assign(key, *text);
      } else {
        state_.memory.erase(key);
      }
    }
    for (const auto& [id, is_released] : batch.released) {
      if (is_released) {
        state_.released.insert(id);
      } else {
        state_.released.erase(id);
      }
    }
    if (batch.shared) state_.shared = batch.shared;
    if (batch.index_mark) index_mark_ = *batch.index_mark;
    entries_.insert(entries_.end(), batch.entries.begin(), batch.entries.end());
  }

  const state::Snapshot& state() const { return state_; }
  std::uint64_t index_mark() const { return index_mark_; }
  std::uint64_t last_entry() const { return entries_.empty() ? 0 : entries_.back().id; }
  const std::vector<state::JournalEntry>& entries() const { return entries_; }

 private:
  state::Snapshot state_;
  std::uint64_t index_mark_ = 0;
  std::vector<state::JournalEntry> entries_;
};

}  // namespace genisys::fakes
