// A Docker engine in memory, for the tests of whatever sees engines through docker::Engine.
//
// It behaves as dockerd does where docker/engine.hpp makes a claim (one contract suite runs on
// both), and has what no real engine has: an operator on command (FakeHost), faults on command, and
// a log of what was done to whom. It knows nothing of restart policies, and of networks and volumes
// no more than which there are and who uses them.
//
// Thread: the executor's. Time: the clock's alone, so that a ManualClock drives it; without
// latencies a call still suspends, so interleavings are real. Cancelling a call (terminal) abandons
// it: what had begun goes on. The clock outlives the engine; the engine outlives its calls, not its
// event streams.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "docker/engine.hpp"
#include "tests/fakes/fake_host.hpp"
#include "tests/fakes/fault.hpp"

namespace genisys::fakes {

enum class LiveRestore { no, yes };

// A stop or remove that reached the engine while its container was there, whatever came of it.
struct DestructiveCall {
  Operation operation;
  docker::ContainerId id;
  std::string name;
  std::map<std::string, std::string> labels;
  docker::ContainerState state;  // before the call
  state::TimePoint at;
};

class FakeEngine final : public docker::Engine, public FakeHost {
 public:
  FakeEngine(boost::asio::any_io_executor executor, state::Clock& clock);

  // --- Faults
  // -------------------------------------------------------------------------------------

  // The next call of `operation` fails so; several queue up. Comes before the hook.
  void fail_next(Operation operation, docker::ErrorKind kind, Effect effect = Effect::before);
  void set_fault_hook(FaultHook hook) { fault_hook_ = std::move(hook); }

  // How long the calls of an operation take. A start or removal is visibly under way for that long.
  void set_latency(Operation operation, state::Duration latency) {
    latencies_[operation] = latency;
  }

  // Pulls of what matches `pattern` (`*`: any text) fail so from now on; nullopt: they succeed
  // again.
  void set_pull_failure(std::string pattern, std::optional<docker::Error> failure);

  // Changes what every list shows, after it was made and filtered: an implausible or an old
  // picture.
  void set_list_hook(std::function<void(std::vector<docker::Container>&)> hook) {
    list_hook_ = std::move(hook);
  }

  // Who answers info().
  void set_info(docker::EngineInfo info) { info_ = std::move(info); }

  // --- The engine's life
  // --------------------------------------------------------------------------

  // SIGTERM: containers end as `exited` 137 (not with live-restore), then calls, also those in
  // flight, are `unreachable` and streams end.
  void stop_engine(LiveRestore live_restore = LiveRestore::no);
  // SIGKILL: programs go on, at the next start of the engine they end as `exited` 137 (not with
  // live-restore). Starts in flight become `wrecks` (absent: as if they had not begun), removals in
  // flight leave `dead` containers.
  void crash_engine(std::optional<Wreck> wrecks = {}, LiveRestore live_restore = LiveRestore::no);
  // Answers from `boot` on; until then calls connect and wait.
  void start_engine(state::Duration boot = {});
  bool is_up() const { return phase_ != Phase::down; }

  // SIGSTOP and SIGCONT: calls connect and end in `timeout` when their deadline comes first.
  void hang();
  void resume();

  // --- What was called
  // ----------------------------------------------------------------------------

  std::uint64_t calls(Operation operation) const;
  // Calls that were begun and did not end yet, and how many that were at most at any time.
  int in_flight() const { return flight_->now; }
  int peak_in_flight() const { return flight_->peak; }
  const std::vector<DestructiveCall>& destructive_calls() const { return destructive_calls_; }

  // --- docker::Engine
  // -----------------------------------------------------------------------------

  boost::asio::awaitable<docker::Result<docker::EngineInfo>> info() override;
  boost::asio::awaitable<docker::Result<std::vector<docker::Container>>> list(
      docker::ListFilter filter) override;
  boost::asio::awaitable<docker::Result<docker::ContainerDetail>> inspect(
      std::string id_or_name) override;
  boost::asio::awaitable<docker::Result<docker::ContainerId>> create(
      std::string name, docker::ContainerSpec spec) override;
  boost::asio::awaitable<docker::Result<void>> start(docker::ContainerId id) override;
  boost::asio::awaitable<docker::Result<void>> stop(docker::ContainerId id,
                                                    std::chrono::seconds grace) override;
  boost::asio::awaitable<docker::Result<void>> remove(docker::ContainerId id, Force force) override;
  boost::asio::awaitable<docker::Result<std::string>> logs(docker::ContainerId id,
                                                           int lines) override;
  boost::asio::awaitable<docker::Result<std::string>> image_id(std::string reference) override;
  boost::asio::awaitable<docker::Result<void>> pull(
      std::string reference, std::string registry_auth,
      std::function<void(const docker::PullProgress&)> progress) override;
  boost::asio::awaitable<docker::Result<std::vector<docker::Network>>> networks(
      std::string name) override;
  boost::asio::awaitable<docker::Result<void>> create_network(
      docker::NetworkConfig config) override;
  boost::asio::awaitable<docker::Result<void>> remove_network(docker::Network network) override;
  boost::asio::awaitable<docker::Result<void>> connect(std::string network,
                                                       docker::ContainerId container,
                                                       docker::Endpoint endpoint) override;
  boost::asio::awaitable<docker::Result<docker::Volume>> volume(std::string name) override;
  boost::asio::awaitable<docker::Result<void>> create_volume(docker::Volume volume) override;
  boost::asio::awaitable<docker::Result<void>> remove_volume(std::string name) override;
  boost::asio::awaitable<docker::Result<std::unique_ptr<docker::EventStream>>> subscribe() override;

 private:
  enum class Phase { answering, silent, down };

  class Call;

  boost::asio::awaitable<std::optional<docker::Error>> admit(Call& call, state::Duration latency);
  boost::asio::awaitable<std::optional<docker::Error>> answer(Call& call);
  boost::asio::awaitable<docker::Result<void>> finish(Call& call, std::shared_ptr<Pending> pending);
  // Until it is answering, or down, or the call's deadline has come.
  boost::asio::awaitable<void> wait_while_silent(const Call& call);
  template <class T>
  boost::asio::awaitable<docker::Result<T>> answer_with(Operation operation,
                                                        state::Duration allowed,
                                                        std::function<docker::Result<T>()> effect);
  boost::asio::awaitable<void> wait_until_settled(docker::ContainerId id);

  Fault next_fault(Operation operation, std::uint64_t number);
  void log_destructive(Operation operation, const docker::ContainerId& id);
  void go_down();

  docker::EngineInfo info_;
  Phase phase_ = Phase::answering;
  std::uint64_t life_ = 1;  // calls of an earlier life never learn their outcome
  bool ends_survivors_ = false;
  Timeline::Handle booted_;

  std::map<Operation, std::deque<Fault>> planned_faults_;
  FaultHook fault_hook_;
  std::map<Operation, state::Duration> latencies_;
  std::vector<std::pair<std::string, std::optional<docker::Error>>> pull_failures_;
  std::function<void(std::vector<docker::Container>&)> list_hook_;

  std::map<Operation, std::uint64_t> calls_;
  // Shared with the calls: an io_context destroys those that never ended after the engine.
  struct Flight {
    int now = 0;
    int peak = 0;
  };
  std::shared_ptr<Flight> flight_ = std::make_shared<Flight>();
  std::vector<DestructiveCall> destructive_calls_;
};

}  // namespace genisys::fakes
