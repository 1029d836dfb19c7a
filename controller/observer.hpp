// Keeps the World up to date: a whole list when it must, a list of single containers when it knows
// which ones changed, and the engine's events to know that. What it can't see it leaves as it was,
// and says so (World::reachable).
//
// Two events are more than hints. The engine tells of an end (`die`) before its list shows it (a
// tenth of a second and more later: it cleans up first), so a container that died counts as ended
// at once, and a list that says otherwise is asked again. Likewise one that had ended and was told
// to have started again.
//
// A whole list that is hard to believe is not taken over before a second one says the same
// (plausibility.hpp, World::doubt).
//
// Logic thread only. watch() runs as long as the program; refresh() is called by a pass, one at a
// time.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "controller/plausibility.hpp"
#include "controller/world.hpp"
#include "docker/engine.hpp"
#include "state/clock.hpp"

namespace genisys::controller {

// How urgently something wants to be looked at.
enum class Urgency {
  now,   // something ended or changed that nobody here did
  soon,  // worth a look when convenient
};

class Observer {
 public:
  // `wake` is called whenever there is something to look at, `changed` when the World changed while
  // a look may be waiting for the engine. `works_on` tells whether an act of ours on a container is
  // under way: its events are expected and wake nobody. `ends`: whether that act stops or removes
  // it, so that its absence is no surprise; unset: every act does.
  Observer(docker::Engine& engine, state::Clock& clock, std::string instance,
           state::Duration second_look, std::function<void(Urgency)> wake,
           std::function<void()> changed, std::function<bool(const docker::ContainerId&)> works_on,
           std::function<bool(const docker::ContainerId&)> ends = {});

  const World& world() const { return world_; }

  // The next whole look asks whether these images are on the engine, too.
  void ask_about(std::set<std::string> images) { images_ = std::move(images); }

  // Containers of ours that somebody else removed, since this was asked last.
  struct Vanished {
    Identity identity;
    docker::ContainerId id;
  };
  std::vector<Vanished> take_vanished() { return std::exchange(vanished_, {}); }

  // One container may have changed, or all.
  void mark(const docker::ContainerId& id) { dirty_.insert(id); }
  void mark_all() { all_dirty_ = true; }
  // An act of ours ended it, and leaves it: a list that is older says that it runs, and whoever
  // believed that would stop it again and again.
  void note_stopped(const docker::ContainerId& id);

  // Looks at what is marked. World::reachable says whether that succeeded; when it did not, the
  // marks stay.
  boost::asio::awaitable<void> refresh();

  // Subscribes, follows the events, and subscribes again when they end. Ends by cancellation only.
  boost::asio::awaitable<void> watch();

  std::uint64_t lists() const { return lists_; }
  std::uint64_t events() const { return events_; }
  std::uint64_t reconnects() const { return reconnects_; }

 private:
  // The signals somebody sent to a container in its present run.
  struct Signals {
    bool graceful = false;
    bool kill = false;
  };

  struct Death {
    state::TimePoint at;
    docker::EngineTime time;
    std::optional<int> exit_code;
  };

  // A whole picture that was not believed at the first look.
  struct Suspicion {
    OwnContainers shown;
    state::TimePoint look_again;
  };

  boost::asio::awaitable<docker::Error> follow(docker::EventStream& stream);
  bool is_believable(const std::vector<docker::Container>& listed);
  OwnContainers own_containers() const;
  void note_vanished(const Seen& seen);
  boost::asio::awaitable<void> look_at_images();
  void handle(const docker::Event& event);
  void take(docker::Container container, state::TimePoint now);
  boost::asio::awaitable<bool> inspect_new();
  void lose(const docker::Error& error);
  void note_end(const docker::Event& event);
  void note_restart(const docker::ContainerId& id);
  bool is_older_than_its_start(const docker::Container& container, state::TimePoint now) const;
  // What is told of the death of a container that a list does not show yet.
  static void apply(const Death& death, docker::Container& container);
  Hand hand_on(const docker::Container& container) const;

  docker::Engine& engine_;
  state::Clock& clock_;
  std::string instance_;
  state::Duration second_look_;
  std::function<void(Urgency)> wake_;
  std::function<void()> changed_;
  std::function<bool(const docker::ContainerId&)> works_on_;
  std::function<bool(const docker::ContainerId&)> ends_;
  World world_;
  std::set<docker::ContainerId> dirty_;
  bool all_dirty_ = true;
  std::set<docker::ContainerId>
      uninspected_;  // ours, whose details are not known for their present state
  std::map<docker::ContainerId, Signals> signals_;
  std::map<docker::ContainerId, state::TimePoint>
      restarted_;                              // a start was told since the last look
  std::map<docker::ContainerId, Death> died_;  // told by an event, not yet by a list
  std::set<docker::ContainerId>
      explained_;  // removed, and somebody said so; since the last whole look
  std::optional<Suspicion> suspicion_;
  bool reconnected_ = false;  // the events were cut off since the last whole look
  bool after_outage_ =
      false;  // …and so what this look shows to have ended may be the engine's doing
  std::set<std::string> images_;
  std::vector<Vanished> vanished_;
  bool looking_ = false;
  std::uint64_t lists_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t reconnects_ = 0;
};

}  // namespace genisys::controller
