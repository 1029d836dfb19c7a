// Seeded schedules of services that belong together: networks and a volume that they share, an
// order in which they start, jobs that run once. Under faults and people's hands no service starts
// before what it depends on, and what has done its work does not do it again. A failing seed is
// printed; GENISYS_SEED=N replays it alone, and GENISYS_COMPOSITIONS=N tries that many.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "tests/simulation/seeds.hpp"
#include "tests/support/builders.hpp"

namespace genisys::simulation {
namespace {

using namespace std::chrono_literals;
using docker::ContainerState;
using docker::Health;
using fakes::FakeContainer;
using fakes::Program;
using state::Dependency;
using state::DependencyCondition;
using state::RestartCondition;

class CompositionSchedule {
 public:
  explicit CompositionSchedule(std::uint64_t seed) : dice_(seed), farm_(seed) {}

  void run() {
    set_the_scene();
    farm_.start_connector();
    declare_all();
    farm_.set_faults(failing_calls(dice_, 4 + below(40)));
    const std::uint32_t steps = 5 + below(20);
    for (std::uint32_t step = 0; step < steps; ++step) {
      farm_.advance(std::chrono::milliseconds(below(below(4) == 0 ? 10000 : 800)));
      one_step();
    }
    end_the_faults();
    const bool settled = farm_.comes_true(15min, [this] { return is_as_it_should_be(); });
    EXPECT_TRUE(settled);
    for (const char* service : {"db", "migrate", "once", "web"}) {
      const auto* status = farm_.status(service);
      if (!settled && status != nullptr)
        ADD_FAILURE() << service << ": " << status->conditions.at(0).message;
    }
    if (settled) check_networks();
    take_it_down();
    for (const std::string& violation : farm_.violations()) ADD_FAILURE() << violation;
  }

 private:
  std::uint32_t below(std::uint32_t bound) { return dice_.below(bound); }

  void set_the_scene() {
    auto& engine = farm_.engine();
    for (const char* image : {"migrate:1", "once:1"}) engine.add_image(image);
    engine.set_command_behaviour("db:1", {.has_health_check = true, .healthy_after = 2s});
    engine.set_command_behaviour("migrate:1",
                                 Program::exits(0, std::chrono::milliseconds(100 + below(5000))));
    engine.set_command_behaviour(
        "once:1",
        Program::exits(static_cast<int>(below(2)), std::chrono::milliseconds(100 + below(5000))));
    // Somebody else's of that name serves as well, and stays.
    has_foreign_ = below(3) == 0;
    if (has_foreign_) engine.make_network_by_hand({.name = "back"});
    farm_.watch([this](const FakeContainer& changed) { look_at(changed); });
  }

  static state::Definition joined(std::string_view service, std::string_view image,
                                  std::vector<std::string> networks) {
    auto definition = test::definition(service, image);
    definition.networks.emplace();
    for (std::string& network : networks) definition.networks->push_back({.name = network});
    return definition;
  }

  void declare_all() {
    auto db = joined("db", "db:1", {"back"});
    db.volumes = {{.text = "data:/data", .source = "data", .target = "/data"}};
    auto migrate = joined("migrate", "migrate:1", {"back"});
    migrate.restart = "on-failure";
    migrate.depends_on = {{"db", Dependency{DependencyCondition::healthy}}};
    auto once = test::definition("once", "once:1");
    once.restart = "no";
    auto web = joined("web", "app:1", {"front", "back"});
    web.depends_on = {{"db", Dependency{DependencyCondition::started}},
                      {"migrate", Dependency{DependencyCondition::completed}},
                      {"elsewhere", Dependency{.required = false}}};
    farm_.share(
        {.networks = {{"back", {.name = "back"}}, {"front", {.name = "front", .internal = true}}},
         .volumes = {{"data", {.name = "data", .labels = {{"a", "b"}}}}}});
    // Whatever comes first.
    std::vector<state::Definition> all{db, migrate, once, web};
    std::rotate(all.begin(), all.begin() + below(4), all.end());
    for (const state::Definition& definition : all) {
      farm_.register_as(definition);
      targets_[definition.name.str()] = definition.name.str() == "web" ? 1 + below(3) : 1;
      farm_.desire(definition.name.str(), targets_[definition.name.str()]);
    }
  }

