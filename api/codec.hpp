// JSON of the API: statuses and dry runs as text. Shapes are part of the contract
// (docs/openapi.yaml): keys come in a fixed order, the seed's first. What other nouns are reported
// as, is in codec_<noun>; request bodies are in codec_bodies.
//
// Pure. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "state/commands.hpp"
#include "state/model.hpp"

namespace genisys::api {

// RFC 3339, UTC, milliseconds: "2024-05-01T10:20:30.456Z".
std::string format_time(state::WallTime time);

// `index`: of that service. `observed_at` and `since` are null when they are the epoch: nothing was
// seen yet. What a slot does not have (a container, a cause, a next attempt, …) is left out.
std::string encode_status(const state::ServiceStatus& status, state::Index index);

// The `rollout` of a status.
std::string encode_rollout(const state::RolloutStatus& rollout);

// An object keyed by name, whose values are JSON already.
class ObjectByName {
 public:
  void add(const state::ServiceName& name, std::string_view json);
  std::string finish() &&;

 private:
  std::string text_ = "{";
};

std::string_view to_text(state::Effect effect);  // "created", …

// What the reconciler would do: an array.
std::string encode_actions(const std::vector<state::PlannedAction>& actions);

// The answer of a dry run.
std::string encode_preview(state::Effect effect, const std::vector<state::PlannedAction>& actions);

}  // namespace genisys::api
