// One pass: look, decide, act, tell. Level-triggered: a pass looks at the whole truth, so a lost,
// doubled or late wake-up costs time and never correctness.
//
// Logic thread only. References outlive it. Every expected failure ends up in the status, not in an
// exception.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "controller/executor.hpp"
#include "controller/observer.hpp"
#include "controller/plan.hpp"
#include "controller/recorder.hpp"
#include "controller/wakeup.hpp"
#include "state/status_board.hpp"
#include "state/store.hpp"

namespace genisys::controller {

// So many status indexes are reserved at a time: a write every so many changes, and no index twice.
inline constexpr std::uint64_t kIndexBlock = 1U << 20;

struct ReconcilerOptions {
  Policy policy = {};
  ExecutorLimits limits = {};
  std::uint64_t seed = 0;  // of the jitter; equal seeds make equal runs
  RegistryAuth registry_auth = {};
};

// What a pass did, for the loop, the metrics and the tests.
struct PassReport {
  bool engine_reached = false;
  state::Duration took = {};  // engine calls included
  std::size_t containers = 0;
  std::size_t actions = 0;
  std::optional<state::TimePoint> wake_at = {};
};

class Reconciler {
 public:
  Reconciler(boost::asio::any_io_executor executor, state::Store& store, state::StatusBoard& board,
             docker::Engine& engine, state::Clock& clock, ReconcilerOptions options,
             std::function<void(Urgency)> wake);

  boost::asio::awaitable<PassReport> pass();

  // Writes what the passes have learnt, until it is cancelled (terminal). Beside them: a disk that
  // hangs keeps nobody from healing.
  boost::asio::awaitable<void> keep_records();

  // What would be done if `wanted` were recorded, the world being as last seen. Changes nothing.
  std::vector<state::PlannedAction> preview(const state::Snapshot& wanted) const;

  // Of the pass under way, or since the end of the last one.
  struct Progress {
    bool is_under_way = false;
    state::TimePoint since = {};
    std::string_view stage = {};  // "looking at the engine"
    bool waits_for_engine = false;
  };
  const Progress& progress() const { return progress_; }
  std::vector<UnderWay> acts_under_way() const { return executor_.under_way(); }

  Observer& observer() { return observer_; }
  Executor& executor() { return executor_; }

  struct Counters {
    std::uint64_t passes = 0;
    std::map<std::string, std::uint64_t> acts;      // by kind
    std::map<std::string, std::uint64_t> failures;  // by kind
  };
  const Counters& counters() const { return counters_; }

 private:
  class PassEnd;

  // Plans from the world as it is known now and publishes the statuses. Does not suspend.
  Plan decide();
  boost::asio::awaitable<void> reserve_indexes();
  // Says what somebody else did, and asks about images that are in somebody's way.
  void look_around();
  void remember_doubts(const Plan& plan);
  std::vector<InFlight> under_way() const;
  void act_ended(const Action& action, const InFlight& about, const Outcome& outcome);
  void learn(const Action& action, const Outcome& outcome);
  void learn_failure(const Action& action, const Outcome& outcome);
  void learn_held_name(const Action& action);
  bool works_on(const docker::ContainerId& id) const;
  bool ends(const docker::ContainerId& id) const;
  bool still_wanted(const Action& action) const;
  std::string masked(const Action& action, std::string text) const;
  void learn_pull(const PullImage& pull, const Outcome& outcome);
  void learn_preparation(const PrepareResource& prepared, const Outcome& outcome);
  boost::asio::awaitable<std::string> record(Action action);
  double jitter();

  state::Store& store_;
  state::StatusBoard& board_;
  state::Clock& clock_;
  ReconcilerOptions options_;
  std::function<void(Urgency)> wake_;
  std::string instance_;
  std::mt19937_64 random_;
  Wanted wanted_;
  Recorder recorder_;
  Wakeup learnt_;  // there may be something to write
  History history_;
  std::map<docker::ContainerId, state::TimePoint> look_at_;  // of the last plan
  // Acts that ended: still "under way" for a plan made from a world that was looked at before their
  // end.
  std::vector<InFlight> settling_;
  std::map<state::ServiceName, state::ServiceStatus> published_;
  Counters counters_;
  Progress progress_;
  Observer observer_;
  Executor executor_;  // last: its acts refer to everything above
};

}  // namespace genisys::controller
