// What the contract suite needs of an engine under test. Every test of the suite is a claim of
// docker/engine.hpp, and runs on the FakeEngine and on a real one: so the fake can't lie, and
// HttpEngine reads the real one right.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "docker/engine.hpp"
#include "tests/support/docker_printers.hpp"
#include "tests/support/run_coro.hpp"

namespace genisys::contract {

// The commands that the tests run. Each is one of busybox's shell or its sleep.
namespace command {
using Words = std::vector<std::string>;
inline const Words kRunsForEver = {"sleep", "1000000"};  // as PID 1: ignores SIGTERM
inline const Words kObeysTerm = {"sh", "-c",
                                 "trap 'exit 7' TERM; echo ready; sleep 1000000 & wait"};
inline const Words kObeysInt = {"sh", "-c", "trap 'exit 9' INT; echo ready; sleep 1000000 & wait"};
inline const Words kExitsWith3 = {"sh", "-c", "exit 3"};
inline const Words kPrints = {"sh", "-c", "echo one; echo two; echo three"};
inline const Words kComplains = {"sh", "-c", "echo trouble >&2"};
inline const Words kNotFound = {"/no/such/program"};
inline const Words kTakesAllMemory = {"sh", "-c", "x=aaaaaaaa; while true; do x=$x$x; done"};
inline const Words kIsWell = {"sh", "-c", "touch /tmp/well; sleep 1000000"};  // passes kProbe
}  // namespace command

// A health check that kIsWell alone passes.
inline const command::Words kProbe = {"CMD", "test", "-e", "/tmp/well"};

// Tests of one process share no engine under test; it removes what they made.
class EngineUnderTest {
 public:
  virtual ~EngineUnderTest() = default;
  virtual docker::Engine& engine() = 0;
  // Has the commands above.
  virtual std::string image() = 0;
  virtual std::map<std::string, std::string> labels() = 0;
  virtual std::string unique_name(std::string_view stem) = 0;
  // What `docker inspect` shows of a container under "Config.User", as JSON. Not on the fake.
  virtual std::string shown_by_hand(const docker::ContainerId& id, const std::string& what) = 0;
  // What an operator does with the docker command: "kill", "pause", "unpause", "restart", or
  // "rename" to `name`.
  virtual void by_hand(const std::string& verb, const docker::ContainerId& id,
                       const std::string& name) = 0;
  // Lets what is under way go on, for a few milliseconds of the engine's time.
  virtual void let_pass() = 0;

  boost::asio::io_context& context() { return context_; }

 protected:
  boost::asio::io_context context_;
};

struct Candidate {
  const char* name;
  std::unique_ptr<EngineUnderTest> (*make)();  // null: skip
};

class EngineContract : public ::testing::TestWithParam<Candidate> {
 protected:
  void SetUp() override;

  docker::Engine& engine() { return subject_->engine(); }
  docker::ContainerSpec spec(command::Words words = command::kRunsForEver);
  std::string unique_name(std::string_view stem) { return subject_->unique_name(stem); }

  // The result of a call, or of something else that takes time.
  template <class T>
  T run(boost::asio::awaitable<T> call) {
    auto started = test::start(subject_->context(), std::move(call));
    return wait_for(started);
  }
  template <class T>
  test::Started<T> begin(boost::asio::awaitable<T> call) {
    return test::start(subject_->context(), std::move(call));
  }
  template <class T>
  T wait_for(test::Started<T>& started) {
    for (int i = 0; i < kMostSteps && !started.done(); ++i) subject_->let_pass();
    return started.get();
  }
  // Whether it becomes true.
  bool eventually(const std::function<bool()>& claim);

  docker::ContainerId created(docker::ContainerSpec spec);
  docker::ContainerId running(docker::ContainerSpec spec);
  // Waits for the line "ready": signals before it would meet the default action.
  docker::ContainerId running_and_ready(docker::ContainerSpec spec);
  bool eventually_exits(const docker::ContainerId& id);

  // As the list shows it now.
  std::optional<docker::Container> listed(const docker::ContainerId& id);
  docker::ContainerDetail inspected(const docker::ContainerId& id);
  docker::ContainerState state(const docker::ContainerId& id);
  std::string shown_by_hand(const docker::ContainerId& id, const std::string& what) {
    return subject_->shown_by_hand(id, what);
  }
  void by_hand(const std::string& verb, const docker::ContainerId& id,
               const std::string& name = {}) {
    subject_->by_hand(verb, id, name);
  }

 private:
  static constexpr int kMostSteps = 6000;

  std::unique_ptr<EngineUnderTest> subject_;
};

// With a subscription that stands before the test begins.
class EventContract : public EngineContract {
 protected:
  void SetUp() override;

  // Everything about this container up to and with its removal, as "create", "kill 9", …
  std::vector<std::string> told_until_destroyed(const docker::ContainerId& id) {
    return told_until_destroyed(*events_, id);
  }
  std::vector<std::string> told_until_destroyed(docker::EventStream& events,
                                                const docker::ContainerId& id);

 private:
  static std::string text(const docker::Event& event);

  std::unique_ptr<docker::EventStream> events_;
};

class NetworkContract : public EngineContract {
 protected:
  // Made for the test; its name.
  std::string network(std::string_view stem = "net");
  // The one of that name.
  docker::Network found(const std::string& name);
  docker::ContainerSpec on(const std::string& network);
};

class VolumeContract : public EngineContract {};

// Of what programs and the kernel do, which no fake can show.
class HostContract : public EngineContract {
 protected:
  docker::ContainerSpec script(std::string text);
};

inline void PrintTo(const Candidate& candidate, std::ostream* out) { *out << candidate.name; }
inline std::string name_of(const ::testing::TestParamInfo<Candidate>& info) {
  return info.param.name;
}

// A result that failed in this way.
MATCHER_P(FailsWith, kind, std::string("fails with ") + std::string(to_string(kind))) {
  if (arg.has_value()) {
    *result_listener << "which succeeded";
    return false;
  }
  *result_listener << "which failed with " << to_string(arg.error().kind) << ": "
                   << arg.error().message;
  return arg.error().kind == kind;
}

MATCHER(Succeeds, "succeeds") {
  if (!arg.has_value()) {
    *result_listener << "which failed with " << to_string(arg.error().kind) << ": "
                     << arg.error().message;
  }
  return arg.has_value();
}

}  // namespace genisys::contract
