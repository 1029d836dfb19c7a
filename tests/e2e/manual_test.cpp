// The manual of the program that this one succeeds, with its examples typed as they are printed:
// only the port and the image are this test's.

#include <fmt/format.h>

#include "tests/e2e/connector_test.hpp"
#include "tests/support/shell.hpp"
#include "tests/support/test_engine.hpp"

namespace genisys::test {
namespace {

class Manual : public ConnectorTest {
 protected:
  void SetUp() override {
    ConnectorTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_EQ(run_shell("command -v http").code, 0) << "install httpie";
    ASSERT_EQ(run_shell("command -v curl").code, 0) << "install curl";
    // A test's standard input is no terminal, which httpie takes for a body.
    connector().write_file("config.json", R"({"default_options": ["--ignore-stdin"]})");
    connector().start();
  }

  // `:7051` is replaced by where the connector listens.
  std::string type(std::string command) {
    const std::string port = std::to_string(connector().process().port());
    for (std::size_t at = 0; (at = command.find(":7051", at)) != std::string::npos;) {
      command.replace(at + 1, 4, port);
    }
    const Finished finished = run_shell(fmt::format("export HTTPIE_CONFIG_DIR={}\n{}",
                                                    shell_quoted(connector().file("")), command));
    EXPECT_EQ(finished.code, 0) << command << "\n" << finished.output;
    return finished.output;
  }
};

TEST_F(Manual, HoldsAsPrintedWithHttpie) {
  // The command of the manual's example.
  change_image({}, "printf '#!/bin/sh\\nexec sleep 1000000\\n' >/run.sh; chmod +x /run.sh");
  const Json registered = Json::parse(type(fmt::format(
      R"(http POST :7051/service name="helloworld" image="{}" ports:='["8080", "8081"]' environment:='{{"VAR_A":"value", "VAR_B": "value"}}')",
      image())));
  const Json expected = Json::parse(fmt::format(
      R"({{"name": "helloworld", "image": "{}", "command": null,
           "environment": {{"VAR_A": "value", "VAR_B": "value"}}, "ports": ["8080", "8081"]}})",
      image()));
  EXPECT_EQ(registered, expected);
  EXPECT_EQ(Json::parse(type("http :7051/service/helloworld")), expected);

  const Json replaced = Json::parse(type(fmt::format(
      R"(http PUT :7051/service/helloworld image="{}" command="/run.sh" ports:='["8080", "8082"]' environment:='{{"VAR_A":"value", "VAR_B": "value"}}')",
      image())));
  const Json expected_then = Json::parse(fmt::format(
      R"({{"name": "helloworld", "image": "{}", "command": "/run.sh",
           "environment": {{"VAR_A": "value", "VAR_B": "value"}}, "ports": ["8080", "8082"]}})",
      image()));
  EXPECT_EQ(replaced, expected_then);
  EXPECT_EQ(Json::parse(type("http GET :7051/service"))["helloworld"], expected_then);

  const Json scaled = Json::parse(type("http POST :7051/service/helloworld/scale number=3"));
  EXPECT_EQ(scaled["desired"].number(), 3);
  EXPECT_EQ(connector().converge("helloworld")["running_resources"].number(), 3);
  const Json status = Json::parse(type("http :7051/service/helloworld/status"));
  EXPECT_EQ(status["running_resources"].number(), 3);
  EXPECT_EQ(connector().running("helloworld").size(), 3U);
}

TEST_F(Manual, HoldsWithCurl) {
  const std::string json = "-H 'Content-Type: application/json'";
  const std::string curl = "curl -sS -w '\\n%{http_code}' ";
  EXPECT_EQ(
      type(curl + json + fmt::format(R"( -d '{{"name": "web", "image": "{}"}}')", image()) +
           " http://127.0.0.1:7051/service"),
      fmt::format(R"({{"name":"web","image":"{}","command":null,"environment":null,"ports":null}})",
                  image()) +
          "\n201");
  EXPECT_TRUE(type(curl + json + R"( -d '{"number": 1}' http://127.0.0.1:7051/service/web/scale)")
                  .ends_with("\n200"));
  EXPECT_EQ(connector().converge("web")["running_resources"].number(), 1);
  const Json status = Json::parse(type("curl -sS http://localhost:7051/service/web/status"));
  EXPECT_EQ(status.keys().front(), "running_resources");
  EXPECT_EQ(status["running_resources"].number(), 1);
}

TEST_F(Manual, StartsNothingUntilSomebodyScales) {
  connector().define("web", image());
  const Json status = connector().status("web");
  EXPECT_TRUE(status["desired"].is_null());
  EXPECT_EQ(status["running_resources"].number(), 0);
  EXPECT_TRUE(connector().containers("web").empty());
}

TEST_F(Manual, AnswersARepeatedRegistrationAndRefusesAnother) {
  const std::string body = fmt::format(R"({{"name": "web", "image": "{}"}})", image());
  const HttpAnswer first = connector().call("POST", "/service", body);
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(first.header("location"), "/service/web");
  EXPECT_EQ(connector().call("POST", "/service", body).status, 200);
  const HttpAnswer other = connector().call(
      "POST", "/service",
      fmt::format(R"({{"name": "web", "image": "{}", "command": "true"}})", image()));
  EXPECT_EQ(other.status, 409);
  EXPECT_EQ(other.header("content-type"), "application/problem+json");
  EXPECT_TRUE(connector().get("/service/web")["command"].is_null());
}

}  // namespace
}  // namespace genisys::test
