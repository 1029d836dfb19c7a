// What the controller writes to the store, and nobody else does: what it must remember over its own
// restart, what it saw and did, and the acts that concern the store alone. The reconciler needs
// none of it to go on: when the store fails, that is said, and tried again.
//
// Logic thread only. The store and the history outlive it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "controller/executor.hpp"
#include "controller/memory.hpp"
#include "controller/observer.hpp"
#include "controller/plan.hpp"
#include "state/journal.hpp"
#include "state/store.hpp"

namespace genisys::controller {

class Recorder {
 public:
  Recorder(state::Store& store, state::Clock& clock) : store_(store), clock_(clock) {}

  // What was remembered, as the history to begin with.
  History recall();

  // Records what has changed since the last time, and forgets containers that were let go and are
  // no longer there. Returns when that is durable, or could not be made so.
  boost::asio::awaitable<void> remember(const History& history, const World& world);

  // RollBack, MarkStable, ForgetService, if the service still is of the action's generation. Empty
  // when it was done, or is not wanted any more; else why it could not be. A roll-back also notes
  // in `history` what was given up.
  boost::asio::awaitable<std::string> carry_out(Action action, History& history);

  // The journal: entries are durable soon.
  void note(std::vector<state::JournalEntry> entries);
  void note_act(const Action& action, const InFlight& about, const Outcome& outcome);
  // With the memory of it (remember()), so that each end is told once, whenever the connector is
  // killed.
  void note_end(const Action& action, const Seen& seen, const Outcome& outcome);
  void note_vanished(const Observer::Vanished& vanished);
  // Once for each change.
  void note_reachability(const World& world);

 private:
  struct Lesson;

  std::vector<Lesson> lessons(const History& history) const;
  boost::asio::awaitable<std::string> commit(state::Change change);

  state::Store& store_;
  state::Clock& clock_;
  History recorded_;                       // as the store has it
  std::vector<state::JournalEntry> ends_;  // to be noted
  bool was_reachable_ = true;
  bool has_failed_ = false;  // the last write of memory did
};

}  // namespace genisys::controller
