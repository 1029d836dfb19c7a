// Published ports can be reached where the status says.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>
#include <set>

#include "tests/e2e/connector_test.hpp"

namespace genisys::test {
namespace {

constexpr const char* kWebServer =
    R"("command": "sh -c 'echo hello >/www/index.html; exec httpd -f -p 80 -h /www'")";

bool is_free(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  const bool free = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return free;
}

// The first of `count` free ports in a row, below those that systems hand out by themselves.
std::uint16_t free_ports(std::uint16_t count) {
  std::mt19937 random(std::random_device{}());
  while (true) {
    const auto first =
        static_cast<std::uint16_t>(std::uniform_int_distribution<unsigned>(20000, 30000)(random));
    std::uint16_t free = 0;
    while (free < count && is_free(static_cast<std::uint16_t>(first + free))) ++free;
    if (free == count) return first;
  }
}

class Ports : public ConnectorTest {
 protected:
  void SetUp() override {
    ConnectorTest::SetUp();
    if (!IsSkipped()) connector().start();
  }

  void define_web(const std::string& port) {
    connector().define("web", image(), fmt::format(R"({}, "ports": ["{}"])", kWebServer, port));
  }

  // The host port of every slot, each of which answers there.
  std::set<std::uint16_t> expect_reachable(const Json& status) {
    std::set<std::uint16_t> ports;
    for (const Json& slot : status["slots"].items()) {
      const Json published = slot["ports"][0];
      EXPECT_EQ(published["container"].text(), "80/tcp");
      const std::string host = published["host"].text();
      const auto port = static_cast<std::uint16_t>(std::stoi(host.substr(host.rfind(':') + 1)));
      EXPECT_EQ(host, fmt::format("0.0.0.0:{}", port));
      EXPECT_TRUE(ports.insert(port).second) << host << " is there twice";
      // The server in it begins to listen a moment after its container runs.
      EXPECT_TRUE(eventually([&] { return answers(port); }, std::chrono::seconds(20))) << host;
    }
    return ports;
  }

 private:
  static bool answers(std::uint16_t port) {
    try {
      return HttpClient(HttpClient::Tcp{"127.0.0.1", port}, std::chrono::seconds(2))
                 .send("GET", "/index.html")
                 .body == "hello\n";
    } catch (const std::exception&) {
      return false;
    }
  }
};

TEST_F(Ports, WithoutAHostPortAreFreeOnesThatTheStatusNames) {
  define_web("80");
  const Json status = connector().scale_and_converge("web", 3);
  EXPECT_EQ(expect_reachable(status).size(), 3U);
}

TEST_F(Ports, AreTheEndpointsThatClientsAndPrometheusAreTold) {
  define_web("80");
  const std::set<std::uint16_t> ports = expect_reachable(connector().scale_and_converge("web", 2));
  std::set<std::string> addresses;
  for (const std::uint16_t port : ports) addresses.insert(fmt::format("127.0.0.1:{}", port));

  std::set<std::string> endpoints;
  const Json told = connector().get("/service/web/endpoints");
  for (const Json& endpoint : told["endpoints"].items())
    endpoints.insert(endpoint["address"].text());
  EXPECT_EQ(endpoints, addresses);

  std::set<std::string> targets;
  const Json groups = connector().get("/sd");
  for (const Json& group : groups.items()) {
    EXPECT_EQ(group["labels"]["__meta_genisys_service"].text(), "web");
    targets.insert(group["targets"][0].text());
  }
  EXPECT_EQ(targets, addresses);
}

TEST_F(Ports, OfARangeAreTakenOnePerSlot) {
  const std::uint16_t first = free_ports(3);
  define_web(fmt::format("{}-{}:80", first, first + 2));
  const Json status = connector().scale_and_converge("web", 3);
  EXPECT_EQ(expect_reachable(status),
            (std::set<std::uint16_t>{first, static_cast<std::uint16_t>(first + 1),
                                     static_cast<std::uint16_t>(first + 2)}));
  const HttpAnswer refused = connector().call("POST", "/service/web/scale", R"({"number": 4})");
  EXPECT_EQ(refused.status, 400) << refused.body;
  EXPECT_EQ(connector().status("web")["desired"].number(), 3);
}

TEST_F(Ports, ThatAreFixedAllowOneReplica) {
  const std::uint16_t port = free_ports(1);
  define_web(fmt::format("{}:80", port));
  const HttpAnswer refused = connector().call("POST", "/service/web/scale", R"({"number": 2})");
  EXPECT_EQ(refused.status, 400) << refused.body;
  EXPECT_TRUE(connector().status("web")["desired"].is_null());
  EXPECT_EQ(expect_reachable(connector().scale_and_converge("web", 1)),
            std::set<std::uint16_t>{port});
}

TEST_F(Ports, ThatAnotherContainerHasAreSaidToBeItsAndTakenOnceFree) {
  const std::uint16_t port = free_ports(1);
  const std::string ports = fmt::format(R"("ports": ["{}:80"])", port);
  connector().define("first", image(), ports);
  connector().scale_and_converge("first", 1);
  connector().define("second", image(), ports);
  connector().scale("second", 1);
  const std::string sentence = fmt::format("port {} is taken by container first-1-", port);
  EXPECT_TRUE(eventually([&] {
    return connector().get("/service/second/why").dump().find(sentence) != std::string::npos;
  })) << connector().get("/service/second/why").dump();
  connector().scale("first", 0);
  EXPECT_EQ(connector().converge("second")["ready"].number(), 1);
}

}  // namespace
}  // namespace genisys::test
