// Durable truth. An acknowledged write survives SIGKILL and power loss; a refused one changes
// nothing.
//
// A write is a function on a Draft: it runs on the logic thread, against the newest durable state
// plus the changes of the same batch, decides there whether it applies, and is acknowledged when
// its batch is on disk. Many concurrent writers thus share one fsync, and none ever decides on a
// state that is later rolled back.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

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

// A working copy of the state, with what was done to it. Lives for one batch.
class Draft {
 public:
  // One put or erase: null stands for "absent".
  struct Step {
    ServiceName name;
    std::shared_ptr<const Service> before;
    std::shared_ptr<const Service> after;
  };

  explicit Draft(const Snapshot& base) : state_(base) {}

  const Service* find(const ServiceName& name) const { return state_.find(name); }
  const Snapshot& state() const { return state_; }

  void put(Service service);
  void erase(const ServiceName& name);
  void note_file_entry(const ServiceName& name, std::string spec_hash);

  const std::set<ServiceName>& touched_services() const { return touched_services_; }
  const std::set<ServiceName>& touched_file_entries() const { return touched_file_entries_; }
  bool changed() const { return !touched_services_.empty() || !touched_file_entries_.empty(); }

  // Every put and erase, oldest first: who records each revision must see those that a later change
  // of the same batch replaced.
  const std::vector<Step>& steps() const { return steps_; }

  // A place to return to, so that a change that fails half way leaves nothing behind. A mark is
  // void once the draft was rolled back past it.
  struct Mark {
    std::size_t steps;
    std::size_t file_steps;
  };
  Mark mark() const { return {steps_.size(), file_steps_.size()}; }
  void roll_back_to(Mark mark);

 private:
  struct FileStep {
    ServiceName name;
    std::optional<std::string> before;
  };

  void record(const ServiceName& name, std::shared_ptr<const Service> after);
  void restore(const ServiceName& name, const std::shared_ptr<const Service>& service);

  Snapshot state_;
  std::vector<Step> steps_;
  std::vector<FileStep> file_steps_;
  std::set<ServiceName> touched_services_;
  std::set<ServiceName> touched_file_entries_;
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
  // names it touched. One listener.
  virtual void on_durable(std::function<void(const std::set<ServiceName>&)> listener) = 0;
};

}  // namespace genisys::state
