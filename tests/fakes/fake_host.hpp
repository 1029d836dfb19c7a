// The machine on which a FakeEngine runs its containers: what exists, what happens to it by itself,
// and the hands of its operator. FakeEngine adds the calls, and what can go wrong with them.
#pragma once

#include <boost/asio/any_io_executor.hpp>
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

#include "docker/engine.hpp"
#include "docker/types.hpp"
#include "state/clock.hpp"
#include "tests/fakes/event_feed.hpp"
#include "tests/fakes/program.hpp"
#include "tests/fakes/timeline.hpp"

namespace genisys::fakes {

// What an engine that died in the middle of a start leaves behind.
enum class Wreck { created, running };

// An operation under way: several callers may await its one outcome.
struct Pending {
  std::optional<docker::Result<void>> outcome;
};

// That a container takes part in a network. The engine looks for it by its name once, and keeps to
// what it found: one that was made anew under that name is another one.
struct FakeJoin {
  std::string network;
  std::string network_id = {};  // empty: not looked for yet
  docker::Endpoint endpoint = {};
};

struct FakeNetwork {
  docker::Network network;
  docker::NetworkConfig config;
};

struct FakeContainer {
  docker::ContainerId id;
  std::string name;
  docker::ContainerSpec spec;
  std::string image_id;
  std::uint64_t number = 0;  // in the order of creation
  docker::EngineTime created = {};

  docker::ContainerState state = docker::ContainerState::created;
  docker::Health health = docker::Health::none;
  int exit_code = 0;
  std::string error = {};
  bool oom_killed = false;
  std::optional<docker::EngineTime> started_at = {};
  std::optional<docker::EngineTime> finished_at = {};
  std::vector<docker::PublishedPort> ports = {};
  std::vector<FakeJoin> joins = {};  // none: the engine's default network
  std::string output = {};
  std::optional<Wreck> wreck = {};
  Program program = {};  // of the last run

  std::shared_ptr<Pending> starting = {};
  std::shared_ptr<Pending> stopping = {};
  std::shared_ptr<Pending> removing = {};
  std::optional<state::Duration> restarts_after = {};  // `docker restart` waits for its end
  std::optional<state::TimePoint> ends_at = {};        // its own end, unless it is paused before

  // Acts that are due: the end of its run, its health, the SIGKILL after the grace, and the end of
  // what is under way.
  Timeline::Handle end = {};
  Timeline::Handle turns_healthy = {};
  Timeline::Handle stop_signal_acts = {};
  Timeline::Handle under_way = {};

  // dockerd tells of an end first and shows it in the list once it has cleaned up.
  state::TimePoint listed_running_until = {};

  bool up() const {
    return state == docker::ContainerState::running || state == docker::ContainerState::paused;
  }
};

// Single-threaded, deterministic: ids, ports and times depend on the calls and the clock alone. The
// hands act at once and may be used from anywhere on the logic thread, except from on_change. They
// throw std::invalid_argument when a container is not there: that is a mistake of the test.
class FakeHost {
 public:
  FakeHost(boost::asio::any_io_executor executor, state::Clock& clock);
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  // The operator's hands, like the docker command's verbs.
  void kill(const docker::ContainerId& id);
  void docker_stop(const docker::ContainerId& id, state::Duration grace = std::chrono::seconds(10));
  // Stops, stays exited for `pause`, then runs again.
  void docker_restart(const docker::ContainerId& id,
                      state::Duration grace = std::chrono::seconds(10),
                      state::Duration pause = std::chrono::milliseconds(200));
  void rm_force(const docker::ContainerId& id);
  void pause(const docker::ContainerId& id);
  void unpause(const docker::ContainerId& id);
  void rename(const docker::ContainerId& id, std::string name);
  // Creates and starts one, at once. Pulls its image when that is missing.
  docker::ContainerId run_foreign(std::string name, std::string image,
                                  std::map<std::string, std::string> labels = {});

  // What happens by itself.
  void exit(const docker::ContainerId& id, int code);
  void oom(const docker::ContainerId& id);
  void set_health(const docker::ContainerId& id, docker::Health health);
  void make_wreck(const docker::ContainerId& id, Wreck wreck);

  // The next start of a container runs `program` when `pattern` matches its image, its name or its
  // command (words joined by a space). `*` stands for any text; of several the latest rule wins.
  void set_command_behaviour(std::string pattern, Program program);

  // For so long after an end the list still says `running`.
  void set_list_lag(state::Duration lag) { list_lag_ = lag; }

  // Images. Text without a tag means `:latest`.
  void add_image(const std::string& reference);
  void remove_image(const std::string& reference);
  // Lets the tag mean another image: containers of the old one are then listed with its id.
  void move_tag(const std::string& reference);
  bool has_image(const std::string& reference) const;

  // Networks and volumes, by the operator's hand. As on a real engine, nobody can take away a
  // network that a running container takes part in, nor a volume that a container mounts.
  void make_network_by_hand(docker::NetworkConfig config);
  // Another of the same name, as an engine makes that is asked for two at once.
  void make_twin_network(const std::string& name);
  void rm_network(const std::string& name);
  void make_volume_by_hand(docker::Volume volume);
  void rm_volume(const std::string& name);

