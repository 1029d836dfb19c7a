// JSON of the API: what it reports, as text, and request bodies, as values. Shapes are part of the
// contract (docs/openapi.yaml): keys come in a fixed order, the seed's first.
//
// Pure. Any thread. Decoders append every problem they find and return nothing when there was one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "state/commands.hpp"
#include "state/model.hpp"

namespace genisys::api {

// ---- out ----

// RFC 3339, UTC, milliseconds: "2024-05-01T10:20:30.456Z".
std::string format_time(state::WallTime time);

// `index`: of that service. `observed_at` and `since` are null when they are the epoch: nothing was
// seen yet. What a slot does not have (a container, a cause, a next attempt, …) is left out.
std::string encode_status(const state::ServiceStatus& status, state::Index index);

// An object keyed by name, whose values are JSON already.
class ObjectByName {
 public:
  void add(const state::ServiceName& name, std::string_view json);
  std::string finish() &&;

 private:
  std::string text_ = "{";
};

// The answer of a dry run.
std::string encode_preview(state::Effect effect, const std::vector<state::PlannedAction>& actions);

// ---- in ----

// `expected_name` is the name that the path gives, as for state::decode_definition.
std::optional<state::Definition> decode_definition_body(
    std::string_view body, const std::optional<state::ServiceName>& expected_name,
    state::Problems& problems);

// {"number": N}: a whole number from 0 to `max_replicas`, or a string of its decimal digits (what
// httpie sends for number=3).
std::optional<std::uint32_t> decode_target_body(std::string_view body, std::uint32_t max_replicas,
                                                state::Problems& problems);

// {"web": 3, "db": "1"}: the same for many services.
std::optional<std::map<state::ServiceName, std::uint32_t>> decode_targets_body(
    std::string_view body, std::uint32_t max_replicas, state::Problems& problems);

}  // namespace genisys::api
