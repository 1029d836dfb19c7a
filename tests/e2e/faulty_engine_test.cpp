// What goes to the engine, and what comes back, is broken on the way: the connector answers all the
// while, runs nothing too much, ends nothing on account of it, and converges when it is over.
//
// GENISYS_FAULT_SECONDS=n lets the storm go on for n seconds, GENISYS_FAULT_SEED=n chooses its
// faults.

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <list>
#include <map>
#include <optional>
#include <random>
#include <set>

#include "tests/e2e/api_watch.hpp"
#include "tests/e2e/connector_test.hpp"
#include "tests/e2e/running_watch.hpp"
#include "tests/support/fault_proxy.hpp"
#include "tests/support/long_form.hpp"

namespace genisys::test {
namespace {

// Far above what it takes, for machines that do much else.
constexpr std::chrono::milliseconds kSlowAnswer{250};

class FaultyEngine : public ConnectorTest {
 protected:
  void SetUp() override {
    ConnectorTest::SetUp();
    if (IsSkipped()) return;
    proxy_.emplace(engine_url());
    set_up_connector({.engine_url = engine_url(), .way_to_engine = proxy_->url()});
    start_bystanders();
    // Everything that is there now is foreign, whoever made it.
    const HttpClient raw(HttpClient::endpoint_of(engine_url()));
    for (const Json& each : Json::parse(raw.send("GET", "/containers/json?all=1").body).items())
      foreign_.insert(each["Id"].text());
    connector().start();
  }

  void TearDown() override {
    if (proxy_) {
      proxy_->calm();
      for (const std::string& id : proxy_->ended())
        EXPECT_FALSE(foreign_.contains(id)) << "it was to end the foreign container " << id;
    }
    remove_unreachable_image();
    ConnectorTest::TearDown();
    remove_connector();
    proxy_.reset();
  }

  FaultProxy& proxy() { return *proxy_; }

  // Of a registry where nobody answers, and on the engine all the same: so pulls are tried.
  std::string unreachable_image() {
    const std::string repository = "127.0.0.1:1/" + random_text();
    engine().tag(image(), repository, "1");
    return tagged_ = repository + ":1";
  }

  // As many run as are wanted, each in a slot of its own.
  void expect_no_twins(const std::string& service, std::size_t count) {
    connector().settled(service, count);
    std::set<std::string> slots;
    for (const SeenContainer& seen : connector().containers(service)) {
      if (seen.is_running()) EXPECT_TRUE(slots.insert(seen.slot).second) << "slot " << seen.slot;
    }
    EXPECT_EQ(slots.size(), count);
  }

  void report() {
    std::size_t sum = 0;
    for (const auto& [what, count] : proxy_->broken()) {
      std::cout << fmt::format("  {:8} {:14} {}\n", to_string(what.first), to_string(what.second),
                               count);
      sum += count;
    }
    std::cout << "  faults in all " << sum << "\n";
  }

 private:
  void remove_unreachable_image() {
    if (!tagged_.empty()) engine().untag(tagged_);
  }

