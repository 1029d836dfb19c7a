#include "tests/e2e/connector_test.hpp"

#include <iostream>

#include "tests/support/test_engine.hpp"

namespace genisys::test {

void ConnectorTest::SetUp() {
  if (TestEngine::is_forbidden()) GTEST_SKIP() << "GENISYS_TEST_ENGINE=none";
  image_.emplace(engine_url());
  set_up_connector({.engine_url = engine_url()});
}

void ConnectorTest::TearDown() {
  if (!connector_) return;
  for (const Fingerprint& bystander : bystanders_) {
    EXPECT_TRUE(engine().exists(bystander.id)) << "a bystander was removed";
    if (engine().exists(bystander.id)) {
      EXPECT_EQ(engine().fingerprint(bystander.id), bystander);
    }
  }
  for (const std::string& id : by_hand_) engine().remove(id);
  if (HasFailure()) std::cout << "the connector said:\n" << connector_->process().log();
}

ConnectorTest::ImageName::ImageName(const std::string& engine_url)
    : engine(engine_url), reference("genisys-e2e-" + random_text() + ":1") {
  engine.tag(TestEngine::shared().image(), reference.substr(0, reference.find(':')), "1");
}

ConnectorTest::ImageName::~ImageName() {
  try {
    engine.untag(reference);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
  }
}

std::string ConnectorTest::engine_url() const { return TestEngine::shared().url(); }

void ConnectorTest::set_up_connector(Connector::Options options) {
  connector_ = std::make_unique<Connector>(std::move(options));
}

std::string ConnectorTest::run_by_hand(std::vector<std::pair<std::string, std::string>> labels,
                                       std::vector<std::string> command) {
  // So that what a failing TearDown() leaves goes with the program.
  for (const auto& label : TestEngine::shared().labels()) labels.push_back(label);
  by_hand_.push_back(engine().run({.name = TestEngine::shared().unique_name("by-hand"),
                                   .image = image(),
                                   .command = std::move(command),
                                   .labels = std::move(labels)}));
  return by_hand_.back();
}

void ConnectorTest::change_image(const std::vector<std::pair<std::string, std::string>>& labels,
                                 const std::string& script) {
  const std::string id = run_by_hand(labels, {"sh", "-c", script});
  ASSERT_EQ(engine().wait(id), 0);
  engine().commit(id, image().substr(0, image().find(':')), "1");
}

void ConnectorTest::start_bystanders() {
  for (const auto& labels : std::vector<std::vector<std::pair<std::string, std::string>>>{
           {{"com.docker.compose.project", "shop"}, {"com.docker.compose.service", "web"}},
           {{kInstanceLabel, random_text()},
            {"io.genisys.service", "web"},
            {"io.genisys.slot", "1"},
            {"io.genisys.revision", "1"},
            {"io.genisys.spec", "0"}},
           {{"io.genisys.ignore", "true"}}}) {
    bystanders_.push_back(engine().fingerprint(run_by_hand(labels)));
  }
}

}  // namespace genisys::test
