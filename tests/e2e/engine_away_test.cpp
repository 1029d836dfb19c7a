// The engine dies, hangs, and comes back: the connector stays up, takes writes, and then carries
// them out. On an engine of the test's own.
//
// GENISYS_ENGINE_ROUNDS=n restarts, kills and hangs it n times each; GENISYS_HANG_SECONDS=n says
// for how long it hangs.

#include <fmt/format.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <thread>

#include "tests/e2e/api_watch.hpp"
#include "tests/e2e/connector_test.hpp"
#include "tests/e2e/private_engine.hpp"
#include "tests/support/long_form.hpp"
#include "tests/support/test_engine.hpp"

namespace genisys::test {
namespace {

constexpr const char* kImage = "genisys-away:1";

TEST(EngineAway, IsOutlivedAndCaughtUpWith) {
  if (TestEngine::is_forbidden()) GTEST_SKIP() << "GENISYS_TEST_ENGINE=none";
  PrivateEngine engine(kImage);
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

enum class Mishap { restart, crash, hang };

class EngineMishap : public ::testing::TestWithParam<std::pair<const char*, Mishap>> {
 protected:
  // Long enough for the list that hangs to be given up.
  static void happen(PrivateEngine& engine, Mishap mishap, const Connector& connector) {
    if (mishap == Mishap::restart) {
      engine.restart();
    } else if (mishap == Mishap::crash) {
      engine.crash();
      engine.revive();
    } else {
      engine.hang();
      const std::chrono::seconds least(number_from("GENISYS_HANG_SECONDS", 11));
      const auto end = std::chrono::steady_clock::now() + least;
      EXPECT_TRUE(eventually([&] {
        return std::chrono::steady_clock::now() >= end &&
               connector.call("GET", "/readyz").status == 503;
      })) << "a hung engine counts as ready";
      engine.go_on();
    }
  }
};

TEST_P(EngineMishap, UnderLoadIsOutlived) {
  if (TestEngine::is_forbidden()) GTEST_SKIP() << "GENISYS_TEST_ENGINE=none";
  const auto& [name, mishap] = GetParam();
  PrivateEngine engine(kImage);
  Connector connector({.engine_url = engine.url()});
  connector.start();
  connector.define("web", kImage);
  connector.define("db", kImage);
  connector.scale("db", 1);
  connector.scale_and_converge("web", 2);
  ApiWatch api(connector, "web");
  std::chrono::milliseconds longest{0};
  const auto rounds = static_cast<int>(number_from("GENISYS_ENGINE_ROUNDS", 1));
  std::int64_t writes = 0;
  std::uint32_t target = 0;
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE(fmt::format("{} {}", name, round));
    std::atomic<bool> over = false;
    std::string refused;
    // Up and down all the while; the last write that was acknowledged counts.
    std::thread load([&] {
      for (; !over; ++writes) {
        const auto next = static_cast<std::uint32_t>(writes % 4);
        const std::string body = fmt::format(R"({{"number": {}}})", next);
        try {
          if (connector.call("POST", "/service/web/scale", body).status == 200) target = next;
        } catch (const std::runtime_error& error) {
          refused = error.what();
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
      }
    });
    happen(engine, mishap, connector);
    over = true;
    load.join();
    EXPECT_EQ(refused, "");
    const auto back = std::chrono::steady_clock::now();
    EXPECT_EQ(connector.status("web")["desired"].number(), target);
    EXPECT_EQ(connector.converge("web")["running_resources"].number(), target);
    connector.converge("db");
    longest = std::max(longest, std::chrono::duration_cast<std::chrono::milliseconds>(
                                    std::chrono::steady_clock::now() - back));
    EXPECT_EQ(connector.settled("web", target).size(), target);
    EXPECT_EQ(connector.settled("db", 1).size(), 1U);
    EXPECT_EQ(connector.call("GET", "/readyz").status, 200);
  }
  api.stop();
  EXPECT_EQ(api.failure(), "");
  EXPECT_LT(api.faster_than(0.99), std::chrono::milliseconds(250));
  std::cout << fmt::format(
      "  {} x {}: {} writes, {} API answers (p99 {} us, slowest {} us), converged at most {} ms "
      "after the engine was back\n",
      rounds, name, writes, api.answers(), api.faster_than(0.99).count(),
      api.faster_than(1).count(), longest.count());
  if (testing::Test::HasFailure()) std::cout << connector.process().log();
}

INSTANTIATE_TEST_SUITE_P(EngineAway, EngineMishap,
                         ::testing::Values(std::pair{"Restart", Mishap::restart},
                                           std::pair{"Crash", Mishap::crash},
                                           std::pair{"Hang", Mishap::hang}),
                         [](const auto& row) { return std::string(row.param.first); });

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
