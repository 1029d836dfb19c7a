// Carries acts out: one Action becomes the engine calls it stands for, each of them idempotent.
// Bounded concurrency, fair between services, but for those that keep crashing: they start when
// nobody else does. Decides nothing.
//
// Logic thread only. Lives between the reconciler, which offers, and the engine, which outlives it.
// An act is never begun after stop(). Acts under way are tracked; destroy only when it is_idle().
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controller/plan.hpp"
#include "controller/stalls.hpp"
#include "docker/engine.hpp"

namespace genisys::controller {

// Which engine call of an act failed.
enum class Step { create, join, start, stop, remove, examine, pull, prepare, record };
std::string_view to_string(Step);

// How an act ended. Without `failure` it did what it says, or found it done.
struct Outcome {
  struct Failure {
    Step step;
    docker::Error error;
  };
  std::optional<Failure> failure = {};
  // Somebody else's container has the name this act wanted to create.
  bool name_taken = false;
  // One of ours has it that is not what this act wants. Comes with `abandoned`.
  bool name_held = false;
  // The service changed meanwhile; the act ended early and nothing is wrong.
  bool abandoned = false;
  // The pull failed, and the image is on the engine all the same.
  bool image_is_here = false;
  // What an examined container wrote last.
  std::string last_words = {};
};

struct ExecutorLimits {
  std::size_t starts = 8;  // runs and starts
  // Ending a program costs the engine work; waiting for one that takes its time costs it nothing.
  // So a stop that goes on after `quick` makes room for another, up to `all_stops`.
  std::size_t stops = 16;
  std::size_t all_stops = 256;
  state::Duration quick = std::chrono::seconds(1);
  std::size_t removes = 8;
  std::size_t examinations = 4;
  // Enough that registries which stall hold up no other image. A pull costs little beside its
  // download, and how many layers are downloaded at once is the engine's own limit.
  std::size_t pulls = 16;
  std::size_t preparations = 4;
};

// The X-Registry-Auth header's value for a pull of the image; empty: anonymous. An error is the
// pull's failure.
using RegistryAuth =
    std::function<boost::asio::awaitable<docker::Result<std::string>>(std::string image)>;

struct ExecutorHooks {
  // Is what the action was decided on still so? Asked before it begins and between its engine
  // calls.
  std::function<bool(const Action&)> still_wanted;
  // The act ended. May offer anew.
  std::function<void(const Action&, const InFlight&, const Outcome&)> ended;
  // Carries out what is an act on the store alone (RollBack, MarkStable, ForgetService). Returns
  // why it could not be, empty otherwise.
  std::function<boost::asio::awaitable<std::string>(Action)> record;
  // Asked before each pull; unset: anonymous.
  RegistryAuth registry_auth = {};
  // The engine's words, or a container's, without what is secret in the service's definition.
  // Unset: as they are.
  std::function<std::string(const Action&, std::string)> masked = {};
};

class Executor {
 public:
  Executor(boost::asio::any_io_executor executor, docker::Engine& engine, const state::Clock& clock,
           std::string instance, ExecutorLimits limits, ExecutorHooks hooks);
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // Replaces what waits to begin by these actions, and begins what the limits allow.
  void offer(std::vector<Action> actions);

  // What is under way.
  std::vector<InFlight> in_flight() const;
  // The same with how long it has taken, and how long it may.
  std::vector<UnderWay> under_way() const;
  bool is_idle() const { return acts_.empty(); }
  bool has_waiting() const { return !waiting_.empty(); }
  bool works_on(const docker::ContainerId& id) const;

  // When time alone will make room for what waits; nothing when only the end of an act will.
  std::optional<state::TimePoint> room_at() const;

  // Begins nothing more. Idempotent.
  void stop();
  // Gives up waiting for the acts under way; their outcome is unknown then.
  void cancel();
  // Resumes when no act is under way, or at `deadline`; true in the first case.
  boost::asio::awaitable<bool> drained_by(state::TimePoint deadline);

 private:
  struct Act {
    Act(Action what, InFlight who, state::TimePoint when)
        : action(std::move(what)), about(std::move(who)), began(when) {}
    Action action;
    InFlight about;
    state::TimePoint began;
    boost::asio::cancellation_signal cancel;
  };
  using Acts = std::list<Act>;

  void begin_waiting();
  bool has_room(ActKind kind) const;
  bool has_room_for_a_stop() const;
  // A start of what keeps crashing, while others wait to start or are starting.
  bool must_yield(const Action& action) const;
  void begin(Action action);
  void finish(Acts::iterator act, Outcome outcome);

  boost::asio::awaitable<Outcome> perform(Act& act);
  boost::asio::awaitable<Outcome> run(Act& act);
  boost::asio::awaitable<Outcome> start(Act& act, docker::ContainerId id,
                                        std::vector<docker::Endpoint> joins);
  boost::asio::awaitable<Outcome> stop(StopContainer what);
  boost::asio::awaitable<Outcome> remove(RemoveContainer what);
  boost::asio::awaitable<Outcome> examine(docker::ContainerId id);
  boost::asio::awaitable<Outcome> pull(PullImage what);
  boost::asio::awaitable<docker::Result<void>> pull_with_credentials(std::string image);
  boost::asio::awaitable<Outcome> prepare(PrepareResource what);
  boost::asio::awaitable<Outcome> record(Action action);

  boost::asio::any_io_executor executor_;
  docker::Engine& engine_;
  const state::Clock& clock_;
  std::string instance_;
  ExecutorLimits limits_;
  ExecutorHooks hooks_;
  std::map<state::ServiceName, std::deque<Action>> waiting_;
  std::optional<state::ServiceName> last_served_;
  std::map<ActKind, std::size_t> running_;
  bool stopped_ = false;
  bool beginning_ = false;
  std::function<void()> on_drained_;
  Acts acts_;  // last: the acts refer to everything above
};

}  // namespace genisys::controller
