// Whatever happens to its containers, the number comes back, exactly, and never overshoots.

#include <set>

#include "tests/e2e/connector_test.hpp"
#include "tests/e2e/running_watch.hpp"

namespace genisys::test {
namespace {

constexpr std::uint32_t kTarget = 3;

class Healing : public ConnectorTest {
 protected:
  void SetUp() override {
    ConnectorTest::SetUp();
    if (IsSkipped()) return;
    start_bystanders();
    connector().start();
    // Not SIGKILL: with that, a restart by hand begins like the end of a process that was killed.
    connector().define("web", image(), R"("stop_grace_period": "1s")");
    connector().scale_and_converge("web", kTarget);
    before_ = connector().running("web");
    ASSERT_EQ(before_.size(), kTarget);
    watch_ = std::make_unique<RunningWatch>(connector(), "web");
    watch_->allow_at_most(kTarget);
  }
  void TearDown() override {
    watch_.reset();
    ConnectorTest::TearDown();
  }

  // Waits until the wound was seen and healed: as many run as wanted, `lost` not among them.
  void expect_healed(const std::set<std::string>& lost) {
    EXPECT_TRUE(eventually([&] {
      const std::vector<std::string> now = connector().running("web");
      return now.size() == kTarget && std::none_of(now.begin(), now.end(), [&](const auto& id) {
               return lost.contains(id);
             });
    })) << connector().status("web").dump();
    connector().converge("web");
    connector().settled("web", kTarget);
    watch_->stop();
    EXPECT_EQ(watch_->violation(), "");
    EXPECT_GT(watch_->samples(), 3U);
  }
  const std::string& first() const { return before_.front(); }
  const std::vector<std::string>& all() const { return before_; }

 private:
  std::vector<std::string> before_;
  std::unique_ptr<RunningWatch> watch_;
};

TEST_F(Healing, ReplacesAKilledContainer) {
  engine().kill(first());
  expect_healed({first()});
}

TEST_F(Healing, ReplacesARemovedContainer) {
  engine().remove(first());
  expect_healed({first()});
}

TEST_F(Healing, ReplacesAStoppedContainer) {
  engine().stop(first());
  expect_healed({first()});
}

TEST_F(Healing, ReplacesAllAtOnce) {
  for (const std::string& id : all()) engine().remove(id);
  expect_healed({all().begin(), all().end()});
}

TEST_F(Healing, MakesNoTwinOfARestartedContainer) {
  // The grace period keeps it stopping for a while before it comes back.
  engine().restart(first(), 1);
  expect_healed({});
  EXPECT_EQ(connector().running("web"), all());
}

TEST_F(Healing, ReplacesAContainerThatWasPausedByHand) {
  const std::string paused = first();
  engine().pause(paused);
  EXPECT_TRUE(eventually([&] { return !engine().exists(paused); }))
      << connector().status("web").dump();
  connector().converge("web");
  EXPECT_EQ(connector().running("web").size(), kTarget);
}

TEST_F(Healing, LeavesOneDeadContainerPerSlotAtMost) {
  for (int round = 0; round < 3; ++round) {
    const std::vector<std::string> now = connector().running("web");
    engine().kill(now.front());
    EXPECT_TRUE(eventually([&] {
      const std::vector<std::string> later = connector().running("web");
      return later.size() == kTarget && later != now;
    }));
    connector().converge("web");
  }
  EXPECT_TRUE(eventually([&] { return connector().containers("web").size() <= 2 * kTarget; }));
}

}  // namespace
}  // namespace genisys::test
