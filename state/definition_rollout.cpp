// How a definition comes to its containers, as Compose writes it: pull_policy and `deploy`.
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

#include "state/definition_fields.hpp"
#include "state/field_decoding.hpp"
#include "state/field_table.hpp"
#include "state/text.hpp"

namespace genisys::state {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongest = std::chrono::hours(24);
constexpr std::uint32_t kMostParallel = 1000;

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

using U = UpdateConfig;
constexpr std::array kUpdateRows = {
    plain_field<&U::parallelism, Form<decode_parallelism, Integer>>("parallelism"),
    plain_field<&U::delay, Form<decode_pause, Duration>>("delay"),
    plain_field<&U::order, Form<decode_order, Named>>("order"),
    plain_field<&U::monitor, Form<decode_pause, Duration>>("monitor"),
    plain_field<&U::max_failure_ratio, Form<decode_ratio, Ratio>>("max_failure_ratio"),
    plain_field<&U::failure_action, Form<decode_failure_action, Named>>("failure_action"),
    plain_field<&U::progress_deadline, Form<decode_deadline, Duration>>("progress_deadline")};

// No part of a definition: a file's first target, and what there is no choice about.
void refuse_replicas(const Value& value, std::string_view pointer, Problems& problems,
                     Definition&) {
  report(problems, pointer, value.at(),
         "belongs into a service file: here, set the target with POST /service/{name}/scale");
}

void check_mode(const Value& value, std::string_view pointer, Problems& problems, Definition&) {
  const std::string* text = value.as_string();
  if (text != nullptr && *text == "replicated") return;
  report(
      problems, pointer, value.at(),
      fmt::format("must be replicated, not {}: a service is as many replicas as it is scaled to, "
                  "on one engine",
                  shown(value)));
}

using D = Definition;
constexpr std::array kDeployRows = {
    Field<D>{"replicas", refuse_replicas},
    Field<D>{"mode", check_mode},
    plain_field<&D::update_config, Object<kUpdateRows>>("update_config"),
    plain_field<&D::rollback_config, Object<kUpdateRows>>("rollback_config"),
    plain_field<&D::restart_policy, RestartPolicyForm>("restart_policy"),
    plain_field<&D::resources, ResourcesForm>("resources")};
constexpr auto kDeploy = nested_field<kDeployRows, unsupported_deploy_keys>("deploy");

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

void decode_deploy(const Value& value, std::string_view pointer, Problems& problems,
                   Definition& definition) {
  kDeploy.decode(value, pointer, problems, definition);
}

std::optional<Value> encode_deploy(const Definition& definition) {
  return kDeploy.encode(definition);
}

Fields<Definition> deploy_fields() { return kDeployRows; }

}  // namespace genisys::state
