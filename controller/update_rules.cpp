#include "controller/update_rules.hpp"

#include <algorithm>

namespace genisys::controller {

UpdateRules update_rules(const state::Service& service, std::uint32_t target,
                         const Policy& policy) {
  const state::Definition& definition = service.definition;
  static const state::UpdateConfig kDefaults;
  const bool goes_back = service.rolled_back && definition.rollback_config;
  const auto& config = goes_back ? definition.rollback_config : definition.update_config;
  const state::UpdateConfig& given = config ? *config : kDefaults;
  UpdateRules rules{.monitor = policy.monitor, .progress_deadline = policy.progress_deadline};
  const std::uint32_t parallelism = given.parallelism.value_or(1);
  rules.parallelism = parallelism == 0 ? std::max(target, 1U) : parallelism;
  if (given.delay) rules.delay = *given.delay;
  if (given.monitor) rules.monitor = *given.monitor;
  if (given.progress_deadline) rules.progress_deadline = *given.progress_deadline;
  rules.max_failure_ratio = given.max_failure_ratio.value_or(0);
  rules.failure_action = given.failure_action.value_or(state::FailureAction::pause);
  rules.stop_first =
      given.order == state::UpdateOrder::stop_first || state::needs_stop_first(definition, target);
  return rules;
}

}  // namespace genisys::controller
