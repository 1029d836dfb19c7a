// What the configuration's policy does not allow is refused with the line that would allow it; with
// that line it works.

#include <fmt/format.h>
#include <signal.h>

#include <filesystem>
#include <string>

#include "tests/e2e/connector_test.hpp"

namespace genisys::test {
namespace {

class Policy : public ConnectorTest {
 protected:
  void allow(const std::string& line) {
    connector().edit_configuration("docker:\n", "policy:\n  " + line + "\ndocker:\n");
  }
  void restart() {
    EXPECT_EQ(connector().process().terminate().code, 0);
    connector().start();
  }
  HttpAnswer define(const std::string& fields) {
    return connector().call("POST", "/service",
                            fmt::format(R"({{"name": "web", "image": "{}", "stop_signal": )"
                                        R"("SIGKILL", "command": "sleep 1000"{}}})",
                                        image(), fields));
  }
  static void expect_refused(const HttpAnswer& answer, const std::string& line) {
    EXPECT_EQ(answer.status, 400);
    EXPECT_NE(answer.body.find(line), std::string::npos) << answer.body;
  }
};

TEST_F(Policy, RefusesAMountOfTheHostUntilALineAllowsIt) {
  const std::string folder = connector().file("data");
  std::filesystem::create_directory(folder);
  connector().start();
  const std::string volumes = fmt::format(R"(, "volumes": ["{}:/data"])", folder);
  const std::string line = fmt::format(R"(add \"{}\" to policy.binds)", folder);
  expect_refused(define(volumes), line);
  EXPECT_EQ(connector().call("GET", "/service/web").status, 404);

  allow(fmt::format("binds: ['{}']", folder));
  restart();
  EXPECT_EQ(define(volumes).status, 201);
  EXPECT_EQ(connector().scale_and_converge("web", 1)["running_resources"].number(), 1);
}

TEST_F(Policy, RefusesAPrivilegedContainerUntilALineAllowsIt) {
  connector().start();
  expect_refused(define(R"(, "privileged": true)"), "say `privileged: true` below `policy`");
  allow("privileged: true");
  restart();
  EXPECT_EQ(define(R"(, "privileged": true)").status, 201);
  // Not every machine lets it start; where it may not, it is soon removed again. What counts is
  // that one is made so: the first that is still there when it is looked at.
  connector().scale("web", 1);
  EXPECT_TRUE(eventually([&] {
    for (const auto& container : connector().containers("web")) {
      if (const auto found = engine().try_inspect(container.id))
        return (*found)["HostConfig"]["Privileged"].boolean();
    }
    return false;
  }));
}

TEST_F(Policy, RefusesAnImageOfARegistryThatNoLineNames) {
  allow("registries: ['registry.example']");
  connector().start();
  expect_refused(define(""), R"(add \"docker.io\" to policy.registries)");

  connector().edit_configuration("['registry.example']", "['registry.example', docker.io]");
  restart();
  EXPECT_EQ(define("").status, 201);
  EXPECT_EQ(connector().scale_and_converge("web", 1)["running_resources"].number(), 1);
}

TEST_F(Policy, MakesAServiceFileThatAsksForMoreABrokenOne) {
  allow("registries: ['registry.example']");
  connector().write_file("services.py", fmt::format("web = {{'image': '{}'}}\n", image()));
  connector().process().launch();
  EXPECT_EQ(connector().process().wait(std::chrono::seconds(20)).code, 2);
  EXPECT_NE(connector().process().log().find("services.py:1:1: web.image: "), std::string::npos)
      << connector().process().log();

  connector().write_file("services.py", "");
  connector().start();
  connector().write_file("services.py", fmt::format("web = {{'image': '{}'}}\n", image()));
  const std::size_t offset = connector().process().log().size();
  connector().process().signal(SIGHUP);
  EXPECT_TRUE(connector().process().wait_for_log("the service file was not taken", offset,
                                                 std::chrono::seconds(20)));
  EXPECT_EQ(connector().call("GET", "/service/web").status, 404);
}

}  // namespace
}  // namespace genisys::test
