// Durable truth. An acknowledged write survives SIGKILL and power loss; a refused one changes
// nothing.
//
// A write is a function on a Draft: it runs on the logic thread, against the newest durable state
// plus the changes of the same batch, decides there whether it applies, and is acknowledged when
// its batch is on disk. Many concurrent writers thus share one fsync, and none ever decides on a
// state that is later rolled back.
//
// The journal goes with the writes: what a change notes on its Draft is in its transaction. What
// happened without a write (Store::note) joins the next one.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "state/clock.hpp"
#include "state/draft.hpp"
#include "state/journal.hpp"
#include "state/model.hpp"

namespace genisys::state {

enum class StoreFault {
  full,         // no space left: 507
  unavailable,  // read-only, I/O error: 503
  closed,       // the program is ending: 503
};

// The write did not become durable, and nothing of it remains.
class StoreError : public std::runtime_error {
 public:
  StoreError(StoreFault fault, const std::string& what) : std::runtime_error(what), fault_(fault) {}
  StoreFault fault() const { return fault_; }

 private:
  StoreFault fault_;
};

// Must not suspend, block or throw; called exactly once. It reports to its caller through what it
// captured (see commands.hpp for the writes there are).
using Change = std::function<void(Draft&)>;

// Used on the logic thread. Destroyed after everything that writes; close() first.
class Store {
 public:
  virtual ~Store() = default;

  // The newest durable state. Never null.
  virtual SnapshotPtr snapshot() const = 0;

  // Returns when the change, and every change it was decided upon, is durable. Throws StoreError
  // when the batch failed: then nothing of it is recorded. A change that touches nothing costs no
  // disk write of its own.
  virtual boost::asio::awaitable<void> commit(Change change) = 0;

  // Reserves the next `count` values of the status index, durably, and returns the first of them.
  virtual boost::asio::awaitable<Index> reserve_indexes(std::uint64_t count) = 0;

  // Called on the logic thread after a batch became durable, before its writers resume, with the
  // names of the services it touched; not for a batch that touched none. One listener.
  virtual void on_durable(std::function<void(const std::set<ServiceName>&)> listener) = 0;

  // Appends to the journal soon: with the next batch, or in one of its own when none comes within
  // a fraction of a second. An unset `at` becomes the present. Never fails its caller: after a
  // failed write the entry waits for a later one. The bounded number that waits loses its oldest
  // first, and close() writes it; until the entry is written, the end of the process loses it.
  virtual void note(JournalEntry entry) = 0;

  // Entries that are durable, always by ascending id. Does not hold up the logic thread. Throws
  // StoreError when they cannot be read.
  virtual boost::asio::awaitable<std::vector<JournalEntry>> journal(JournalQuery query) = 0;

  // The highest id that is durable, or ever was; 0: none.
  virtual std::uint64_t last_entry() const = 0;

  // Resumes when last_entry() is above `seen` (true), at `deadline`, or when the store closes
  // (false). Many may wait at once.
  virtual boost::asio::awaitable<bool> journal_grows(std::uint64_t seen, TimePoint deadline) = 0;
};

}  // namespace genisys::state
