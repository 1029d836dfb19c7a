// Service files while the connector runs: several of them, read again by SIGHUP and over the API,
// and what that would change, said beforehand.

#include <fmt/format.h>
#include <signal.h>

#include <filesystem>
#include <string>

#include "tests/e2e/connector_test.hpp"
#include "tests/support/shell.hpp"

namespace genisys::test {
namespace {

class Reload : public ConnectorTest {
 protected:
  void SetUp() override {
    ConnectorTest::SetUp();
    if (IsSkipped()) return;
    connector().edit_configuration("./services.py", "[./first.yml, ./second.yml]");
    declare("first.yml", "web", "sleep 1000", 1);
    declare("second.yml", "db", "sleep 1000", 0);
  }

  void declare(const std::string& file, const std::string& service, const std::string& command,
               int replicas) {
    connector().write_file(file, fmt::format("{}:\n"
                                             "  image: {}\n"
                                             "  command: {}\n"
                                             "  stop_signal: SIGKILL\n"
                                             "  deploy: {{replicas: {}}}\n",
                                             service, image(), command, replicas));
  }
  std::string command_of(const std::string& service) {
    return connector().get("/service/" + service)["command"].text();
  }
  // The program, as a person runs it beside the one that serves.
  Finished diff(const std::string& configuration = "genisys-connector.yml") {
    return run_shell(fmt::format("{} --config {} --diff", shell_quoted(GENISYS_CONNECTOR),
                                 shell_quoted(connector().file(configuration))));
  }
  // A configuration that says at which port the running one is found.
  void write_configuration_with_the_port() {
    std::filesystem::copy_file(connector().file("genisys-connector.yml"),
                               connector().file("before.yml"));
    connector().edit_configuration("port: 0",
                                   fmt::format("port: {}", connector().process().port()));
    std::filesystem::rename(connector().file("genisys-connector.yml"),
                            connector().file("with-port.yml"));
    std::filesystem::rename(connector().file("before.yml"),
                            connector().file("genisys-connector.yml"));
  }
};

TEST_F(Reload, TakesSeveralFilesAndWhatChangesInOneOfThem) {
  connector().start();
  EXPECT_EQ(connector().converge("web")["running_resources"].number(), 1);
  EXPECT_EQ(connector().status("db")["desired"].number(), 0);

  declare("second.yml", "db", "sleep 2000", 0);
  const std::size_t offset = connector().process().log().size();
  connector().process().signal(SIGHUP);
  ASSERT_TRUE(connector().process().wait_for_log("read again: 1 taken (db), 1 unchanged", offset,
                                                 std::chrono::seconds(20)));
  EXPECT_EQ(command_of("db"), "sleep 2000");
}

TEST_F(Reload, NeedsEachOfSeveralFiles) {
  std::filesystem::remove(connector().file("second.yml"));
  connector().process().launch();
  EXPECT_EQ(connector().process().wait(std::chrono::seconds(20)).code, 2);
  EXPECT_NE(connector().process().log().find("second.yml"), std::string::npos);
}

TEST_F(Reload, IsRehearsedWithTheActionsAndThenDone) {
  connector().start();
  const std::string before = connector().converge("web")["slots"][0]["container"].text();
  declare("first.yml", "web", "sleep 2000", 1);

  const HttpAnswer rehearsed = connector().call("POST", "/reload?dry_run=true");
  ASSERT_EQ(rehearsed.status, 200) << rehearsed.body;
  const Json would = Json::parse(rehearsed.body);
  EXPECT_EQ(would["effect"].text(), "changed");
  EXPECT_EQ(would["taken"][0]["service"].text(), "web");
  EXPECT_EQ(would["actions"][0]["service"].text(), "web");
  EXPECT_EQ(would["actions"][0]["cause"].text(), "Updating");
  EXPECT_EQ(command_of("web"), "sleep 1000");
  EXPECT_EQ(connector().converge("web")["slots"][0]["container"].text(), before);

  const HttpAnswer done = connector().call("POST", "/reload");
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(Json::parse(done.body)["taken"], would["taken"]);
  EXPECT_EQ(command_of("web"), "sleep 2000");
  EXPECT_NE(connector().converge("web")["slots"][0]["container"].text(), before);
  EXPECT_EQ(Json::parse(connector().call("POST", "/reload").body)["effect"].text(), "unchanged");
}

TEST_F(Reload, OfABrokenFileIsRefusedWithItsPlace) {
  connector().start();
  declare("first.yml", "web", "sleep 2000", 1);
  connector().write_file("second.yml", "db:\n  imag: x\n");
  const HttpAnswer answer = connector().call("POST", "/reload");
  EXPECT_EQ(answer.status, 409);
  EXPECT_NE(answer.body.find("second.yml:2:3"), std::string::npos) << answer.body;
  EXPECT_EQ(command_of("web"), "sleep 1000");
}

TEST_F(Reload, IsToldBeforehandByTheRunningConnector) {
  connector().start();
  connector().converge("web");
  write_configuration_with_the_port();
  const Finished same = diff("with-port.yml");
  EXPECT_EQ(same.code, 0) << same.output;
  EXPECT_EQ(same.output, "nothing would change\n");

  declare("first.yml", "web", "sleep 2000", 1);
  connector().write_file("second.yml", "{}\n");
  const Finished other = diff("with-port.yml");
  EXPECT_EQ(other.code, 4) << other.output;
  EXPECT_NE(other.output.find("web: would get a new definition\n"), std::string::npos)
      << other.output;
  EXPECT_NE(other.output.find("db: is no longer in the service file and stays as it is\n"),
            std::string::npos)
      << other.output;
  EXPECT_NE(other.output.find("web: would run slot 1 (Updating"), std::string::npos)
      << other.output;
  EXPECT_EQ(command_of("web"), "sleep 1000");

  connector().write_file("second.yml", "db: {imag: x}\n");
  const Finished broken = diff("with-port.yml");
  EXPECT_EQ(broken.code, 2);
  EXPECT_NE(broken.output.find("second.yml:1:6"), std::string::npos) << broken.output;
}

TEST_F(Reload, IsToldBeforehandFromTheStateFileWhenNoConnectorRuns) {
  const Finished first = diff();
  EXPECT_EQ(first.code, 4) << first.output;
  EXPECT_NE(first.output.find("web: would be registered; its target would be 1\n"),
            std::string::npos)
      << first.output;
  EXPECT_FALSE(std::filesystem::exists(connector().file("state.db")));

  connector().start();
  connector().process().kill();
  const Finished same = diff();
  EXPECT_EQ(same.code, 0) << same.output;
  EXPECT_NE(same.output.find("nothing would change\n"), std::string::npos) << same.output;
}

TEST_F(Reload, CannotBeToldWhenTheStateFileIsInUseAndNobodyAnswers) {
  connector().start();
  const Finished finished = diff();  // its configuration says port 0
  EXPECT_EQ(finished.code, 1);
  EXPECT_NE(finished.output.find("a genisys-connector uses it, and none answers at"),
            std::string::npos)
      << finished.output;
}

}  // namespace
}  // namespace genisys::test
