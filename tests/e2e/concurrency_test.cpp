// Clients that write at the same time, and clients that wait.

#include <fmt/format.h>

#include <future>

#include "tests/e2e/connector_test.hpp"

namespace genisys::test {
namespace {

using EntityTag = ConnectorTest;
using Waiting = ConnectorTest;

TEST_F(EntityTag, ThatIsOutOfDateRefusesTheWrite) {
  connector().start();
  connector().define("web", image());
  const std::string path = "/service/web/scale";
  const std::string first = connector().call("GET", "/service/web").header("etag");
  EXPECT_EQ(connector().call("GET", "/service/web/status").header("etag"), first);
  const auto scale = [&](int number, const std::string& tag) {
    return connector().call("POST", path, fmt::format(R"({{"number": {}}})", number),
                            {{"If-Match", tag}});
  };
  const HttpAnswer scaled = scale(0, first);
  EXPECT_EQ(scaled.status, 200) << scaled.body;
  EXPECT_NE(scaled.header("etag"), first);
  const HttpAnswer late = scale(1, first);
  EXPECT_EQ(late.status, 412);
  EXPECT_EQ(late.header("content-type"), "application/problem+json");
  EXPECT_EQ(connector().status("web")["desired"].number(), 0);
  EXPECT_EQ(connector().call("DELETE", "/service/web", "", {{"If-Match", first}}).status, 412);
  EXPECT_EQ(connector()
                .call("PUT", "/service/web", fmt::format(R"({{"image": "{}"}})", image()),
                      {{"If-Match", first}})
                .status,
            412);
  EXPECT_EQ(scale(0, "*").status, 200);
  EXPECT_EQ(scale(0, scaled.header("etag")).status, 200);
  EXPECT_EQ(connector().call("GET", "/service/web").header("etag"), scaled.header("etag"))
      << "an identical scale changed the generation";
}

TEST_F(Waiting, ForAnIndexAnswersWithTheNextChange) {
  connector().start();
  connector().define("web", image());
  const HttpAnswer now = connector().call("GET", "/service/web/status");
  const std::string index = now.header("x-genisys-index");
  EXPECT_EQ(Json::parse(now.body)["index"].dump(), index);

  const auto short_wait = std::chrono::steady_clock::now();
  const HttpAnswer same =
      connector().call("GET", "/service/web/status?wait=300ms&index=" + std::to_string(1ULL << 60));
  EXPECT_EQ(same.status, 200);
  EXPECT_GE(std::chrono::steady_clock::now() - short_wait, std::chrono::milliseconds(300));

  auto waiting = std::async(std::launch::async, [&] {
    return connector().call("GET", "/service/web/status?wait=30s&index=" + index);
  });
  connector().scale("web", 0);
  const HttpAnswer changed = waiting.get();
  EXPECT_EQ(changed.status, 200);
  EXPECT_GT(std::stoull(changed.header("x-genisys-index")), std::stoull(index));
}

TEST_F(Waiting, ForConvergenceNeverAnswersOfAnOlderTarget) {
  connector().start();
  connector().define("web", image());
  for (const std::uint32_t target : {2U, 0U, 3U, 1U}) {
    connector().scale("web", target);
    const Json at_once = connector().status("web");
    if (at_once["converged"].boolean()) {
      EXPECT_EQ(at_once["ready"].number(), target) << at_once.dump();
    }
    const Json status = connector().converge("web");
    EXPECT_EQ(status["desired"].number(), target);
    EXPECT_EQ(status["running_resources"].number(), target);
    connector().settled("web", target);
  }
}

TEST_F(Waiting, UsesAnIndexThatGrowsOverRestarts) {
  connector().start();
  connector().define("web", image());
  std::uint64_t last = 0;
  for (int round = 0; round < 4; ++round) {
    const std::uint64_t index =
        std::stoull(connector().call("GET", "/status").header("x-genisys-index"));
    EXPECT_GT(index, last);
    last = index;
    if (round % 2 == 0) {
      EXPECT_EQ(connector().process().terminate().code, 0);
    } else {
      connector().process().kill();
    }
    connector().start();
  }
}

TEST_F(Waiting, ManyAtOnceAreAllAnswered) {
  connector().start();
  connector().define("web", image());
  connector().scale_and_converge("web", 0);
  std::vector<std::future<HttpAnswer>> waiting;
  const std::string index = connector().status("web")["index"].dump();
  for (int client = 0; client < 32; ++client) {
    waiting.push_back(std::async(std::launch::async, [&] {
      return connector().call("GET", "/service/web/status?wait=30s&index=" + index);
    }));
  }
  connector().scale("web", 1);
  for (std::future<HttpAnswer>& each : waiting) EXPECT_EQ(each.get().status, 200);
  connector().converge("web");
}

TEST_F(Waiting, OnScalesOfManyServicesAtOnceSeesAllOrNone) {
  connector().start();
  connector().define("web", image());
  connector().define("db", image());
  EXPECT_EQ(connector().call("POST", "/scale", R"({"web": 2, "db": "1"})").status, 200);
  const Json statuses = connector().get("/status?for=converged&wait=50s");
  EXPECT_EQ(statuses["web"]["running_resources"].number(), 2);
  EXPECT_EQ(statuses["db"]["running_resources"].number(), 1);
}

}  // namespace
}  // namespace genisys::test
