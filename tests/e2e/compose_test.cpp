// Compose files as people write them: of each, the connector makes containers, networks and volumes
// that are those of docker-compose, field by field, but for the differences of
// tests/support/compose_difference.cpp; or it refuses the file with the reason.

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/e2e/compose_project.hpp"
#include "tests/e2e/connector_test.hpp"
#include "tests/support/compose_case.hpp"
#include "tests/support/compose_difference.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/shell.hpp"

namespace genisys::test {
namespace {

const std::filesystem::path kCorpus = GENISYS_SOURCE_DIR "/tests/e2e/compose";

// What inspect says of containers, by service and number, and of networks and volumes, by name.
struct World {
  std::map<std::string, std::vector<Json>> containers = {};
  std::map<std::string, Json> networks = {};
  std::map<std::string, Json> volumes = {};
};

std::map<std::string, Json> documents(const std::map<std::string, std::string>& texts) {
  std::map<std::string, Json> found;
  for (const auto& [name, text] : texts) found.emplace(name, without_chance(text));
  return found;
}

template <class Map>
std::vector<std::string> keys_of(const Map& map) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : map) keys.push_back(key);
  return keys;
}

void expect_same(const std::string& what, const std::map<std::string, Json>& theirs,
                 const std::map<std::string, Json>& ours, std::span<const Allowed> allowed) {
  EXPECT_EQ(keys_of(theirs), keys_of(ours)) << what << "s: theirs, ours";
  for (const auto& [name, document] : theirs) {
    const auto other = ours.find(name);
    if (other == ours.end()) continue;
    EXPECT_EQ(differences(document, other->second, allowed), std::vector<Difference>())
        << what << " " << name << " (theirs / ours)";
  }
}

class Compose : public ConnectorTest, public ::testing::WithParamInterface<std::string> {
 protected:
  void SetUp() override {
    ConnectorTest::SetUp();
    if (IsSkipped()) return;
    std::filesystem::copy(kCorpus / GetParam(), folder_.path(),
                          std::filesystem::copy_options::recursive);
    case_ = read_compose_case(folder_.path(), name_);
    ::setenv("COMPOSE_PROJECT_NAME", name_.c_str(), 1);
    ::setenv("IMAGE", image().c_str(), 1);
    ::setenv("FROM_PROCESS", "the value of the process", 1);
    make_rich_image();
    project_ = std::make_unique<ComposeProject>(engine_url(), name_, folder_.path());
    project_->make_before(case_);
    set_up_connector(
        {.engine_url = engine_url(), .service_files = files(), .policy = case_.policy});
  }

  void TearDown() override {
    ConnectorTest::TearDown();
    remove_connector();
    project_.reset();
    if (!rich_image_.empty()) run_shell("docker rmi " + rich_image_);
  }

  const ComposeCase& wanted() const { return case_; }
  ComposeProject& project() { return *project_; }

  World made_by_docker_compose() {
    project().up(wanted());
    World world = shared();
    for (const auto& [service, ids] : project().services()) {
      for (const std::string& id : ids) world.containers[service].push_back(container(id));
    }
    project().down();
    return world;
  }

  // Waits until there are as many containers as `theirs` has.
  World made_by_the_connector(const World& theirs) {
    connector().start();
    const auto complete = [&] {
      return std::all_of(theirs.containers.begin(), theirs.containers.end(), [&](const auto& one) {
        return started(one.first).size() >= one.second.size();
      });
    };
    EXPECT_TRUE(eventually(complete)) << connector().get("/status").dump();
    World world = shared();
    for (const std::string& service : connector().get("/service").keys()) {
      for (const SeenContainer& seen : started(service)) {
        world.containers[service].push_back(container(seen.id));
      }
    }
    return world;
  }

