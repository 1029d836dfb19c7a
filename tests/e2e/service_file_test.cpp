// The service file: the manual's format, taken at the start and at SIGHUP.

#include <fmt/format.h>

#include "tests/e2e/connector_test.hpp"

namespace genisys::test {
namespace {

class ServiceFile : public ConnectorTest {
 protected:
  void write_services(const std::string& command, const std::string& more = "") {
    connector().write_file("services.py", fmt::format(R"(# What runs here.
myService = {{
    "name": "myService",
    "image": "{0}",
    "command": "{1}",
    "environment": {{
        "ENV_VARIABLE_A": "value",
        "ENV_VARIABLE_B": "value",
    }},
    "ports": ['8080'],
}}
{2})",
                                                      image(), command, more));
  }
  std::string command() { return connector().get("/service/myService")["command"].text(); }

  // Sends SIGHUP and waits for what the log then says.
  void reread(const std::string& expected) {
    const std::size_t offset = connector().process().log().size();
    connector().process().signal(SIGHUP);
    EXPECT_TRUE(connector().process().wait_for_log(expected, offset, std::chrono::seconds(20)));
  }
};

TEST_F(ServiceFile, OfTheManualIsTakenAtTheStart) {
  write_services("sleep 1000");
  connector().start();
  EXPECT_EQ(connector().get("/service"), Json::parse(fmt::format(
                                             R"({{"myService": {{"name": "myService", "image": "{}",
      "command": "sleep 1000", "environment": {{"ENV_VARIABLE_A": "value", "ENV_VARIABLE_B": "value"}},
      "ports": ["8080"]}}}})",
                                             image())));
  EXPECT_TRUE(connector().status("myService")["desired"].is_null());
}

TEST_F(ServiceFile, GivesAFirstTargetOnly) {
  write_services("sleep 1000", fmt::format("db = {{'image': '{}', 'stop_signal': 'SIGKILL', "
                                           "'deploy': {{'replicas': 2}}}}\n",
                                           image()));
  connector().start();
  EXPECT_EQ(connector().converge("db")["running_resources"].number(), 2);
  connector().scale_and_converge("db", 1);
  EXPECT_EQ(connector().process().terminate().code, 0);
  connector().start();
  EXPECT_EQ(connector().status("db")["desired"].number(), 1);
}

TEST_F(ServiceFile, DoesNotUndoAChangeOverTheApiUntilItsEntryChanges) {
  write_services("sleep 1000");
  connector().start();
  connector().replace("myService", image(), R"("command": "sleep 2000")");
  EXPECT_EQ(connector().process().terminate().code, 0);
  connector().start();
  EXPECT_EQ(command(), "sleep 2000");

  write_services("sleep 3000");
  reread("[myService] taken from the service file");
  EXPECT_EQ(command(), "sleep 3000");
}

TEST_F(ServiceFile, ThatIsBrokenChangesNothingAtSighup) {
  write_services("sleep 1000");
  connector().start();
  write_services("sleep 2000", "import os\n");
  reread("the service file was not taken");
  EXPECT_EQ(command(), "sleep 1000");
  EXPECT_EQ(connector().call("GET", "/healthz").status, 200);
}

TEST_F(ServiceFile, ThatIsBrokenStopsTheStartAndNamesThePlace) {
  write_services("sleep 1000", "web = {'image': open('/etc/passwd').read()}\n");
  connector().process().launch();
  const Exit exit = connector().process().wait(std::chrono::seconds(20));
  EXPECT_EQ(exit.code, 2) << connector().process().log();
  EXPECT_NE(connector().process().log().find("services.py:12:17"), std::string::npos)
      << connector().process().log();
}

}  // namespace
}  // namespace genisys::test
