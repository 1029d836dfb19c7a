// When an image is pulled, and when not.

#include <fmt/format.h>

#include "tests/e2e/connector_test.hpp"

namespace genisys::test {
namespace {

class PullPolicy : public ConnectorTest {
 protected:
  void SetUp() override {
    ConnectorTest::SetUp();
    if (!IsSkipped()) connector().start();
  }
  void TearDown() override {
    if (!tagged_.empty()) engine().untag(tagged_);
    ConnectorTest::TearDown();
  }

  // An image of a registry where nobody answers.
  std::string unreachable() const { return "127.0.0.1:1/team/" + name_ + ":1"; }
  // That image is on the engine all the same.
  void load() {
    engine().tag(image(), "127.0.0.1:1/team/" + name_, "1");
    tagged_ = unreachable();
  }
  std::size_t pulls() {
    std::size_t count = 0;
    for (const Json& event : connector().get("/service/web/events")["events"].items()) {
      if (event["action"].text() == "pull") ++count;
    }
    return count;
  }

 private:
  const std::string name_ = random_text();
  std::string tagged_;
};

TEST_F(PullPolicy, AlwaysFallsBackToTheImageThatIsHereAndSaysSo) {
  load();
  connector().define("web", unreachable(), R"("pull_policy": "always")");
  const Json status = connector().scale_and_converge("web", 2);
  const Json ready = condition(status, "ImageReady");
  EXPECT_EQ(ready["status"].text(), "True");
  EXPECT_EQ(ready["reason"].text(), "PullFailed") << status.dump();
  ASSERT_TRUE(eventually([&] { return pulls() == 1; }));
  // A restart is no reason to pull, neither of a container nor of the connector.
  engine().kill(connector().running("web").front());
  connector().process().terminate();
  connector().start();
  connector().converge("web");
  EXPECT_EQ(pulls(), 1U);
}

TEST_F(PullPolicy, NeverWaitsUntilSomebodyLoadsTheImage) {
  connector().define("web", unreachable(), R"("pull_policy": "never")");
  connector().scale("web", 1);
  EXPECT_TRUE(eventually([&] {
    return condition(connector().status("web"), "Converged")["message"].text().find(
               "pull_policy is never") != std::string::npos;
  })) << connector().status("web").dump();
  load();
  connector().converge("web");
  EXPECT_EQ(pulls(), 0U);
}

}  // namespace
}  // namespace genisys::test
