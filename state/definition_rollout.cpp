// How a definition comes to its containers, as Compose writes it: pull_policy and
// deploy.update_config. None of it shapes a container.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <charconv>
#include <span>
#include <utility>

#include "state/definition_fields.hpp"
#include "state/field_decoding.hpp"
#include "state/text.hpp"

namespace genisys::state {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongest = std::chrono::hours(24);
constexpr std::uint32_t kMostParallel = 1000;

constexpr std::array<std::string_view, 2> kDeployKeys = {"replicas", "update_config"};
constexpr std::array<std::string_view, 7> kUpdateKeys = {
    "parallelism",      "delay", "order", "monitor", "max_failure_ratio", "failure_action",
    "progress_deadline"};

template <class Choice>
using Choices = std::span<const std::pair<std::string_view, Choice>>;

constexpr std::array<std::pair<std::string_view, PullPolicy>, 4> kPullPolicies = {
    {{"missing", PullPolicy::missing},
     {"if_not_present", PullPolicy::missing},
     {"always", PullPolicy::always},
     {"never", PullPolicy::never}}};
constexpr std::array<std::pair<std::string_view, UpdateOrder>, 2> kOrders = {
    {{"start-first", UpdateOrder::start_first}, {"stop-first", UpdateOrder::stop_first}}};
constexpr std::array<std::pair<std::string_view, FailureAction>, 3> kFailureActions = {
    {{"pause", FailureAction::pause},
     {"rollback", FailureAction::rollback},
     {"continue", FailureAction::proceed}}};

template <class Choice>
std::optional<Choice> decode_choice(const Value& value, Choices<Choice> choices,
                                    std::string_view pointer, Problems& problems) {
  std::vector<std::string_view> names;
  const std::string* text = value.as_string();
  for (const auto& [name, choice] : choices) {
    if (text != nullptr && *text == name) return choice;
    names.push_back(name);
  }
  report(problems, pointer, value.at(),
         fmt::format("must be one of {}, not {}", fmt::join(names, ", "),
                     text == nullptr ? std::string(value.kind_name()) : quote(*text)));
  return std::nullopt;
}

std::optional<UpdateOrder> decode_order(const Value& value, std::string_view pointer,
                                        Problems& problems) {
  return decode_choice<UpdateOrder>(value, kOrders, pointer, problems);
}

std::optional<FailureAction> decode_failure_action(const Value& value, std::string_view pointer,
                                                   Problems& problems) {
  return decode_choice<FailureAction>(value, kFailureActions, pointer, problems);
}

std::optional<std::uint32_t> decode_parallelism(const Value& value, std::string_view pointer,
                                                Problems& problems) {
  return decode_count(value, kMostParallel, pointer, problems);
}

// A duration of at most a day.
std::optional<milliseconds> decode_pause(const Value& value, std::string_view pointer,
                                         Problems& problems) {
  const auto duration = decode_duration(value, pointer, problems);
  if (!duration || *duration <= kLongest) return duration;
  report(problems, pointer, value.at(),
         fmt::format("{} is longer than the {} allowed", format_duration(*duration),
                     format_duration(kLongest)));
  return std::nullopt;
}

std::optional<milliseconds> decode_deadline(const Value& value, std::string_view pointer,
                                            Problems& problems) {
  const auto deadline = decode_pause(value, pointer, problems);
  if (!deadline || *deadline > milliseconds(0)) return deadline;
  report(problems, pointer, value.at(),
         "must be longer than 0s: a deadline that is over at once fails every update");
  return std::nullopt;
}

// As a number or as text: a YAML reader that knows no fractions has "0.25" as a string.
std::optional<double> decode_ratio(const Value& value, std::string_view pointer,
                                   Problems& problems) {
  const std::string* text = text_of(value);
  if (text != nullptr) {
    double ratio = 0;
    const char* const end = text->data() + text->size();
    const auto [rest, error] = std::from_chars(text->data(), end, ratio);
    // Written so that no NaN passes. The sum turns a negative zero into zero.
    if (error == std::errc{} && rest == end && ratio >= 0 && ratio <= 1) return ratio + 0.0;
  }
  report(problems, pointer, value.at(),
         fmt::format("must be a number from 0 to 1, such as 0.25, not {}",
                     text == nullptr ? std::string(value.kind_name()) : quote(*text)));
  return std::nullopt;
}

std::optional<UpdateConfig> decode_update_config(const Value& value, std::string_view pointer,
                                                 Problems& problems) {
  const Map* map = value.as_map();
  if (map == nullptr) {
    report(problems, pointer, value.at(),
           fmt::format("must be a map such as {{\"parallelism\": 2}}, not {}", value.kind_name()));
    return std::nullopt;
  }
  const std::size_t before = problems.size();
  check_keys(*map, kUpdateKeys, pointer, problems);
  const auto decode = [&](std::string_view key, auto decoder) {
    return decode_member(value, key, pointer, problems, decoder);
  };
  const UpdateConfig config{.parallelism = decode("parallelism", decode_parallelism),
                            .delay = decode("delay", decode_pause),
                            .order = decode("order", decode_order),
                            .monitor = decode("monitor", decode_pause),
                            .max_failure_ratio = decode("max_failure_ratio", decode_ratio),
                            .failure_action = decode("failure_action", decode_failure_action),
                            .progress_deadline = decode("progress_deadline", decode_deadline)};
  if (problems.size() != before) return std::nullopt;
  return config;
}

// The first name that a choice is written with.
template <class Choice>
std::string_view name_of(Choice wanted, Choices<Choice> choices) {
  for (const auto& [name, choice] : choices) {
    if (choice == wanted) return name;
  }
  return "";
}

}  // namespace

std::string_view to_string(PullPolicy policy) { return name_of<PullPolicy>(policy, kPullPolicies); }
std::string_view to_string(UpdateOrder order) { return name_of<UpdateOrder>(order, kOrders); }
std::string_view to_string(FailureAction action) {
  return name_of<FailureAction>(action, kFailureActions);
}

std::optional<PullPolicy> decode_pull_policy(const Value& value, std::string_view pointer,
                                             Problems& problems) {
  return decode_choice<PullPolicy>(value, kPullPolicies, pointer, problems);
}

std::optional<UpdateConfig> decode_deploy(const Value& value, std::string_view pointer,
                                          Problems& problems) {
  const Map* map = value.as_map();
  if (map == nullptr) {
    report(
        problems, pointer, value.at(),
        fmt::format("must be a map such as {{\"update_config\": {{\"parallelism\": 2}}}}, not {}",
                    value.kind_name()));
    return std::nullopt;
  }
  check_keys(*map, kDeployKeys, pointer, problems);
  if (const Value* replicas = value.find("replicas")) {
    report(problems, pointer_to(pointer, "replicas"), replicas->at(),
           "belongs into a service file: here, set the target with POST /service/{name}/scale");
  }
  return decode_member(value, "update_config", pointer, problems, decode_update_config);
}

}  // namespace genisys::state
