// SIGKILL at any moment loses no acknowledged write and makes no container too many.
//
// GENISYS_KILLS=n kills it n times in each of the tests that kill it often.

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <list>
#include <map>
#include <random>
#include <thread>

#include "tests/e2e/connector_test.hpp"
#include "tests/e2e/running_watch.hpp"
#include "tests/support/long_form.hpp"
#include "tests/support/register_history.hpp"

namespace genisys::test {
namespace {

using KilledConnector = ConnectorTest;

int kills(int otherwise) {
  return static_cast<int>(number_from("GENISYS_KILLS", static_cast<std::uint64_t>(otherwise)));
}

constexpr std::uint32_t kMostReplicas = 5;

TEST_F(KilledConnector, KeepsWhatItAcknowledgedAndNeverOvershoots) {
  const std::uint32_t seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  const auto any = [&random](std::uint32_t from, std::uint32_t to) {
    return std::uniform_int_distribution<std::uint32_t>(from, to)(random);
  };

  start_bystanders();
  connector().start();
  connector().define("web", image());
  // Those that run although they are to be stopped, and those whose start the engine may have in
  // hand still, from a connector that is dead by now.
  const auto may_run = [this] {
    const std::vector<SeenContainer> all = connector().containers("web");
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [](const SeenContainer& seen) { return seen.state != "exited"; }));
  };
  RunningWatch watch(connector(), "web");
  std::uint32_t target = 0;
  std::int64_t last_index = 0;
  const int rounds = kills(50);
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE(fmt::format("round {}", round));
    const std::uint32_t former = std::exchange(target, any(0, kMostReplicas));
    watch.allow_at_most(std::max<std::size_t>({may_run(), former, target}));
    connector().scale("web", target);
    std::this_thread::sleep_for(std::chrono::milliseconds(any(0, 400)));
    connector().process().kill();
    connector().start();

    const Json status = connector().status("web");
    ASSERT_EQ(status["desired"].number(), target) << status.dump();
    ASSERT_GT(status["index"].number(), last_index) << status.dump();
    last_index = status["index"].number();
  }
  const Json status = connector().converge("web");
  EXPECT_EQ(status["running_resources"].number(), target);
  watch.stop();
  EXPECT_EQ(watch.violation(), "");
  EXPECT_GT(watch.samples(), static_cast<std::size_t>(rounds));
  std::cout << "  " << rounds << " kills, as many acknowledged targets, " << watch.samples()
            << " looks at what runs\n";

  connector().settled("web", target);
  connector().scale_and_converge("web", 0);
  EXPECT_TRUE(eventually([&] { return connector().containers("web").empty(); }))
      << "it left containers behind";
}

// Writes and reads one of two definitions, again and again, until told to end.
class Client {
 public:
  Client(std::vector<std::string> services, std::string image, const std::atomic<int>& port,
         std::atomic<std::uint64_t>& last_value, std::uint32_t seed)
      : services_(std::move(services)),
        image_(std::move(image)),
        port_(port),
        last_value_(last_value),
        random_(seed),
        thread_([this] { work(); }) {}
  ~Client() { stop(); }

  void stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }
  // After stop().
  const RegisterHistory& seen(const std::string& service) { return histories_[service]; }

 private:
  static RegisterHistory::Time now() {
    return std::chrono::steady_clock::now().time_since_epoch().count();
  }

  void work() {
    while (!stopping_) {
      const std::string& service = services_[random_() % services_.size()];
      if (random_() % 2 == 0) {
        write(service);
      } else {
        read(service);
      }
    }
  }

  HttpAnswer call(std::string_view method, const std::string& service, const std::string& body) {
    const HttpClient client(HttpClient::Tcp{"127.0.0.1", static_cast<std::uint16_t>(port_.load())},
                            std::chrono::seconds(5));
    return client.send(method, "/service/" + service, body);
  }

  void write(const std::string& service) {
    const std::uint64_t value = ++last_value_;
    const RegisterHistory::Time begin = now();
    RegisterHistory::Time end = RegisterHistory::kNever;
    try {
      const std::string body = fmt::format(
          R"({{"name": "{}", "image": "{}", "labels": {{"v": "{}"}}}})", service, image_, value);
      if (call("PUT", service, body).status == 200) end = now();
    } catch (const std::runtime_error&) {
      pause();
    }
    histories_[service].write(value, begin, end);
  }

  void read(const std::string& service) {
    const RegisterHistory::Time begin = now();
    try {
      const HttpAnswer answer = call("GET", service, "");
      // Another program has the port meanwhile.
      if (answer.status != 200) return;
      const std::uint64_t value = std::stoull(Json::parse(answer.body)["labels"]["v"].text());
      histories_[service].read(value, begin, now());
    } catch (const std::runtime_error&) {
      pause();
    }
  }

  // Nobody is there.
  static void pause() { std::this_thread::sleep_for(std::chrono::milliseconds(2)); }

  const std::vector<std::string> services_;
  const std::string image_;
  const std::atomic<int>& port_;
  std::atomic<std::uint64_t>& last_value_;
  std::mt19937 random_;
  std::atomic<bool> stopping_ = false;
  std::map<std::string, RegisterHistory> histories_;
  std::thread thread_;
};

TEST_F(KilledConnector, ShowsAllItsClientsOneHistory) {
  std::mt19937 random(std::random_device{}());
  const std::vector<std::string> services = {"a" + random_text(), "b" + random_text()};
  connector().start();
  for (const std::string& service : services)
    connector().define(service, image(), R"("labels": {"v": "0"})");
  std::atomic<int> port = connector().process().port();
  std::atomic<std::uint64_t> last_value = 0;
  std::list<Client> clients;
  for (int i = 0; i < 4; ++i) clients.emplace_back(services, image(), port, last_value, random());
  const int rounds = kills(15);
  for (int round = 0; round < rounds; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 200));
    connector().process().kill();
    connector().start();
    port = connector().process().port();
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  for (Client& client : clients) client.stop();
  std::size_t acknowledged = 0;
  std::size_t reads = 0;
  for (const std::string& service : services) {
    RegisterHistory history;
    for (Client& client : clients) history.add(client.seen(service));
    acknowledged += history.acknowledged();
    reads += history.reads();
    EXPECT_EQ(history.contradiction(), std::nullopt);
  }
  EXPECT_GT(acknowledged, static_cast<std::size_t>(rounds));
  std::cout << fmt::format(
      "  {} kills, {} acknowledged writes and {} reads explained by one register each\n", rounds,
      acknowledged, reads);
}

TEST_F(KilledConnector, StopsNoContainerAndKnowsThemAgain) {
  start_bystanders();
  connector().start();
  connector().define("web", image());
  connector().scale_and_converge("web", 3);
  const std::vector<std::string> before = connector().running("web");
  connector().process().kill();
  EXPECT_EQ(connector().running("web"), before);
  connector().start();
  EXPECT_EQ(connector().converge("web")["ready"].number(), 3);
  EXPECT_EQ(connector().running("web"), before);
}

}  // namespace
}  // namespace genisys::test
