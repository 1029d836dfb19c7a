#include "controller/image_gate.hpp"

#include <fmt/format.h>

namespace genisys::controller {

using state::PullPolicy;
using state::Reason;
using state::SlotState;

ImageGate image_gate(const state::Service& service, const ServiceHistory& history,
                     const ImageHistory* image, bool pulling, bool must_be_here,
                     state::TimePoint now) {
  const std::string& name = service.definition.image.str();
  const PullPolicy policy = service.definition.pull_policy.value_or(PullPolicy::missing);
  const ImageState known = image == nullptr ? ImageState::unknown : image->state;
  const bool absent = known == ImageState::missing || known == ImageState::failed;
  // A revision that once was stable was pulled then, also by a program that did not note it.
  const bool refresh = policy == PullPolicy::always && history.pulled != service.revision &&
                       service.stable != service.revision;
  const bool doubtful = must_be_here && known != ImageState::present;
  if (policy == PullPolicy::never && absent) {
    return {.obstacle = Obstacle{SlotState::waiting, Reason::image_unavailable,
                                 fmt::format("image {} is not on the engine, and pull_policy is "
                                             "never: load it, or change the policy",
                                             name),
                                 std::nullopt}};
  }
  if (!absent && !refresh && !doubtful) return {};

  const Obstacle pulled{SlotState::pulling, Reason::pulling_image, "pulling " + name, std::nullopt};
  if (pulling) return {.obstacle = pulled};
  if (image != nullptr && image->ladder.next_attempt > now) {
    return {.obstacle = Obstacle{SlotState::backoff, Reason::image_unavailable,
                                 fmt::format("image {}: {}", name, image->ladder.message),
                                 image->ladder.next_attempt, image->ladder.since}};
  }
  ImageGate gate{.obstacle = pulled};
  if (refresh) {
    gate.pull = {PullWhen::always, fmt::format("pull_policy is always, and revision {} is new",
                                               state::number(service.revision))};
  } else {
    gate.pull = {PullWhen::missing, absent ? fmt::format("{} is not on the engine", name)
                                           : fmt::format("{} may not be on the engine", name)};
  }
  return gate;
}

}  // namespace genisys::controller