  // ---- what must hold whenever a container starts or ends

  static std::string service_of(const FakeContainer& container) {
    const auto label = container.spec.labels.find(std::string(controller::kServiceLabel));
    return label == container.spec.labels.end() ? "" : label->second;
  }

  bool is_there(const std::string& service, bool healthy) {
    const auto& containers = farm_.engine().containers();
    return std::any_of(containers.begin(), containers.end(), [&](const auto& entry) {
      return service_of(entry.second) == service && entry.second.state == ContainerState::running &&
             (!healthy || entry.second.health == Health::healthy);
    });
  }

  void look_at(const FakeContainer& changed) {
    const state::TimePoint now = farm_.clock().now();
    const std::string service = service_of(changed);
    if (service == "db") {
      // What was so until this moment counts as well.
      if (std::exchange(db_runs_, is_there("db", false)) || db_runs_) db_ran_ = now;
      if (std::exchange(db_healthy_, is_there("db", true)) || db_healthy_) db_was_healthy_ = now;
    }
    if (changed.state == ContainerState::exited && service == "migrate" && changed.exit_code == 0)
      migrated_ = true;
    if (changed.state != ContainerState::running || !seen_starting_.insert(run_of(changed)).second)
      return;
    if (service == "once" && ++runs_of_once_ > 1)
      farm_.complain("a job that may run once ran twice");
    if (service == "migrate") {
      if (migrated_) farm_.complain("a job that was done was run again");
      if (!db_healthy_ && now > db_was_healthy_ + slack_)
        farm_.complain("migrate started before db was healthy");
    }
    // A start that was under way when nobody wanted web any more was decided beside others that
    // ran.
    if (service == "web" && farm_.running("web") == 1 && targets_["web"] > 0) {
      if (!migrated_) farm_.complain("web started before migrate was done");
      if (!db_runs_ && now > db_ran_ + slack_) farm_.complain("web started before db");
    }
    if (service == "db" && !farm_.engine().find_volume("data"))
      farm_.complain("db started without its volume");
  }

  static std::pair<docker::ContainerId, docker::EngineTime> run_of(const FakeContainer& container) {
    return {container.id, container.started_at.value_or(docker::EngineTime{})};
  }

  // ---- what happens

  void one_step() {
    const auto running = farm_.running_ids();
    auto& engine = farm_.engine();
    const bool up = engine.is_up();
    const auto somebody = [&]() -> const docker::ContainerId& {
      return running[below(static_cast<std::uint32_t>(running.size()))];
    };
    switch (below(13)) {
      case 0:
      case 1:
        if (up && !running.empty()) engine.kill(somebody());
        break;
      case 2:
        if (up && !running.empty()) engine.exit(somebody(), 1);
        break;
      case 3:
        if (connector_up_) farm_.kill_connector();
        connector_up_ = false;
        break;
      case 4:
      case 5:
        if (!connector_up_) farm_.start_connector();
        connector_up_ = true;
        break;
      case 6:
        if (up) engine.stop_engine(fakes::LiveRestore::no);
        break;
      case 7:
        if (up) engine.crash_engine();
        break;
      case 8:
        scale_web(below(4));
        break;
      case 9:
        if (up) remove_a_network();
        break;
      case 11:
        if (up) twin_a_network();
        break;
      case 10:
        // Whether somebody died is found out by the next whole look only.
        slack_ = 60s;
        farm_.set_event_faults(disturbed_events(dice_, 1 + below(6)));
        break;
      default:
        if (!up) engine.start_engine(std::chrono::milliseconds(below(3000)));
        break;
    }
  }

  void scale_web(std::uint32_t target) {
    targets_["web"] = target;
    farm_.desire("web", target);
  }

