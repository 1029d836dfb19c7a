#include "controller/update_rules.hpp"

#include <gtest/gtest.h>

#include "tests/support/builders.hpp"

namespace genisys::controller {
namespace {

using namespace std::chrono_literals;
using state::FailureAction;

state::Service service(bool rolled_back) {
  auto definition = test::definition("web");
  definition.update_config =
      state::UpdateConfig{.parallelism = 2, .failure_action = FailureAction::rollback};
  return {.definition = definition, .rolled_back = rolled_back};
}

TEST(UpdateRules, AreThoseOfUpdateConfigAlsoOnTheWayBack) {
  EXPECT_EQ(update_rules(service(true), 4, {}).parallelism, 2U);
  EXPECT_EQ(update_rules(service(false), 4, {}).failure_action, FailureAction::rollback);
}

TEST(UpdateRules, AreThoseOfRollbackConfigOnTheWayBackAlone) {
  state::Service web = service(true);
  web.definition.rollback_config =
      state::UpdateConfig{.parallelism = 0, .delay = 3s, .failure_action = FailureAction::proceed};
  const UpdateRules back = update_rules(web, 4, {});
  EXPECT_EQ(back.parallelism, 4U);
  EXPECT_EQ(back.delay, 3s);
  EXPECT_EQ(back.failure_action, FailureAction::proceed);
  web.rolled_back = false;
  EXPECT_EQ(update_rules(web, 4, {}).parallelism, 2U);
  EXPECT_EQ(update_rules(web, 4, {}).delay, 0s);
}

TEST(UpdateRules, OfAWayBackThatSaysLittleAreTheDefaults) {
  state::Service web = service(true);
  web.definition.rollback_config = state::UpdateConfig{};
  EXPECT_EQ(update_rules(web, 4, {}).parallelism, 1U);
  EXPECT_EQ(update_rules(web, 4, {}).failure_action, FailureAction::pause);
}

}  // namespace
}  // namespace genisys::controller
