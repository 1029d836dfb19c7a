#include "state/model.hpp"

namespace genisys::state {

const Service* Snapshot::find(const ServiceName& name) const {
  const auto found = services.find(name);
  return found == services.end() ? nullptr : found->second.get();
}

std::string_view to_string(ConditionType type) {
  switch (type) {
    case ConditionType::converged:
      return "Converged";
    case ConditionType::available:
      return "Available";
    case ConditionType::progressing:
      return "Progressing";
    case ConditionType::engine_reachable:
      return "EngineReachable";
    case ConditionType::image_ready:
      return "ImageReady";
    case ConditionType::paused:
      return "Paused";
  }
  return "Unknown";
}

std::string_view to_string(Truth truth) {
  switch (truth) {
    case Truth::yes:
      return "True";
    case Truth::no:
      return "False";
    case Truth::unknown:
      return "Unknown";
  }
  return "Unknown";
}

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::none:
      return "None";
    case Reason::as_desired:
      return "AsDesired";
    case Reason::no_target:
      return "NoTarget";
    case Reason::not_observed:
      return "NotObserved";
    case Reason::scaling_up:
      return "ScalingUp";
    case Reason::scaling_down:
      return "ScalingDown";
    case Reason::updating:
      return "Updating";
    case Reason::starting:
      return "Starting";
    case Reason::stopping:
      return "Stopping";
    case Reason::removing:
      return "Removing";
    case Reason::update_delayed:
      return "UpdateDelayed";
    case Reason::update_paused:
      return "UpdatePaused";
    case Reason::rolled_back:
      return "RolledBack";
    case Reason::deadline_exceeded:
      return "ProgressDeadlineExceeded";
    case Reason::crash_loop:
      return "CrashLoop";
    case Reason::exited:
      return "Exited";
    case Reason::unhealthy:
      return "Unhealthy";
    case Reason::correlated_failure:
      return "CorrelatedFailure";
    case Reason::paused:
      return "Paused";
    case Reason::held_back:
      return "HeldBack";
    case Reason::restarted_by_hand:
      return "RestartedByHand";
    case Reason::stopped_by_hand:
      return "StoppedByHand";
    case Reason::pulling_image:
      return "PullingImage";
    case Reason::image_unavailable:
      return "ImageUnavailable";
    case Reason::pull_failed:
      return "PullFailed";
    case Reason::port_taken:
      return "PortTaken";
    case Reason::name_taken:
      return "NameTaken";
    case Reason::command_invalid:
      return "CommandInvalid";
    case Reason::network_missing:
      return "NetworkMissing";
    case Reason::volume_missing:
      return "VolumeMissing";
    case Reason::preparing:
      return "Preparing";
    case Reason::waiting_for_dependency:
      return "WaitingForDependency";
    case Reason::forbidden:
      return "Forbidden";
    case Reason::completed:
      return "Completed";
    case Reason::attempts_exhausted:
      return "AttemptsExhausted";
    case Reason::engine_refused:
      return "EngineRefused";
    case Reason::engine_unreachable:
      return "EngineUnreachable";
    case Reason::engine_error:
      return "EngineError";
    case Reason::outcome_unknown:
      return "OutcomeUnknown";
    case Reason::implausible:
      return "ImplausibleObservation";
    case Reason::surplus:
      return "Surplus";
    case Reason::outdated:
      return "Outdated";
    case Reason::wreck:
      return "Wreck";
    case Reason::dead:
      return "Dead";
  }
  return "None";
}

std::optional<Reason> parse_reason(std::string_view text) {
  for (int value = 0; value <= static_cast<int>(Reason::dead); ++value) {
    const auto reason = static_cast<Reason>(value);
    if (to_string(reason) == text) return reason;
  }
  return std::nullopt;
}

std::string_view to_string(SlotState state) {
  switch (state) {
    case SlotState::waiting:
      return "waiting";
    case SlotState::pulling:
      return "pulling";
    case SlotState::creating:
      return "creating";
    case SlotState::starting:
      return "starting";
    case SlotState::running:
      return "running";
    case SlotState::stopping:
      return "stopping";
    case SlotState::backoff:
      return "backoff";
    case SlotState::exited:
      return "exited";
  }
  return "waiting";
}

std::string_view to_string(RolloutState state) {
  switch (state) {
    case RolloutState::rolling:
      return "rolling";
    case RolloutState::paused:
      return "paused";
    case RolloutState::rolled_back:
      return "rolled_back";
    case RolloutState::completed:
      return "completed";
  }
  return "rolling";
}

}  // namespace genisys::state
