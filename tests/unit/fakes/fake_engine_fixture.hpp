// A FakeEngine on a ManualClock, and the verbs of its tests.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/fakes/fake_engine.hpp"
#include "tests/fakes/manual_clock.hpp"
#include "tests/support/docker_printers.hpp"
#include "tests/support/run_coro.hpp"

namespace genisys::fakes {

using namespace std::chrono_literals;
using docker::ContainerState;
using docker::ErrorKind;
using docker::EventAction;
using Force = docker::Engine::Force;

class FakeEngineTest : public ::testing::Test {
 protected:
  FakeEngineTest() { engine.add_image("app:1"); }

  static docker::ContainerSpec spec(std::map<std::string, std::string> labels = {}) {
    docker::ContainerSpec spec;
    spec.image = "app:1";
    spec.labels = std::move(labels);
    return spec;
  }

  // Only for calls that need no time.
  template <class T>
  T run(boost::asio::awaitable<T> call) {
    return test::run_coro(context, std::move(call));
  }
  template <class T>
  test::Started<T> begin(boost::asio::awaitable<T> call) {
    auto started = test::start(context, std::move(call));
    test::run_ready(context);
    return started;
  }
  void advance(state::Duration by) {
    test::run_ready(context);
    clock.advance(by);
    test::run_ready(context);
  }

  docker::ContainerId created(std::string name, std::map<std::string, std::string> labels = {}) {
    return run(engine.create(std::move(name), spec(std::move(labels)))).value();
  }
  docker::ContainerId running(std::string name, std::map<std::string, std::string> labels = {}) {
    const auto id = created(std::move(name), std::move(labels));
    run(engine.start(id)).value();
    return id;
  }
  ContainerState state(const docker::ContainerId& id) {
    const auto* container = engine.find(id);
    return container ? container->state : ContainerState::unknown;
  }
  // What was told of a container, delivered or not.
  std::vector<EventAction> actions(const docker::ContainerId& id) {
    std::vector<EventAction> all;
    for (const auto& event : engine.events().log()) {
      if (event.id == id) all.push_back(event.action);
    }
    return all;
  }

  boost::asio::io_context context;
  ManualClock clock;
  FakeEngine engine{context.get_executor(), clock};
};

template <class T>
ErrorKind kind_of(const docker::Result<T>& result) {
  EXPECT_TRUE(result.has_error());
  return result.has_error() ? result.error().kind : ErrorKind::engine;
}

}  // namespace genisys::fakes
