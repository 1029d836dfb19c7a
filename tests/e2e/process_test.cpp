// The program as a process: its command line, exit codes and signals.

#include <fmt/format.h>

#include "tests/e2e/connector_test.hpp"
#include "tests/support/shell.hpp"

namespace genisys::test {
namespace {

using Process = ConnectorTest;

TEST_F(Process, EndsOnSigtermAtOnceAndLeavesContainersRunning) {
  connector().start();
  connector().define("web", image());
  connector().scale_and_converge("web", 2);
  const std::vector<std::string> running = connector().running("web");
  const Exit exit = connector().process().terminate();
  EXPECT_EQ(exit.code, 0);
  EXPECT_LT(exit.took, std::chrono::seconds(2));
  EXPECT_EQ(connector().running("web"), running);
}

TEST_F(Process, EndsOnSigtermWithinTwoSecondsInTheMidstOfWork) {
  connector().start();
  connector().define("web", image());
  connector().scale("web", 8);
  EXPECT_TRUE(eventually([&] { return !connector().containers("web").empty(); }));
  const Exit exit = connector().process().terminate();
  EXPECT_EQ(exit.code, 0);
  EXPECT_LT(exit.took, std::chrono::seconds(2));
  connector().start();
  EXPECT_EQ(connector().converge("web")["running_resources"].number(), 8);
  EXPECT_EQ(connector().running("web").size(), 8U);
}

TEST_F(Process, EndsOnSigtermWhileAClientWaitsAndAnswersIt) {
  connector().start();
  connector().define("web", image(), R"("command": "no-such-program")");
  connector().scale("web", 1);
  std::optional<HttpAnswer> answer;
  std::thread client([&] {
    try {
      answer = connector().call("GET", "/service/web/status?wait=60s&for=converged");
    } catch (const std::exception&) {
    }
  });
  // The answer to a later request shows that the connector has read the earlier one's connection.
  connector().status("web");
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const Exit exit = connector().process().terminate();
  client.join();
  EXPECT_EQ(exit.code, 0);
  EXPECT_LT(exit.took, std::chrono::seconds(2));
  ASSERT_TRUE(answer) << "the wait was cut off without an answer";
  EXPECT_TRUE(answer->status == 200 || answer->status == 503) << answer->status;
}

TEST_F(Process, IsTheOnlyOneOnItsStateFile) {
  connector().start();
  DaemonProcess second(GENISYS_CONNECTOR, {"--config", "genisys-connector.yml"},
                       std::filesystem::path(connector().file("")));
  second.launch();
  const Exit exit = second.wait(std::chrono::seconds(20));
  EXPECT_EQ(exit.code, 3) << second.log();
  EXPECT_NE(second.log().find("state.db"), std::string::npos) << second.log();
  EXPECT_NE(second.log().find("another genisys-connector uses it"), std::string::npos)
      << second.log();
  EXPECT_EQ(connector().call("GET", "/healthz").status, 200);
}

TEST_F(Process, ChecksItsConfigurationAndNamesItsVersion) {
  const std::string program = shell_quoted(GENISYS_CONNECTOR);
  const Finished version = run_shell(program + " --version");
  EXPECT_EQ(version.code, 0);
  EXPECT_TRUE(version.output.starts_with("genisys-connector ")) << version.output;

  const std::string in_folder = "cd " + shell_quoted(connector().file("")) + " && " + program;
  const Finished checked = run_shell(in_folder + " --check");
  EXPECT_EQ(checked.code, 0) << checked.output;
  EXPECT_FALSE(std::filesystem::exists(connector().file("state.db"))) << "it touched something";

  connector().write_file("bad.yml", "connector:\n  prt: 1\n  interval: soon\n");
  const Finished refused = run_shell(in_folder + " --check --config bad.yml");
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.output.find("bad.yml:2:3: connector.prt"), std::string::npos) << refused.output;
  EXPECT_NE(refused.output.find("bad.yml:3:13: connector.interval"), std::string::npos)
      << refused.output;
  EXPECT_EQ(run_shell(in_folder + " --config nowhere.yml").code, 2);
  EXPECT_EQ(run_shell(in_folder + " --no-such-option").code, 2);
}

TEST_F(Process, RefusesAnAddressThatOthersReach) {
  connector().write_file("open.yml",
                         "connector: {bind: 0.0.0.0, port: 0, state_file: ./open.db}\n");
  const Finished refused = run_shell("cd " + shell_quoted(connector().file("")) + " && " +
                                     shell_quoted(GENISYS_CONNECTOR) + " --config open.yml");
  EXPECT_EQ(refused.code, 2) << refused.output;
  EXPECT_NE(refused.output.find("token_file"), std::string::npos) << refused.output;
  EXPECT_NE(refused.output.find("allow_unauthenticated"), std::string::npos) << refused.output;
}

}  // namespace
}  // namespace genisys::test
