// Containers are stopped gracefully: asked first, given their time, then killed.

#include <chrono>
#include <future>

#include "tests/e2e/connector_test.hpp"

namespace genisys::test {
namespace {

class Stopping : public ConnectorTest {
 protected:
  // From the scale to 0 until nothing of the service is left.
  std::chrono::milliseconds time_to_stop(const std::string& fields) {
    connector().start();
    connector().define("web", image(), fields);
    connector().scale_and_converge("web", 1);
    id_ = connector().running("web").at(0);
    // Process 1 gets no signal before it said what to do with it.
    EXPECT_TRUE(eventually([&] { return engine().exists(id_) && is_set_up(); }));
    const auto begin = std::chrono::steady_clock::now();
    auto ended = std::async(std::launch::async, [&] { return engine().wait(id_); });
    connector().scale("web", 0);
    exit_code_ = ended.get();
    const auto took = std::chrono::steady_clock::now() - begin;
    connector().converge("web");
    return std::chrono::duration_cast<std::chrono::milliseconds>(took);
  }
  std::int64_t exit_code() const { return exit_code_; }

 private:
  // The program writes a line once it has set its traps.
  bool is_set_up() { return engine().log(id_).find("ready") != std::string::npos; }

  std::string id_;
  std::int64_t exit_code_ = -1;
};

TEST_F(Stopping, KillsWhatIgnoresItsSignalAfterTheGracePeriod) {
  const auto took = time_to_stop(
      R"j("command": ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"],
          "stop_grace_period": "1s")j");
  EXPECT_EQ(exit_code(), 128 + 9);
  EXPECT_GE(took, std::chrono::milliseconds(900));
  EXPECT_LT(took, std::chrono::seconds(6));
}

TEST_F(Stopping, LetsWhatHeedsItsSignalEndByItself) {
  const auto took = time_to_stop(
      R"j("command": ["sh", "-c", "trap 'exit 0' TERM; echo ready; while :; do sleep 1 & wait $!; done"],
          "stop_grace_period": "30s")j");
  EXPECT_EQ(exit_code(), 0);
  EXPECT_LT(took, std::chrono::seconds(10));
}

TEST_F(Stopping, SendsTheSignalOfTheDefinition) {
  time_to_stop(
      R"j("command": ["sh", "-c", "trap 'exit 42' USR1; echo ready; while :; do sleep 1 & wait $!; done"],
          "stop_signal": "SIGUSR1", "stop_grace_period": "30s")j");
  EXPECT_EQ(exit_code(), 42);
}

}  // namespace
}  // namespace genisys::test
