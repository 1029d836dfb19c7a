// The contract on the FakeEngine.
#include <fmt/format.h>

#include <stdexcept>

#include "tests/contract/engine_contract.hpp"
#include "tests/fakes/fake_engine.hpp"
#include "tests/fakes/manual_clock.hpp"

namespace genisys::contract {

namespace {

using fakes::Program;

class FakeUnderTest final : public EngineUnderTest {
 public:
  FakeUnderTest() {
    engine_.add_image(image());
    // A foreign container, as on any engine.
    engine_.run_foreign("somebody-elses", "other:1");
    engine_.set_latency(fakes::Operation::start, std::chrono::milliseconds(20));
    engine_.set_latency(fakes::Operation::remove, std::chrono::milliseconds(5));

    runs(command::kRunsForEver, {.code_when_stopped = {}, .fails_probes = true});
    runs(command::kIsWell, Program::ignores_stop());
    runs(command::kObeysTerm, {.code_when_stopped = 7, .output = "ready\n"});
    runs(command::kObeysInt, {.code_when_stopped = 9, .output = "ready\n"});
    runs(command::kExitsWith3, Program::exits(3));
    runs(command::kPrints, {.ends_after = state::Duration{}, .output = "one\ntwo\nthree\n"});
    runs(command::kComplains, {.ends_after = state::Duration{}, .output = "trouble\n"});
    runs(command::kTakesAllMemory,
         {.ends_after = std::chrono::milliseconds(10), .runs_out_of_memory = true});
    runs(command::kNotFound, Program::command_not_found());
    engine_.set_pull_failure("127.0.0.1:*",
                             docker::Error{docker::ErrorKind::engine, 500, "connection refused"});
  }

  docker::Engine& engine() override { return engine_; }
  std::string image() override { return "test:1"; }
  std::map<std::string, std::string> labels() override { return {{"run", "this one"}}; }
  std::string unique_name(std::string_view stem) override {
    return fmt::format("{}-{}", stem, ++names_);
  }
  std::string shown_by_hand(const docker::ContainerId&, const std::string&) override {
    throw std::logic_error("the fake is seen through its calls only");
  }
  void by_hand(const std::string& verb, const docker::ContainerId& id,
               const std::string& name) override {
    if (verb == "kill") return engine_.kill(id);
    if (verb == "pause") return engine_.pause(id);
    if (verb == "unpause") return engine_.unpause(id);
    if (verb == "rename") return engine_.rename(id, name);
    engine_.docker_restart(id, std::chrono::milliseconds(50));
    for (int i = 0; i < 100; ++i) let_pass();
  }
  void let_pass() override {
    test::run_ready(context_);
    clock_.advance(std::chrono::milliseconds(5));
    test::run_ready(context_);
  }

 private:
  void runs(const command::Words& words, Program program) {
    engine_.set_command_behaviour(fmt::format("{}", fmt::join(words, " ")), std::move(program));
  }

  fakes::ManualClock clock_;
  fakes::FakeEngine engine_{context_.get_executor(), clock_};
  int names_ = 0;
};

std::unique_ptr<EngineUnderTest> make_fake() { return std::make_unique<FakeUnderTest>(); }

const Candidate kCandidate{Candidate{"FakeEngine", make_fake}};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Fake, EngineContract, ::testing::Values(kCandidate), name_of);
INSTANTIATE_TEST_SUITE_P(Fake, EventContract, ::testing::Values(kCandidate), name_of);
INSTANTIATE_TEST_SUITE_P(Fake, NetworkContract, ::testing::Values(kCandidate), name_of);
INSTANTIATE_TEST_SUITE_P(Fake, VolumeContract, ::testing::Values(kCandidate), name_of);

}  // namespace genisys::contract
