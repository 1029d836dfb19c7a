// The engine dies and comes back: the connector stays up, takes writes, and then carries them out.
// On an engine of the test's own, the only one that a test may kill.

#include <fmt/format.h>

#include <fstream>
#include <iostream>

#include "tests/e2e/connector_test.hpp"
#include "tests/support/shell.hpp"
#include "tests/support/test_engine.hpp"

namespace genisys::test {
namespace {

constexpr const char* kImage = "genisys-away:1";

// As a user calls it; throws std::runtime_error with what it said when it fails.
std::string engine_script(const std::string& arguments) {
  Finished finished =
      run_shell(shell_quoted(GENISYS_SOURCE_DIR "/scripts/test-engine.sh") + " " + arguments);
  if (finished.code != 0) throw std::runtime_error(finished.output);
  while (finished.output.ends_with('\n')) finished.output.pop_back();
  return finished.output;
}

class PrivateEngine {
 public:
  PrivateEngine() : url_(engine_script("start --private 2>/dev/null")) {
    const Finished made =
        run_shell(fmt::format("GENISYS_TEST_DOCKER_HOST={} {} {}", url_,
                              shell_quoted(GENISYS_SOURCE_DIR "/scripts/test-image.sh"), kImage));
    if (made.code != 0) throw std::runtime_error(made.output);
  }
  PrivateEngine(const PrivateEngine&) = delete;
  PrivateEngine& operator=(const PrivateEngine&) = delete;
  ~PrivateEngine() {
    run_shell(shell_quoted(GENISYS_SOURCE_DIR "/scripts/test-engine.sh") + " stop " + url_);
  }

  const std::string& url() const { return url_; }
  void crash() { engine_script("crash " + url_); }
  void revive() { engine_script("revive " + url_); }

 private:
  const std::string url_;
};

TEST(EngineAway, IsOutlivedAndCaughtUpWith) {
  if (TestEngine::is_forbidden()) GTEST_SKIP() << "GENISYS_TEST_ENGINE=none";
  PrivateEngine engine;
  Connector connector({.engine_url = engine.url()});
  connector.start();
  connector.define("web", kImage);
  connector.define("db", kImage);
  connector.scale("db", 1);
  connector.scale_and_converge("web", 2);
  connector.converge("db");
  const Json before = connector.status("web");

  engine.crash();
  EXPECT_TRUE(eventually([&] {
    return condition(connector.status("web"), "EngineReachable")["status"].text() == "False";
  })) << connector.status("web").dump();
  Json status = connector.status("web");
  EXPECT_FALSE(status["converged"].boolean()) << status.dump();
  EXPECT_EQ(condition(status, "EngineReachable")["reason"].text(), "EngineUnreachable");
  EXPECT_EQ(status["running_resources"].number(), 2) << "not the last counts seen";
  EXPECT_GE(status["observed_at"].text(), before["observed_at"].text());
  EXPECT_EQ(connector.call("GET", "/healthz").status, 200);
  EXPECT_EQ(connector.call("GET", "/readyz").status, 503);

  const HttpAnswer scaled = connector.call("POST", "/service/web/scale", R"({"number": 3})");
  EXPECT_EQ(scaled.status, 200) << scaled.body;
  EXPECT_FALSE(Json::parse(scaled.body)["converged"].boolean());
  connector.define("later", kImage);
  connector.scale("later", 1);

  // It comes back with all its containers ended, as engines do that were killed.
  engine.revive();
  for (const auto& [service, number] : {std::pair{"web", 3}, {"db", 1}, {"later", 1}}) {
    SCOPED_TRACE(service);
    status = connector.converge(service);
    EXPECT_EQ(status["running_resources"].number(), number);
    EXPECT_EQ(condition(status, "EngineReachable")["status"].text(), "True");
    EXPECT_EQ(connector.running(service).size(), static_cast<std::size_t>(number));
  }
  EXPECT_EQ(connector.call("GET", "/readyz").status, 200);
  if (testing::Test::HasFailure()) std::cout << connector.process().log();
}

TEST(EngineAway, AtTheStartDoesNotKeepTheApiAway) {
  if (TestEngine::is_forbidden()) GTEST_SKIP() << "GENISYS_TEST_ENGINE=none";
  const ScratchDirectory nowhere;
  // A connector cleans up after itself on its engine, and here is none.
  DaemonProcess process(GENISYS_CONNECTOR, {"--config", "genisys-connector.yml"}, nowhere.path());
  std::ofstream(nowhere.file("genisys-connector.yml"))
      << "connector: {port: 0}\ndocker: {url: 'unix://" << nowhere.file("no.sock") << "'}\n";
  process.start();
  const HttpClient client(HttpClient::Tcp{"127.0.0.1", process.port()});
  EXPECT_EQ(client.send("POST", "/service", R"({"name": "web", "image": "a:1"})").status, 201);
  EXPECT_EQ(client.send("POST", "/service/web/scale", R"({"number": 2})").status, 200);
  EXPECT_TRUE(eventually([&] {
    const Json status = Json::parse(client.send("GET", "/service/web/status").body);
    return condition(status, "EngineReachable")["status"].text() == "False";
  }));
  const Json status = Json::parse(client.send("GET", "/service/web/status").body);
  EXPECT_FALSE(status["converged"].boolean());
  EXPECT_TRUE(status["observed_at"].is_null()) << status.dump();
  const Exit exit = process.terminate();
  EXPECT_EQ(exit.code, 0);
  EXPECT_LT(exit.took, std::chrono::seconds(2));
}

}  // namespace
}  // namespace genisys::test