 private:
  // An image that says much itself, for the cases that use it.
  void make_rich_image() {
    std::ifstream file(folder_.file("compose.yaml"));
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (text.find("RICH_IMAGE") == std::string::npos) return;
    const std::string name = "genisys-e2e-rich-" + name_;
    rich_image_ = name + ":latest";
    const Finished made = run_shell(fmt::format(
        R"(export DOCKER_HOST={}; id=$(docker create {}) && docker commit \
           --change 'VOLUME /var/lib/kept' --change 'EXPOSE 8080 53/udp' --change 'WORKDIR /www' \
           --change 'HEALTHCHECK --interval=1s --timeout=2s --retries=2 CMD true' \
           --change 'ENV FROM_IMAGE=image ALSO_FROM_IMAGE=2' --change 'USER 1000' \
           --change 'LABEL from.image=yes image.only=1' --change 'ENTRYPOINT ["/bin/sh"]' \
           --change 'CMD ["-c", "exec sleep 1000000"]' "$id" {} && docker rm "$id")",
        shell_quoted(engine_url()), image(), rich_image_));
    ASSERT_EQ(made.code, 0) << made.output;
    ::setenv("RICH_IMAGE", rich_image_.c_str(), 1);
    ::setenv("RICH_IMAGE_NAME", name.c_str(), 1);
  }

  std::vector<std::string> files() const {
    std::vector<std::string> paths;
    for (const std::string& file : case_.files) paths.push_back(folder_.file(file));
    return paths;
  }

  // In the order of their slots.
  std::vector<SeenContainer> started(const std::string& service) {
    std::vector<SeenContainer> found = connector().containers(service);
    std::erase_if(found, [&](const SeenContainer& seen) {
      return seen.state == "created" && !wanted().start_may_fail;
    });
    std::sort(found.begin(), found.end(), [](const SeenContainer& a, const SeenContainer& b) {
      return std::stoi(a.slot) < std::stoi(b.slot);
    });
    return found;
  }

  Json container(const std::string& id) const {
    return without_chance(engine().inspect(id).dump(), id);
  }

  World shared() const {
    return {.networks = documents(project_->networks()), .volumes = documents(project_->volumes())};
  }

  const std::string name_ = "genisys" + random_text();
  const ScratchDirectory folder_;
  ComposeCase case_;
  std::string rich_image_;
  std::unique_ptr<ComposeProject> project_;
};

TEST_P(Compose, FileMeansWhatDockerComposeMakesOfIt) {
  if (!wanted().refusals.empty()) {
    connector().process().launch();
    const Exit exit = connector().process().wait(std::chrono::seconds(20));
    EXPECT_EQ(exit.code, 2);
    for (const std::string& text : wanted().refusals) {
      EXPECT_NE(connector().process().log().find(text), std::string::npos)
          << "it does not say: " << text << "\n"
          << connector().process().log();
    }
    if (wanted().refused_by_docker_compose) EXPECT_FALSE(project().accepts(wanted()));
    return;
  }

  const World theirs = made_by_docker_compose();
  const World ours = made_by_the_connector(theirs);

  // The first that matches counts.
  std::vector<Allowed> allowed = wanted().exceptions;
  allowed.insert(allowed.end(), allowed_for_containers().begin(), allowed_for_containers().end());
  EXPECT_EQ(keys_of(theirs.containers), keys_of(ours.containers)) << "services: theirs, ours";
  for (const auto& [service, containers] : theirs.containers) {
    const auto other = ours.containers.find(service);
    if (other == ours.containers.end()) continue;
    ASSERT_EQ(containers.size(), other->second.size()) << service;
    for (std::size_t i = 0; i < containers.size(); ++i) {
      EXPECT_EQ(differences(containers[i], other->second[i], allowed), std::vector<Difference>())
          << "container " << i + 1 << " of " << service << " (theirs / ours)";
    }
  }
  expect_same("network", theirs.networks, ours.networks, allowed_for_networks());
  expect_same("volume", theirs.volumes, ours.volumes, allowed_for_volumes());
}

// "flask-redis" as FlaskRedis.
std::string test_name(const std::string& folder) {
  std::string name;
  bool first = true;
  for (const char c : folder) {
    if (c != '-') {
      name += first ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    }
    first = c == '-';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Corpus, Compose, ::testing::ValuesIn(compose_cases(kCorpus)),
                         [](const auto& row) { return test_name(row.param); });

}  // namespace
}  // namespace genisys::test