  std::set<std::string> foreign_;
  std::string tagged_;
  std::optional<FaultProxy> proxy_;
};

void expect_quick_answers(const ApiWatch& api) {
  EXPECT_EQ(api.failure(), "");
  EXPECT_LT(api.faster_than(0.99), kSlowAnswer);
  std::cout << fmt::format("  {} answers of the API: p50 {} us, p99 {} us, slowest {} us\n",
                           api.answers(), api.faster_than(0.5).count(),
                           api.faster_than(0.99).count(), api.faster_than(1).count());
}

// ---- one kind of fault, at every call that a service's life needs

constexpr Call kCalls[] = {Call::ping,   Call::list,  Call::inspect, Call::create,
                           Call::start,  Call::stop,  Call::remove,  Call::logs,
                           Call::events, Call::image, Call::pull};

class EachFault : public FaultyEngine, public ::testing::WithParamInterface<Fault> {};

TEST_P(EachFault, AtEveryCallIsOvercome) {
  const std::string reference = unreachable_image();
  proxy().stall_for(std::chrono::milliseconds(300));
  connector().define("web", reference, R"("pull_policy": "always")");
  // The engine's version is asked for at the start.
  connector().process().terminate();
  for (const Call call : kCalls) proxy().break_next({.call = call, .fault = GetParam()});
  connector().start();
  RunningWatch watch(connector(), "web");
  watch.allow_at_most(2);
  ApiWatch api(connector(), "web");
  connector().scale_and_converge("web", 2);
  const std::string victim = connector().settled("web", 2).front();
  connector().engine().kill(victim);
  EXPECT_TRUE(eventually([&] {
    return proxy().broken().contains({Call::logs, GetParam()});
  })) << "it is not examined";
  connector().converge("web");
  connector().scale_and_converge("web", 0);
  EXPECT_TRUE(eventually([&] { return connector().containers("web").empty(); }));
  connector().scale_and_converge("web", 1);
  expect_no_twins("web", 1);
  watch.stop();
  api.stop();
  EXPECT_EQ(watch.violation(), "");
  expect_quick_answers(api);
  const FaultProxy::Counts broken = proxy().broken();
  for (const Call call : kCalls)
    EXPECT_TRUE(broken.contains({call, GetParam()})) << to_string(call) << " was not broken";
}

INSTANTIATE_TEST_SUITE_P(Of, EachFault, ::testing::ValuesIn(kAnswerFaults),
                         [](const auto& row) { return std::string(to_string(row.param)); });

class EachEventFault : public FaultyEngine, public ::testing::WithParamInterface<Fault> {};

TEST_P(EachEventFault, IsOvercome) {
  connector().define("web", image());
  RunningWatch watch(connector(), "web");
  watch.allow_at_most(2);
  proxy().break_next({.call = Call::events, .fault = GetParam(), .times = 3});
  proxy().hang_up();
  EXPECT_TRUE(eventually([&] { return proxy().broken().contains({Call::events, GetParam()}); }));
  connector().scale_and_converge("web", 2);
  connector().engine().kill(connector().settled("web", 2).front());
  connector().settled("web", 2);
  connector().scale_and_converge("web", 1);
  watch.stop();
  EXPECT_EQ(watch.violation(), "");
  expect_no_twins("web", 1);
}

INSTANTIATE_TEST_SUITE_P(Of, EachEventFault, ::testing::ValuesIn(kEventFaults),
                         [](const auto& row) { return std::string(to_string(row.param)); });

// ---- lists

TEST_F(FaultyEngine, WhoseListIsNoListEndsAndStartsNothing) {
  connector().define("web", image());
  connector().scale_and_converge("web", 3);
  const std::vector<std::string> before = connector().settled("web", 3);
  const std::size_t created = proxy().passed(Call::create);
  const auto broken_lists = [this] {
    std::size_t sum = 0;
    for (const auto& [what, count] : proxy().broken()) sum += what.first == Call::list ? count : 0;
    return sum;
  };
  std::vector<FaultProxy::Order> orders;
  for (const Fault fault : {Fault::cut, Fault::garbage, Fault::error, Fault::html, Fault::lost,
                            Fault::error_instead, Fault::empty}) {
    orders.push_back({.call = Call::list, .fault = fault});
  }
  for (const double at : {0.0, 0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.9999}) {
    for (const Fault fault : {Fault::cut_within, Fault::short_body, Fault::truncated})
      orders.push_back({.call = Call::list, .fault = fault, .at = at});
  }
  for (const FaultProxy::Order& order : orders) {
    SCOPED_TRACE(fmt::format("{} at {}", to_string(order.fault), order.at));
    const std::size_t so_far = broken_lists();
    const std::size_t passed = proxy().passed(Call::list);
    proxy().break_next(order);
    proxy().hang_up();
    // That one, and one that is whole again.
    ASSERT_TRUE(eventually([&] { return broken_lists() == so_far + 1; }));
    const bool reaches_engine = order.fault > Fault::html;
    ASSERT_TRUE(
        eventually([&] { return proxy().passed(Call::list) > passed + (reaches_engine ? 1 : 0); }));
    EXPECT_TRUE(proxy().ended().empty());
  }
  EXPECT_EQ(connector().converge("web")["ready"].number(), 3);
  EXPECT_EQ(connector().running("web"), before);
  EXPECT_EQ(proxy().passed(Call::create), created);
  EXPECT_TRUE(proxy().ended().empty());
  std::cout << fmt::format("  {} broken lists\n", broken_lists());
}

TEST_F(FaultyEngine, ThatListsNothingForLongEndsNothingAndDoublesNothing) {
  connector().define("web", image());
  connector().scale_and_converge("web", 3);
  const std::vector<std::string> before = connector().settled("web", 3);
  RunningWatch watch(connector(), "web");
  watch.allow_at_most(3);
  proxy().break_next({.call = Call::list, .fault = Fault::empty, .times = 100000});
  proxy().hang_up();
  // It has to believe in the end what is said again and again, and then finds the names taken: that
  // must not make it ask without a pause.
  const std::size_t created = proxy().passed(Call::create);
  EXPECT_TRUE(eventually([&] { return proxy().passed(Call::create) > created; }));
  const std::size_t first = proxy().passed(Call::create);
  std::this_thread::sleep_for(std::chrono::seconds(1));
  EXPECT_LT(proxy().passed(Call::create) - first, 60U);
  proxy().calm();
  proxy().hang_up();
  EXPECT_TRUE(eventually([&] { return connector().status("web")["converged"].boolean(); }));
  watch.stop();
  EXPECT_EQ(watch.violation(), "");
  EXPECT_EQ(connector().settled("web", 3), before);
}

// ---- an answer that nobody hears any more

class KilledBetween : public FaultyEngine, public ::testing::WithParamInterface<Call> {};

TEST_P(KilledBetween, EffectAndAnswerLosesAndDoublesNothing) {
  connector().define("web", image());
  RunningWatch watch(connector(), "web");
  watch.allow_at_most(2);
  if (GetParam() == Call::stop || GetParam() == Call::remove)
    connector().scale_and_converge("web", 2);
  const pid_t program = connector().process().pid();
  proxy().break_next({.call = GetParam(), .fault = Fault::lost, .after_effect = [program] {
                        ::kill(program, SIGKILL);
                      }});
  const std::uint32_t target = connector().status("web")["desired"].is_null() ? 2 : 1;
  connector().scale("web", target);
  EXPECT_EQ(connector().process().wait(std::chrono::seconds(30)).signal, SIGKILL);
  connector().start();
  EXPECT_EQ(connector().status("web")["desired"].number(), target);
  connector().converge("web");
  watch.stop();
  EXPECT_EQ(watch.violation(), "");
  expect_no_twins("web", target);
}

INSTANTIATE_TEST_SUITE_P(Of, KilledBetween,
                         ::testing::Values(Call::create, Call::start, Call::stop, Call::remove),
                         [](const auto& row) { return std::string(to_string(row.param)); });

// ---- everything at once

TEST_F(FaultyEngine, ThatAnswersNothingLeavesTheApiAlone) {
  connector().define("web", image());
  connector().scale_and_converge("web", 2);
  for (const Call call : kCalls)
    proxy().break_next({.call = call, .fault = Fault::stall, .times = 100000});
  proxy().hang_up();
  ApiWatch api(connector(), "web");
  for (std::uint32_t target = 0; target < 100; ++target) connector().scale("web", target % 5);
  connector().scale("web", 3);
  connector().define("later", image());
  connector().scale("later", 1);
  EXPECT_EQ(connector().call("GET", "/healthz").status, 200);
  EXPECT_FALSE(connector().status("web")["converged"].boolean());
  EXPECT_TRUE(eventually([&] { return proxy().broken().size() >= 2; }));
  api.stop();
  expect_quick_answers(api);
  proxy().calm();
  connector().converge("web");
  connector().converge("later");
  expect_no_twins("web", 3);
}

TEST_F(FaultyEngine, InAStormOfFaultsIsOutlived) {
  const std::uint64_t seed = number_from("GENISYS_FAULT_SEED", std::random_device{}());
  const std::chrono::seconds duration(number_from("GENISYS_FAULT_SECONDS", 6));
  SCOPED_TRACE(fmt::format("GENISYS_FAULT_SEED={}", seed));
  std::mt19937_64 random(seed);
  const auto any = [&random](std::uint64_t of) { return random() % of; };

  const std::vector<std::string> names = {"web", "db", "api"};
  std::map<std::string, std::uint32_t> targets;
  std::list<RunningWatch> watches;
  std::map<std::string, RunningWatch*> watch_of;
  for (const std::string& name : names) {
    connector().define(name, image());
    watch_of[name] = &watches.emplace_back(connector(), name);
    watch_of[name]->allow_at_most(0);
  }
  const auto may_run = [this](const std::string& name) {
    const std::vector<SeenContainer> all = connector().containers(name);
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [](const SeenContainer& seen) { return seen.state != "exited"; }));
  };
  ApiWatch api(connector(), "web");
  proxy().stall_for(std::chrono::milliseconds(700));
  proxy().storm(seed, 4);
  std::size_t writes = 0;
  std::size_t kills = 0;
  const auto end = std::chrono::steady_clock::now() + duration;
  while (std::chrono::steady_clock::now() < end) {
    const std::string& name = names[any(names.size())];
    if (any(3) == 0) {
      const std::vector<std::string> running = connector().running(name);
      if (!running.empty()) {
        // It may be gone by now, or ended.
        try {
          connector().engine().kill(running[any(running.size())]);
          ++kills;
        } catch (const std::runtime_error&) {
        }
      }
    } else {
      const auto target = static_cast<std::uint32_t>(any(4));
      const std::uint32_t former = std::exchange(targets[name], target);
      watch_of[name]->allow_at_most(std::max<std::size_t>({may_run(name), former, target}));
      connector().scale(name, target);
      ++writes;
    }
    if (any(10) == 0) proxy().hang_up();
    std::this_thread::sleep_for(std::chrono::milliseconds(any(300)));
  }
  proxy().calm();
  const auto calm = std::chrono::steady_clock::now();
  for (const auto& [name, target] : targets) {
    SCOPED_TRACE(name);
    EXPECT_EQ(connector().status(name)["desired"].number(), target);
    EXPECT_EQ(connector().converge(name)["running_resources"].number(), target);
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - calm);
  for (const auto& [name, target] : targets) {
    SCOPED_TRACE(name);
    expect_no_twins(name, target);
    watch_of[name]->stop();
    EXPECT_EQ(watch_of[name]->violation(), "");
  }
  api.stop();
  report();
  std::cout << fmt::format(
      "  {} writes, {} containers killed; converged {} ms after the last fault\n", writes, kills,
      took.count());
  expect_quick_answers(api);
}

}  // namespace
}  // namespace genisys::test