  // A process outside of any container that listens on this port of all addresses.
  void occupy_port(std::uint16_t port) { occupied_ports_.insert(port); }
  void release_port(std::uint16_t port) { occupied_ports_.erase(port); }

  // What exists, for assertions. find() is null when it is gone.
  const std::map<docker::ContainerId, FakeContainer>& containers() const { return containers_; }
  const FakeContainer* find(const docker::ContainerId& id) const;
  const FakeContainer* find_named(std::string_view name) const;
  // The first of the name.
  const FakeNetwork* find_network(std::string_view name) const;
  std::vector<docker::Network> networks_named(std::string_view name) const;
  const docker::Volume* find_volume(std::string_view name) const;

  // How many containers with this label run now, and ran at most at any time.
  int running(const std::string& label, const std::string& value) const;
  int peak_running(const std::string& label, const std::string& value) const;

  // Called after every change of a container's state, with the container as it then is (a removed
  // one: still `removing`, but no longer found). Looks only: it must not change anything.
  void on_change(std::function<void(const FakeContainer&)> observer) {
    observer_ = std::move(observer);
  }

  // The events, and what may go wrong with them.
  EventFeed& events() { return events_; }

 protected:
  ~FakeHost() = default;

  // The engine's verbs. Those that return Pending go on without the caller; `lasts` is how long.
  docker::Result<docker::ContainerId> make(std::string name, docker::ContainerSpec spec);
  std::shared_ptr<Pending> begin_start(const docker::ContainerId& id, state::Duration lasts);
  std::shared_ptr<Pending> begin_stop(const docker::ContainerId& id, state::Duration grace);
  std::shared_ptr<Pending> begin_remove(const docker::ContainerId& id, docker::Engine::Force force,
                                        state::Duration lasts);
  docker::Result<FakeContainer*> look_up(const std::string& id_or_name);
  docker::Result<std::string> id_of_image(const std::string& reference) const;
  // Whether the name is free is looked at before: two of one name can be made.
  docker::Result<void> check_network_name(const std::string& name) const;
  docker::Result<void> make_network(docker::NetworkConfig config);
  docker::Result<void> erase_network(const std::string& id);
  docker::Result<void> join(const std::string& network, const docker::ContainerId& id,
                            docker::Endpoint endpoint);
  docker::Result<void> make_volume(docker::Volume volume);
  docker::Result<void> erase_volume(const std::string& name);
  docker::Container as_listed(const FakeContainer& container) const;

  // The engine stops gracefully, or dies, or boots. Dying leaves what was under way as `wrecks`
  // says: absent, as if it had not begun.
  void end_all_runs();
  void drop_what_is_under_way(std::optional<Wreck> wrecks);

  FakeContainer* find_mutable(const docker::ContainerId& id);
  Timeline& timeline() { return timeline_; }
  Notifier& changed() { return changed_; }

 private:
  FakeContainer& get(const docker::ContainerId& id);
  docker::EngineTime tick();
  void emit(const FakeContainer& container, docker::EventAction action, std::string signal = {});
  void transition(FakeContainer& container, docker::ContainerState state);
  void count(const FakeContainer& container, int by);

  docker::Result<void> start_now(FakeContainer& container);
  docker::Result<void> fail_start(FakeContainer& container, StartFailure failure);
  void add_default_networks();
  void take_resources(FakeContainer& container);
  docker::Result<void> find_networks(FakeContainer& container);
  docker::Result<std::vector<docker::PublishedPort>> allocate_ports(const FakeContainer& container);
  bool taken(const docker::PublishedPort& port) const;
  void die(FakeContainer& container, int code);
  void end_by_itself(const docker::ContainerId& id);
  void begin_health(FakeContainer& container);
  void signal_stop(FakeContainer& container, state::Duration grace);
  void kill_now(FakeContainer& container);
  void erase(docker::ContainerId id);
  Program program_of(const FakeContainer& container) const;

  struct Counter {
    int now = 0;
    int peak = 0;
  };

  Timeline timeline_;
  Notifier changed_;
  EventFeed events_;
  std::map<docker::ContainerId, FakeContainer> containers_;
  std::map<std::string, docker::ContainerId, std::less<>> names_;
  std::map<std::string, std::string> images_;  // normal form of the reference -> id
  std::vector<std::pair<std::string, Program>> programs_;
  std::vector<FakeNetwork> networks_;  // in the order in which they were made
  std::map<std::string, docker::Volume, std::less<>> volumes_;
  std::uint64_t networks_made_ = 0;
  std::set<std::uint16_t> occupied_ports_;
  std::map<std::pair<std::string, std::string>, Counter> running_;
  std::function<void(const FakeContainer&)> observer_;
  state::Duration list_lag_ = {};
  std::uint64_t numbers_ = 0;
  std::uint16_t next_port_;
  docker::EngineTime last_time_ = {};
};

}  // namespace genisys::fakes
