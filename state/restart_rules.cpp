#include <charconv>

#include "state/definition.hpp"

namespace genisys::state {

RestartPolicy restart_rules(const Definition& definition) {
  RestartPolicy rules = definition.restart_policy.value_or(RestartPolicy{});
  if (rules.condition) return rules;
  rules.condition = RestartCondition::any;
  if (!definition.restart) return rules;
  const std::string_view text = *definition.restart;
  if (text == "no") rules.condition = RestartCondition::none;
  if (!text.starts_with("on-failure")) return rules;
  rules.condition = RestartCondition::on_failure;
  std::uint32_t most = 0;
  if (const auto colon = text.find(':'); colon != std::string_view::npos && !rules.max_attempts) {
    std::from_chars(text.data() + colon + 1, text.data() + text.size(), most);
    rules.max_attempts = most;
  }
  return rules;
}

}  // namespace genisys::state
