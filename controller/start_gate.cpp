#include "controller/start_gate.hpp"

#include <algorithm>

#include "controller/dependencies.hpp"
#include "controller/image_gate.hpp"
#include "controller/resource_gate.hpp"

namespace genisys::controller {
namespace {

bool has_containers(const ServiceView& view) {
  return std::any_of(view.slots.begin(), view.slots.end(),
                     [](const auto& entry) { return !entry.second.members.empty(); });
}

}  // namespace

std::optional<Obstacle> StartGate::waits(bool first) {
  if (!first) return std::nullopt;
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