  // An operator tidies up; the engine lets him have what nobody uses just now.
  void remove_a_network() {
    const char* const name = below(2) == 0 ? "front" : "back";
    try {
      farm_.engine().rm_network(name);
    } catch (const std::invalid_argument&) {
      return;
    }
    if (std::string_view(name) == "back") has_foreign_ = false;
  }

  // What an engine makes that has been asked twice.
  void twin_a_network() {
    const char* const name = below(2) == 0 ? "front" : "back";
    const auto* network = farm_.engine().find_network(name);
    if (network == nullptr || network->network.labels.empty()) return;  // not there, or not ours
    farm_.engine().make_twin_network(name);
  }

  void end_the_faults() {
    auto& engine = farm_.engine();
    farm_.set_faults({});
    farm_.set_event_faults({});
    if (!engine.is_up()) engine.start_engine(1s);
    if (!connector_up_) farm_.start_connector();
    farm_.advance(40s);
    for (const char* service : {"db", "migrate", "once", "web"}) farm_.reset_backoff(service);
  }

  // ---- what is true in the end

  bool is_as_it_should_be() {
    for (const char* service : {"db", "web"}) {
      const auto* status = farm_.status(service);
      if (status == nullptr || !status->converged || status->desired != targets_[service])
        return false;
    }
    for (const char* job : {"migrate", "once"}) {
      const auto* status = farm_.status(job);
      if (status == nullptr || status->slots.size() != 1 ||
          status->slots[0].cause != state::Reason::completed ||
          status->slots[0].state != state::SlotState::exited) {
        return false;
      }
    }
    return true;
  }

  void check_networks() {
    for (const auto& [id, container] : farm_.engine().containers()) {
      if (!container.up() || service_of(container).empty()) continue;
      for (const docker::Endpoint& endpoint : container.spec.endpoints) {
        const auto networks = farm_.engine().networks_named(endpoint.network);
        ASSERT_FALSE(networks.empty()) << endpoint.network;
        EXPECT_TRUE(std::any_of(container.joins.begin(), container.joins.end(),
                                [&](const fakes::FakeJoin& join) {
                                  return std::any_of(networks.begin(), networks.end(),
                                                     [&](const auto& network) {
                                                       return join.network_id == network.id;
                                                     });
                                }))
            << container.name << " has not joined " << endpoint.network;
      }
    }
  }

  void take_it_down() {
    for (const char* service : {"web", "once", "migrate", "db"}) farm_.remove(service);
    EXPECT_TRUE(farm_.comes_true(5min, [this] {
      const auto services = {"web", "once", "migrate", "db"};
      return std::all_of(services.begin(), services.end(),
                         [this](const char* service) { return farm_.record(service) == nullptr; });
    }));
    EXPECT_EQ(farm_.engine().find_network("front"), nullptr) << "it was made for web alone";
    EXPECT_EQ(farm_.engine().find_network("back") != nullptr, has_foreign_);
    EXPECT_NE(farm_.engine().find_volume("data"), nullptr) << "nobody asked for its removal";
  }

  Dice dice_;
  Farm farm_;
  std::map<std::string, std::uint32_t> targets_;
  bool connector_up_ = true;
  bool has_foreign_ = false;
  state::Duration slack_ = 3s;  // an act may be on its way when what it was decided on changes
  std::set<std::pair<docker::ContainerId, docker::EngineTime>> seen_starting_;
  bool db_runs_ = false;
  bool db_healthy_ = false;
  state::TimePoint db_ran_ = {};
  state::TimePoint db_was_healthy_ = {};
  bool migrated_ = false;
  int runs_of_once_ = 0;
};

class Compositions : public SeedShards {};

TEST_P(Compositions, StartInOrderAndRunJobsOnce) {
  try_seeds<CompositionSchedule>(GetParam(), "GENISYS_COMPOSITIONS", 2000);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Compositions, ::testing::Range(std::uint64_t{0}, kShards),
                         shard_name);

}  // namespace
}  // namespace genisys::simulation
