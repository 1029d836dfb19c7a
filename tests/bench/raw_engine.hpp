// The other side of what the connector does with containers: the same engine calls with the same
// client, and nothing around them. Also the hand that kills the connector's containers.
//
// Plain blocking calls on the caller's thread; each runs the io_context until its work is done.
// Throws std::runtime_error when the engine refuses anything.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "docker/http_engine.hpp"
#include "docker/transport.hpp"
#include "tests/bench/sample.hpp"
#include "tests/support/run_coro.hpp"

namespace genisys::bench {

class RawEngine {
 public:
  // `image` is what all its containers are made from; `mark` is in their names.
  RawEngine(docker::Address address, std::string image, std::string mark);

  docker::EngineInfo info();

  // Creates and starts `count` containers, `in_flight` at a time: the time until the last start was
  // answered.
  Milliseconds run(std::size_t count, std::size_t in_flight, bool with_port);
  // Stops and removes all that run() made, `in_flight` at a time.
  Milliseconds end(std::size_t in_flight);

  // The running containers of a service of the connector.
  std::vector<docker::ContainerId> replicas(const std::string& service);
  // All its containers, running or not.
  std::size_t count(const std::string& service);

  // Kills a container of a service and waits until the engine reports the start of another:
  // counted from just before the kill, and, by the engine's own clock, from the death it reports.
  struct Heal {
    Milliseconds from_kill;
    Milliseconds from_death;
  };
  Heal kill_and_wait(const docker::ContainerId& id, const std::string& service);
  // Kills the last one of run() and creates and starts another as soon as the engine reports the
  // death: nobody heals faster than this.
  Heal kill_and_replace();

 private:
  using Job = std::function<boost::asio::awaitable<void>(std::size_t)>;
  static constexpr std::chrono::seconds kPatience{60};

  template <class T>
  T wait_for(boost::asio::awaitable<T> task) {
    return test::start(io_, std::move(task)).get(kPatience);
  }
  boost::asio::awaitable<void> work(std::size_t* next, std::size_t count, const Job* job);
  Milliseconds perform(std::size_t count, std::size_t in_flight, const Job& job);
  boost::asio::awaitable<void> begin(std::size_t number);
  boost::asio::awaitable<void> finish(std::size_t number);
  bool is_of(const docker::Container& container, const std::string& service) const;
  boost::asio::awaitable<std::vector<docker::Container>> of_service(std::string service);
  boost::asio::awaitable<void> kill(docker::ContainerId id);
  // Without a service it replaces the container itself.
  boost::asio::awaitable<Heal> follow(docker::EventStream* events, docker::ContainerId killed,
                                      std::string service);
  boost::asio::awaitable<Heal> heal(docker::ContainerId id, std::string service);

  boost::asio::io_context io_;
  docker::HttpEngine engine_;
  docker::Transport transport_;  // for kill, which the connector has no use for
  std::string mark_;
  docker::ContainerSpec spec_;
  std::vector<docker::ContainerId> made_;
  std::size_t serial_ = 0;
};

// The container's definition on both sides.
inline const std::vector<std::string> kCommand{"syslogd", "-n"};
inline constexpr std::uint16_t kPort = 8080;

}  // namespace genisys::bench
