#include "tests/bench/raw_engine.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <exception>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace genisys::bench {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kGrace{10};

[[noreturn]] void fail(std::string_view what, const docker::Error& error) {
  throw std::runtime_error(fmt::format("cannot {}: {}", what, error.message));
}

template <class T>
T value_of(docker::Result<T> result, std::string_view what) {
  if (!result) fail(what, result.error());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

docker::Transport::Limits limits() {
  const docker::HttpEngineOptions defaults;
  return {.max_connections = defaults.max_connections,
          .max_idle = defaults.max_idle_connections,
          .max_idle_time = defaults.max_idle_time,
          .connect = defaults.connect,
          .max_body = defaults.max_body};
}

}  // namespace

RawEngine::RawEngine(docker::Address address, std::string image, std::string mark)
    : engine_(io_.get_executor(), address, {}),
      transport_(io_.get_executor(), address, {}, limits()),
      mark_(std::move(mark)) {
  spec_.image = std::move(image);
  spec_.command = kCommand;
  // As many labels as the connector writes, and one that tells it not to adopt these.
  spec_.labels = {{"io.genisys.ignore", "true"},
                  {"bench.instance", std::string(36, '0')},
                  {"bench.service", "bench"},
                  {"bench.slot", "1"},
                  {"bench.spec", std::string(64, '0')}};
}

asio::awaitable<void> RawEngine::work(std::size_t* next, std::size_t count, const Job* job) {
  while (*next < count) co_await (*job)((*next)++);
}

Milliseconds RawEngine::perform(std::size_t count, std::size_t in_flight, const Job& job) {
  std::size_t next = 0;
  std::size_t running = in_flight;
  std::exception_ptr failure;
  const Clock::time_point begin = Clock::now();
  for (std::size_t i = 0; i < in_flight; ++i) {
    asio::co_spawn(io_, work(&next, count, &job), [&](std::exception_ptr error) {
      --running;
      if (error) failure = std::move(error);
    });
  }
  io_.restart();
  while (running > 0 && io_.run_one_for(kPatience) > 0) {
  }
  const Milliseconds taken = since(begin);
  if (failure) std::rethrow_exception(failure);
  if (running > 0) throw std::runtime_error("the engine was silent for a minute");
  return taken;
}

asio::awaitable<void> RawEngine::begin(std::size_t) {
  const std::string name = fmt::format("{}-{}", mark_, ++serial_);
  const auto id = value_of(co_await engine_.create(name, spec_), "create a container");
  made_.push_back(id);
  value_of(co_await engine_.start(id), "start a container");
}

asio::awaitable<void> RawEngine::finish(std::size_t number) {
  const docker::ContainerId id = made_[number];
  value_of(co_await engine_.stop(id, kGrace), "stop a container");
  value_of(co_await engine_.remove(id, docker::Engine::Force::no), "remove a container");
}

docker::EngineInfo RawEngine::info() {
  return value_of(wait_for(engine_.info()), "ask the engine who it is");
}

Milliseconds RawEngine::run(std::size_t count, std::size_t in_flight, bool with_port) {
  spec_.ports.clear();
  if (with_port) spec_.ports.push_back({.container_port = kPort});
  return perform(count, in_flight, [this](std::size_t number) { return begin(number); });
}

Milliseconds RawEngine::end(std::size_t in_flight) {
  const Milliseconds taken =
      perform(made_.size(), in_flight, [this](std::size_t number) { return finish(number); });
  made_.clear();
  return taken;
}

// Others may have services of that name; none has this image.
bool RawEngine::is_of(const docker::Container& container, const std::string& service) const {
  const auto label = container.labels.find("io.genisys.service");
  return container.image == spec_.image && label != container.labels.end() &&
         label->second == service;
}

asio::awaitable<std::vector<docker::Container>> RawEngine::of_service(std::string service) {
  auto all = value_of(co_await engine_.list({}), "list the containers");
  std::erase_if(all, [&](const docker::Container& one) { return !is_of(one, service); });
  co_return all;
}

std::vector<docker::ContainerId> RawEngine::replicas(const std::string& service) {
  std::vector<docker::ContainerId> ids;
  for (const docker::Container& container : wait_for(of_service(service))) {
    if (container.state == docker::ContainerState::running) ids.push_back(container.id);
  }
  return ids;
}

std::size_t RawEngine::count(const std::string& service) {
  return wait_for(of_service(service)).size();
}

asio::awaitable<void> RawEngine::kill(docker::ContainerId id) {
  const auto answer = co_await transport_.exchange(
      {.method = docker::Method::post, .target = fmt::format("/containers/{}/kill", id.str())},
      Clock::now() + kPatience);
  if (!answer || answer->head.status != 204) throw std::runtime_error("cannot kill a container");
}

asio::awaitable<RawEngine::Heal> RawEngine::follow(docker::EventStream* events,
                                                   docker::ContainerId killed,
                                                   std::string service) {
  const Clock::time_point begin = Clock::now();
  std::optional<docker::EngineTime> death;
  while (true) {
    const auto event = value_of(co_await events->next(), "read the engine's events");
    const Clock::time_point heard = Clock::now();
    if (event.action == docker::EventAction::die && event.id == killed) {
      death = event.time;
      if (service.empty()) {
        co_await this->begin(0);
        co_return Heal{.from_kill = since(begin), .from_death = since(heard)};
      }
    }
    if (event.action != docker::EventAction::start || !death) continue;
    // Others may start containers, too.
    const auto begun = co_await engine_.inspect(event.id.str());
    if (begun && is_of(begun->container, service)) {
      co_return Heal{.from_kill = heard - begin, .from_death = event.time - *death};
    }
  }
}

asio::awaitable<RawEngine::Heal> RawEngine::heal(docker::ContainerId id, std::string service) {
  using namespace asio::experimental::awaitable_operators;
  auto events = value_of(co_await engine_.subscribe(), "subscribe to the engine's events");
  // The kill is answered when the engine has taken the container down: others know earlier.
  co_return co_await (follow(events.get(), id, service) && kill(id));
}

RawEngine::Heal RawEngine::kill_and_wait(const docker::ContainerId& id,
                                         const std::string& service) {
  return wait_for(heal(id, service));
}

RawEngine::Heal RawEngine::kill_and_replace() { return wait_for(heal(made_.back(), {})); }

}  // namespace genisys::bench
