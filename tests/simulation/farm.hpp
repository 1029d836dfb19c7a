// The whole reconciling program without its edges: the real loop, observer, planner and executor
// over a fake engine, a store in memory and a clock that moves on command. The connector can be
// killed and started again at any moment, between two steps or at any of its operations; everything
// volatile is lost then, the engine and what is on the disk live on. A referee watches every step.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/loop.hpp"
#include "controller/reconciler.hpp"
#include "state/commands.hpp"
#include "state/status_board.hpp"
#include "tests/fakes/fake_engine.hpp"
#include "tests/fakes/manual_clock.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/simulation/engine_link.hpp"
#include "tests/simulation/ledger.hpp"
#include "tests/simulation/referee.hpp"

namespace genisys::simulation {

class Farm final : private Witness {
 public:
  explicit Farm(std::uint64_t seed = 1);
  ~Farm() override;
  Farm(const Farm&) = delete;
  Farm& operator=(const Farm&) = delete;

  // ---- the connector's life
  void start_connector();
  // SIGKILL: what it was doing is abandoned where it was; the engine goes on with what had begun.
  void kill_connector();
  // The same at the connector's n-th operation from now on, a call of the engine or a write.
  void kill_connector_at(std::uint32_t operation, Kill when);
  void spare_connector();
  bool connector_is_up() const { return connector_ != nullptr; }
  // It has seen a whole list.
  bool has_looked() const;
  // Called after every kill, however it came.
  void on_kill(std::function<void()> hears) { on_kill_ = std::move(hears); }

  // ---- what may go wrong
  void set_faults(fakes::FaultHook faults);
  void set_event_faults(std::function<fakes::EventFeed::Delivery(const docker::Event&)> faults);
  // Asked at each write of the store; nothing: it succeeds.
  using WriteFaults = std::function<std::optional<state::StoreFault>()>;
  void set_write_faults(WriteFaults faults) { write_faults_ = std::move(faults); }
  // Lists show nothing of what is there, until told otherwise.
  void let_engine_lie(bool lies);

  // ---- what is wanted, as a client that waits for no answer: acknowledged or refused some time
  void send(Wish wish);

  // ---- what is wanted; acknowledged when these return
  void declare(std::string_view service, std::string_view image = "app:1");
  void redefine(std::string_view service, std::string_view image);
  void redefine(const state::Definition& definition);
  void register_as(const state::Definition& definition);
  // What services share, all of it.
  void share(state::SharedResources shared);
  void pause(std::string_view service);
  void resume(std::string_view service);
  void reset_backoff(std::string_view service);
  // A target, and the slots that shall be given up for it.
  void vacate(std::string_view service, std::uint32_t target, std::set<std::uint32_t> slots);
  void remove_and_keep_containers(std::string_view service);
  void desire(std::string_view service, std::uint32_t target);
  void remove(std::string_view service);

  // ---- time
  // Lets `step` pass, in moments small enough that everything due happens in its order.
  void advance(state::Duration step);
  // Advances until every service is converged, at most `within`; returns whether that came true.
  bool converges(state::Duration within);
  // Advances until `claim` holds, at most `within`; returns whether that came true.
  bool comes_true(state::Duration within, const std::function<bool()>& claim);

  // ---- what is true
  const state::ServiceStatus* status(std::string_view service) const;
  const state::Service* record(std::string_view service) const;
  const std::set<std::string>& released() const { return store_->snapshot()->released; }
  std::vector<state::JournalEntry> journal(std::string_view service);
  // Containers of a service that the engine runs now, by label.
  int running(std::string_view service) const;
  // Those of them that are ready now, and the fewest there were since watch_ready().
  int ready(std::string_view service) const;
  void watch_ready(std::string_view service);
  int least_ready() const { return least_ready_; }
  // Ids of running containers of ours, in the order of their ids.
  std::vector<docker::ContainerId> running_ids() const;
  // Invariants that were broken, in words. Empty is good.
  std::vector<std::string> violations() const;

  // Called after every change of a container's state, besides the farm's own checks.
  void watch(std::function<void(const fakes::FakeContainer&)> watcher) {
    watcher_ = std::move(watcher);
  }
  void complain(std::string violation);

  // A container that nobody of ours may stop or remove, whatever its labels say.
  void guard(const docker::ContainerId& id) {
    untouchable_.insert(id);
    referee_.guard(id);
  }

  fakes::FakeEngine& engine() { return *engine_; }
  const fakes::FakeEngine& engine() const { return *engine_; }
  fakes::MemoryStore& store() { return *store_; }
  Referee& referee() { return referee_; }
  const Ledger& ledger() const { return ledger_; }
  // What was sent holds no more: others are about to delete it.
  void close_ledger() { ledger_ = {}; }
  fakes::ManualClock& clock() { return clock_; }
  const std::string& instance() const { return instance_; }
  // An operator (not the connector) starts a container of this service again: the count may exceed
  // the target by it for a while.
  void allow_one_by_hand(std::string_view service);

 private:
  struct Connector;

  void run_ready();
  void note_target(std::string_view service, std::uint32_t target);
  void check(const fakes::FakeContainer& changed);
  void allow_a_late_start(const fakes::FakeContainer& changed);
  // What has to hold at any moment.
  void check_moment();
  void commit(state::Change change);
  void bury();

  Kill begins(const EngineCall& call) override;
  void answered(const EngineCall& call, const docker::Error* error) override;
  Kill next_operation();
  fakes::Writing write(const state::WriteBatch& batch);
  void open_store();

  boost::asio::io_context io_;
  fakes::ManualClock clock_;
  std::unique_ptr<fakes::FakeEngine> engine_;
  std::shared_ptr<fakes::Disk> disk_ = std::make_shared<fakes::Disk>();
  std::unique_ptr<fakes::MemoryStore> store_;
  std::string instance_;
  std::uint64_t seed_;
  std::shared_ptr<Life> life_ = std::make_shared<Life>(static_cast<Witness&>(*this));
  std::unique_ptr<Connector> connector_;
  Referee referee_;
  Ledger ledger_;
  state::SnapshotPtr checked_snapshot_;
  std::uint64_t checked_version_ = 0;
  struct PlannedKill {
    std::uint32_t operations_left;
    Kill when;
  };
  std::optional<PlannedKill> planned_kill_;
  // Starts that this life asked for and has no answer to; and those that a killed one left, with
  // the time of its kill.
  std::set<docker::ContainerId> starting_;
  std::map<docker::ContainerId, state::TimePoint> left_starting_;
  WriteFaults write_faults_;
  struct Allowance {
    std::uint32_t target = 0;
    std::uint32_t earlier = 0;  // a higher target whose containers may still be ending or beginning
    std::uint32_t surge = 0;
    int by_hand = 0;
  };
  std::map<std::string, Allowance> allowed_;
  std::set<docker::ContainerId> untouchable_;
  std::string watched_;
  int least_ready_ = 0;
  std::vector<std::string> violations_;
  std::function<void(const fakes::FakeContainer&)> watcher_;
  std::function<void()> on_kill_;
};

}  // namespace genisys::simulation
