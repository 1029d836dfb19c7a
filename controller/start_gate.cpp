#include "controller/start_gate.hpp"

#include <algorithm>
#include <utility>

#include "controller/dependencies.hpp"
#include "controller/image_gate.hpp"
#include "controller/resource_gate.hpp"

namespace genisys::controller {
namespace {

bool has_containers(const ServiceView& view) {
  return std::any_of(view.slots.begin(), view.slots.end(),
                     [](const auto& entry) { return !entry.second.members.empty(); });
}

// Its message names the line to add.
std::optional<Obstacle> policy_gate(const state::Definition& definition,
                                    const state::HostPolicy& policy) {
  state::Problems problems;
  check_policy(definition, policy, "", problems);
  if (problems.empty()) return std::nullopt;
  return Obstacle{.state = state::SlotState::waiting,
                  .cause = state::Reason::forbidden,
                  .message = std::move(problems.front().message)};
}

}  // namespace

std::optional<Obstacle> StartGate::waits(bool first) {
  if (!policy_) policy_ = policy_gate(service_.definition, pass_.input.policy.host);
  if (*policy_ || !first) return *policy_;
  if (!dependencies_) dependencies_ = dependency_gate(service_, pass_.input.wanted, pass_.views);
  return *dependencies_;
}

StartGate::Supply StartGate::supply(bool must_have_image) {
  const PlanInput& input = pass_.input;
  Supply supply;
  const std::string& image = service_.definition.image.str();
  const auto known = input.history.images.find(image);
  ImageGate fetched =
      image_gate(service_, history_, known == input.history.images.end() ? nullptr : &known->second,
                 pass_.pulling.contains(image), must_have_image, input.now);
  if (fetched.pull && pass_.pulling.insert(image).second) {
    supply.acts.emplace_back(Cause{state::Reason::pulling_image, fetched.pull->message},
                             PullImage{.image = image, .when = fetched.pull->when});
  }
  supply.obstacle = std::move(fetched.obstacle);
  if (supply.obstacle) return supply;
  ResourceGate made = resource_gate(service_, input.shared, input.instance, input.history,
                                    pass_.preparing, has_containers(view_), input.now);
  for (PrepareResource& resource : made.to_prepare) {
    const ResourceKey key = resource.key();
    if (!pass_.preparing.insert(key).second) continue;
    supply.acts.emplace_back(Cause{state::Reason::preparing, to_string(key)}, std::move(resource));
  }
  supply.obstacle = std::move(made.obstacle);
  return supply;
}

}  // namespace genisys::controller
