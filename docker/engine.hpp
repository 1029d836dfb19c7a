// The seam to a Docker engine: every call the controller needs, and no other (no exec, build,
// commit, plugins, configs; of networks and volumes no more than to have them there, and to take
// them away).
//
// All calls run on the logic thread's executor, take their arguments by value, have a deadline of
// their own, and report every expected failure as a value. Cancelling (terminal) abandons the wait,
// not the effect: the outcome is then unknown. The engine outlives all calls; destroy it after they
// ended.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "docker/types.hpp"

namespace genisys::docker {

// Which containers a list returns.
struct ListFilter {
  bool all = true;                    // false: only running, paused and restarting ones
  std::vector<ContainerId> ids = {};  // empty: every container
};

// The events from one subscription. Ends with the connection.
class EventStream {
 public:
  virtual ~EventStream() = default;
  // The next container event, however long it takes; `unreachable` when the stream ended. One
  // reader.
  virtual boost::asio::awaitable<Result<Event>> next() = 0;
};

struct PullProgress {
  std::string status;  // "Downloading", "Extracting", …
  std::string layer;
};

class Engine {
 public:
  virtual ~Engine() = default;

  // Who answers; negotiates the API version anew. Deadline 10 s.
  virtual boost::asio::awaitable<Result<EngineInfo>> info() = 0;

  // Read-your-writes. Any failure means "unknown", never "none". Deadline 10 s.
  virtual boost::asio::awaitable<Result<std::vector<Container>>> list(ListFilter filter) = 0;

  // not_found when it is gone. `id_or_name` finds by name too: check what came back. Deadline 10 s.
  virtual boost::asio::awaitable<Result<ContainerDetail>> inspect(std::string id_or_name) = 0;

  // Creates, starts nothing. conflict: the name is taken; image_missing: pull it first; network:
  // its first one is not there or one of several, which engines before API 1.44 find out at the
  // start only. Volumes that it mounts by name are made. Deadline 60 s.
  virtual boost::asio::awaitable<Result<ContainerId>> create(std::string name,
                                                             ContainerSpec spec) = 0;

  // Success also when it runs already. network: one that it takes part in is not there, or one of
  // several; when it ran before, also when that network was made anew since, until it is connected
  // to it again. Deadline 120 s.
  virtual boost::asio::awaitable<Result<void>> start(ContainerId id) = 0;

  // Stop signal, then SIGKILL after `grace`; success also when it does not run or is gone.
  // Deadline: grace + 60 s.
  virtual boost::asio::awaitable<Result<void>> stop(ContainerId id, std::chrono::seconds grace) = 0;

  enum class Force { no, yes };
  // With its anonymous volumes. Success also when it is gone; conflict: it runs (without force);
  // busy: its removal is under way. Deadline 60 s.
  virtual boost::asio::awaitable<Result<void>> remove(ContainerId id, Force force) = 0;

  // The end of what it wrote, both streams, at most `lines` lines and 64 KiB. Deadline 10 s.
  virtual boost::asio::awaitable<Result<std::string>> logs(ContainerId id, int lines) = 0;

  // not_found when it is not there. Deadline 10 s.
  virtual boost::asio::awaitable<Result<std::string>> image_id(std::string reference) = 0;

  // Returns when the image is there. No total deadline; timeout when nothing was heard for 5
  // minutes. `registry_auth`: the X-Registry-Auth header's value, empty for anonymous.
  virtual boost::asio::awaitable<Result<void>> pull(
      std::string reference, std::string registry_auth,
      std::function<void(const PullProgress&)> progress) = 0;

  // Those of exactly that name, in the order of their ids. More than one: Docker before API 1.44
  // may make both when it is asked for two at once. Deadline 10 s.
  virtual boost::asio::awaitable<Result<std::vector<Network>>> networks(std::string name) = 0;

  // conflict: there is one of that name; rejected: the driver is missing, or no such addresses can
  // be given. Deadline 60 s.
  virtual boost::asio::awaitable<Result<void>> create_network(NetworkConfig config) = 0;

  // Success also when it is gone; conflict: containers that run take part in it; rejected: it is
  // one of the engine's own. One that only idle containers would join is removed. By its id, so
  // that no other of its name is meant. Deadline 60 s.
  virtual boost::asio::awaitable<Result<void>> remove_network(Network network) = 0;

  // Lets a container take part in the network, also one that does not run: it joins when it starts.
  // Success also when it takes part already, whatever the endpoint then says. not_found: the
  // container is not there; network: the network is not (the first to be looked for), or there are
  // several. `endpoint`'s own network is not read. Deadline 60 s.
  virtual boost::asio::awaitable<Result<void>> connect(std::string network, ContainerId container,
                                                       Endpoint endpoint) = 0;

  // not_found. Deadline 10 s.
  virtual boost::asio::awaitable<Result<Volume>> volume(std::string name) = 0;

  // Success also when there is one of that name: it stays what it is, whatever `volume` says of
  // options and labels; conflict: it is of another driver. Deadline 60 s.
  virtual boost::asio::awaitable<Result<void>> create_volume(Volume volume) = 0;

  // With what is in it. Success also when it is gone; conflict: a container mounts it, running or
  // not. Deadline 60 s.
  virtual boost::asio::awaitable<Result<void>> remove_volume(std::string name) = 0;

  // Container events from now on: returns when the subscription stands, so that a list made
  // afterwards misses nothing. Deadline 30 s to stand.
  virtual boost::asio::awaitable<Result<std::unique_ptr<EventStream>>> subscribe() = 0;
};

}  // namespace genisys::docker
