// When a container is started, and when again: depends_on, restart, deploy.restart_policy.
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>

#include "state/definition_fields.hpp"
#include "state/field_decoding.hpp"
#include "state/field_table.hpp"
#include "state/text.hpp"

namespace genisys::state {
namespace {

constexpr std::uint32_t kMostAttempts = std::numeric_limits<std::int32_t>::max();
constexpr std::string_view kOnFailure = "on-failure";

constexpr std::array<std::pair<std::string_view, RestartCondition>, 3> kConditions = {
    {{"any", RestartCondition::any},
     {"on-failure", RestartCondition::on_failure},
     {"none", RestartCondition::none}}};
constexpr std::array<std::pair<std::string_view, DependencyCondition>, 3> kDependencyConditions = {
    {{"service_started", DependencyCondition::started},
     {"service_healthy", DependencyCondition::healthy},
     {"service_completed_successfully", DependencyCondition::completed}}};

// N of "on-failure:N"; zero is no limit.
std::optional<std::uint32_t> attempts_of(std::string_view restart) {
  if (restart.size() < kOnFailure.size() + 2 || restart[kOnFailure.size()] != ':') {
    return std::nullopt;
  }
  restart.remove_prefix(kOnFailure.size() + 1);
  std::uint32_t attempts = 0;
  const char* const end = restart.data() + restart.size();
  const auto [rest, error] = std::from_chars(restart.data(), end, attempts);
  if (error != std::errc{} || rest != end || attempts > kMostAttempts) return std::nullopt;
  return attempts;
}

bool is_restart(std::string_view text) {
  return text == "no" || text == "always" || text == "unless-stopped" || text == kOnFailure ||
         (text.starts_with(kOnFailure) && attempts_of(text));
}

std::optional<RestartCondition> decode_condition(const Value& value, std::string_view pointer,
                                                 Problems& problems) {
  return decode_choice<RestartCondition>(value, kConditions, pointer, problems);
}

std::optional<std::uint32_t> decode_attempts(const Value& value, std::string_view pointer,
                                             Problems& problems) {
  return decode_count(value, kMostAttempts, pointer, problems);
}

using P = RestartPolicy;
constexpr std::array kPolicyRows = {
    plain_field<&P::condition, Form<decode_condition, Named>>("condition"),
    plain_field<&P::delay, Form<decode_pause, Duration>>("delay"),
    plain_field<&P::max_attempts, Form<decode_attempts, Integer>>("max_attempts"),
    plain_field<&P::window, Form<decode_pause, Duration>>("window")};

std::optional<DependencyCondition> decode_dependency_condition(const Value& value,
                                                               std::string_view pointer,
                                                               Problems& problems) {
  return decode_choice<DependencyCondition>(value, kDependencyConditions, pointer, problems);
}

// False is what happens here in any case.
void check_restart(const Value& value, std::string_view pointer, Problems& problems, Dependency&) {
  const auto flag = decode_flag(value, pointer, problems);
  if (!flag || !*flag) return;
  report(problems, pointer, value.at(),
         fmt::format("restart is not acted on: {}",
                     find_unsupported(unsupported_dependency_keys(), "restart")->reason));
}

constexpr std::array kDependencyRows = {
    plain_field<&Dependency::condition, Form<decode_dependency_condition, Named>>("condition"),
    plain_field<&Dependency::required, Form<decode_flag, Flag>>("required"),
    Field<Dependency>{"restart", check_restart}};

void take_dependency(const std::string& name, const Dependency& dependency,
                     const std::string& pointer, Position at, Problems& problems,
                     std::map<std::string, Dependency>& dependencies) {
  if (!ServiceName::parse(name)) {
    report(problems, pointer, at, fmt::format("{} is not a service's name", quote(name)));
  }
  dependencies.emplace(name, dependency);
}

}  // namespace

std::string_view to_string(RestartCondition condition) {
  return name_of<RestartCondition>(condition, kConditions);
}
std::string_view to_string(DependencyCondition condition) {
  return name_of<DependencyCondition>(condition, kDependencyConditions);
}

std::optional<std::string> decode_restart(const Value& value, std::string_view pointer,
                                          Problems& problems) {
  // What YAML 1.1 makes of a bare no.
  if (const bool* flag = value.as_bool(); flag != nullptr && !*flag) return "no";
  const std::string* text = value.as_string();
  if (text != nullptr && text->empty()) return std::nullopt;
  if (text != nullptr && is_restart(*text)) return *text;
  report(problems, pointer, value.at(),
         fmt::format("must be no, always, unless-stopped, on-failure or on-failure:N, not {}",
                     shown(value)));
  return std::nullopt;
}

std::optional<RestartPolicy> RestartPolicyForm::decode(const Value& value, std::string_view pointer,
                                                       Problems& problems) {
  return decode_object(Fields<RestartPolicy>(kPolicyRows), value, pointer, problems);
}

Value RestartPolicyForm::encode(const RestartPolicy& policy) {
  return encode_object(Fields<RestartPolicy>(kPolicyRows), policy);
}

std::optional<std::map<std::string, Dependency>> DependsOnForm::decode(const Value& value,
                                                                       std::string_view pointer,
                                                                       Problems& problems) {
  const std::size_t before = problems.size();
  std::map<std::string, Dependency> dependencies;
  if (const Map* map = value.as_map()) {
    if (map->size() > kMaxEntries) {
      report(problems, pointer, value.at(),
             fmt::format("{} services are more than the {} allowed", map->size(), kMaxEntries));
      return std::nullopt;
    }
    for (const Member& member : *map) {
      const std::string place = pointer_to(pointer, member.key);
      Dependency dependency;
      if (!require_map(member.value, kDependencyRows.front().key, place, problems)) continue;
      decode_members(Fields<Dependency>(kDependencyRows), member.value, place, problems,
                     dependency);
      const Value* condition = member.value.find("condition");
      if (condition == nullptr || condition->is_null()) {
        report(problems, place, member.at, "lacks condition: write service_started");
      }
      take_dependency(member.key, dependency, place, member.at, problems, dependencies);
    }
  } else if (require_list(value, "\"db\"", pointer, problems)) {
    const auto names = decode_texts(value, pointer, problems);
    for (std::size_t i = 0; names && i < names->size(); ++i) {
      take_dependency((*names)[i], {}, pointer_to(pointer, i), (*value.as_list())[i].at(), problems,
                      dependencies);
    }
  }
  if (problems.size() != before) return std::nullopt;
  return dependencies;
}

// A list of names where nothing else is asked for.
Value DependsOnForm::encode(const std::map<std::string, Dependency>& dependencies) {
  List list;
  Map map;
  bool is_plain = true;
  for (const auto& [name, dependency] : dependencies) {
    is_plain = is_plain && dependency == Dependency{};
    list.push_back(value_of(name));
    Map members;
    members.push_back({"condition", Named::encode(dependency.condition), {}});
    if (!dependency.required) members.push_back({"required", value_of(false), {}});
    map.push_back({name, value_of(std::move(members)), {}});
  }
  return is_plain ? value_of(std::move(list)) : value_of(std::move(map));
}

RestartPolicy restart_rules(const Definition& definition) {
  RestartPolicy rules = definition.restart_policy.value_or(RestartPolicy{});
  if (rules.condition) return rules;
  const std::string_view restart = definition.restart ? std::string_view(*definition.restart) : "";
  if (restart == "no") {
    rules.condition = RestartCondition::none;
  } else if (restart.starts_with(kOnFailure)) {
    rules.condition = RestartCondition::on_failure;
    const auto attempts = attempts_of(restart);
    if (!rules.max_attempts && attempts.value_or(0) != 0) rules.max_attempts = attempts;
  } else {
    rules.condition = RestartCondition::any;
  }
  return rules;
}

}  // namespace genisys::state
