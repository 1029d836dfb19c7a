// Killed at each of the program's named points (state/fail_point.hpp), in turn: what was
// acknowledged is there after the next start, it converges, never too many run, nothing foreign is
// touched and nothing is left behind.
//
// GENISYS_FAIL_POINT_PASSINGS=n, given to this program, adds a whole life of a service for each of
// the first n passings of every point: run them with --gtest_filter='Whole/*'.

#include "state/fail_point.hpp"

#ifdef GENISYS_FAIL_POINTS

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <set>

#include "tests/e2e/connector_test.hpp"
#include "tests/e2e/life.hpp"
#include "tests/e2e/running_watch.hpp"
#include "tests/support/long_form.hpp"

namespace genisys::test {
namespace {

constexpr const char* kPoints[] = {
#define GENISYS_FAIL_POINT_NAME(name) #name,
    GENISYS_EACH_FAIL_POINT(GENISYS_FAIL_POINT_NAME)
#undef GENISYS_FAIL_POINT_NAME
};

class FailPoints : public ConnectorTest {
 protected:
  void TearDown() override {
    if (!tagged_.empty()) engine().untag(tagged_);
    ConnectorTest::TearDown();
  }
  std::string unreachable_image() {
    const std::string repository = "127.0.0.1:1/" + random_text();
    engine().tag(image(), repository, "1");
    return tagged_ = repository + ":1";
  }
  // So that the import of a service file can be killed, too.
  void write_service_file() {
    connector().write_file("services.py",
                           fmt::format(R"(idle = {{"name": "idle", "image": "{}"}})", image()));
  }
  void expect_nothing_left(const Life& life) {
    EXPECT_EQ(life.lost(), "");
    EXPECT_TRUE(engine().list(kInstanceLabel, connector().instance()).empty()) << "orphans";
    const HttpClient raw(HttpClient::endpoint_of(engine_url()));
    for (const std::string& network : life.networks())
      EXPECT_EQ(raw.send("GET", "/networks/" + network).status, 404) << "a network is left";
  }

 private:
  std::string tagged_;
};

// What leads past a point, with the connector armed at the right moment.
using Road = void (*)(Life& life, const std::string& order);

void start_it(Life& life, const std::string& order) {
  life.arm(order);
  life.await_ready();
}

void write_it(Life& life, const std::string& order) {
  life.define("one");
  life.arm(order);
  life.define("two");
  life.await_ready();  // it may have been killed right after its answer
}

void scale_it_up(Life& life, const std::string& order) {
  life.define("one");
  life.arm(order);
  life.scale(1);
}

void scale_it_down(Life& life, const std::string& order) {
  life.define("one");
  life.scale(1);
  life.arm(order);
  life.scale(0);
}

void heal_it(Life& life, const std::string& order) {
  life.define("one");
  life.scale(1);
  life.arm(order);
  life.heal(1);
}

void prove_it(Life& life, const std::string& order) {
  life.define("one");
  life.arm(order);
  life.scale(1);
  life.await_stable();
}

void update_it(Life& life, const std::string& order) {
  life.define("one");
  life.scale(1);
  life.await_stable();
  life.arm(order);
  life.update_in_vain();
}

void remove_it(Life& life, const std::string& order) {
  life.define("one");
  life.arm(order);
  life.remove();
}

struct Stage {
  const char* name;
  Road road;
  std::vector<const char*> orders;
};
void PrintTo(const Stage& stage, std::ostream* out) { *out << stage.name; }

// The first batches are those of the start; with a definition there are two more.
const std::vector<Stage>& stages() {
  static const std::vector<Stage> all = {
      {"Start",
       start_it,
       {"migrating", "migrated", "reserving_indexes", "indexes_reserved", "importing", "imported",
        "publishing", "published"}},
      {"Write", write_it, {"batched:2", "committing:2", "committed:2", "durable:2"}},
      {"ScaleUp",
       scale_it_up,
       {"pulling", "pulled", "preparing", "prepared", "creating", "created", "joining", "joined",
        "starting", "started"}},
      {"ScaleDown", scale_it_down, {"stopping", "stopped", "removing", "removed"}},
      {"Heal", heal_it, {"examining", "examined", "remembering", "remembered"}},
      {"Proof", prove_it, {"marking_stable", "marked_stable"}},
      {"Update", update_it, {"rolling_back", "rolled_back"}},
      {"Removal", remove_it, {"unmaking", "unmade", "forgotten"}}};
  return all;
}

TEST(FailPointTable, NamesEveryPointOnce) {
  std::multiset<std::string> named;
  for (const Stage& stage : stages()) {
    for (const std::string order : stage.orders) named.insert(order.substr(0, order.find(':')));
  }
  EXPECT_EQ(named, std::multiset<std::string>(std::begin(kPoints), std::end(kPoints)));
}

class EachFailPoint : public FailPoints, public ::testing::WithParamInterface<Stage> {};

TEST_P(EachFailPoint, KillsWithoutALoss) {
  start_bystanders();
  const std::string reference = unreachable_image();
  for (const std::string order : GetParam().orders) {
    SCOPED_TRACE(order);
    set_up_connector({.engine_url = engine_url()});
    write_service_file();
    Life life(connector(), "web", reference);
    RunningWatch watch(connector(), "web");
    watch.allow_at_most(GetParam().road == update_it ? 2 : 1);  // an update starts first
    if (GetParam().road != start_it) connector().start();
    GetParam().road(life, order);
    EXPECT_EQ(life.deaths(), 1) << "nothing on the way passes it";
    if (GetParam().road != start_it) life.remove();
    watch.stop();
    EXPECT_EQ(watch.violation(), "");
    expect_nothing_left(life);
  }
}

INSTANTIATE_TEST_SUITE_P(Of, EachFailPoint, ::testing::ValuesIn(stages()),
                         [](const auto& row) { return std::string(row.param.name); });

std::vector<std::string> whole_lives() {
  const std::uint64_t passings = number_from("GENISYS_FAIL_POINT_PASSINGS", 0);
  std::vector<std::string> orders;
  for (std::uint64_t passing = 1; passing <= passings; ++passing) {
    for (const char* point : kPoints) orders.push_back(fmt::format("{}:{}", point, passing));
  }
  return orders;
}

class WholeLife : public FailPoints, public ::testing::WithParamInterface<std::string> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(WholeLife);

TEST_P(WholeLife, KilledOnceLosesNothing) {
  start_bystanders();
  write_service_file();
  Life life(connector(), "web", unreachable_image());
  life.arm(GetParam());
  RunningWatch watch(connector(), "web");
  watch.allow_at_most(2);
  life.define("one");
  life.scale(2);
  life.await_stable();
  life.heal(2);
  watch.allow_at_most(3);
  life.define("two");
  life.await_stable();
  life.update_in_vain();
  life.scale(1);
  life.remove();
  watch.stop();
  EXPECT_EQ(watch.violation(), "");
  EXPECT_TRUE(life.deaths() == 1 || !GetParam().ends_with(":1"));
  std::cout << GetParam() << ": killed " << life.deaths() << " times\n";
  expect_nothing_left(life);
}

INSTANTIATE_TEST_SUITE_P(Whole, WholeLife, ::testing::ValuesIn(whole_lives()), [](const auto& row) {
  std::string name = row.param;
  std::replace(name.begin(), name.end(), ':', '_');
  return name;
});

}  // namespace
}  // namespace genisys::test

#endif
