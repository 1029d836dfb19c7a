// What request bodies say, as values.
//
// Pure. Any thread. Decoders append every problem they find and return nothing when there was one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "state/definition.hpp"
#include "state/model.hpp"

namespace genisys::api {

// `expected_name` is the name that the path gives, as for state::decode_definition.
std::optional<state::Definition> decode_definition_body(
    std::string_view body, const std::optional<state::ServiceName>& expected_name,
    state::Problems& problems);

struct ScaleBody {
  std::uint32_t target = 0;
  std::set<std::uint32_t> remove = {};  // slots to be emptied

  bool operator==(const ScaleBody&) const = default;
};

// {"number": N}: a whole number from 0 to `max_replicas`, or a string of its decimal digits (what
// httpie sends for number=3). {"number": N, "remove": [1, 3]}: slots, written likewise.
std::optional<ScaleBody> decode_scale_body(std::string_view body, std::uint32_t max_replicas,
                                           state::Problems& problems);

// {"web": 3, "db": "1"}: targets of many services.
std::optional<std::map<state::ServiceName, std::uint32_t>> decode_targets_body(
    std::string_view body, std::uint32_t max_replicas, state::Problems& problems);

struct RollbackBody {
  std::optional<state::Revision> revision = {};  // unset: whichever is the natural one
};

// {"revision": 3}, {} or nothing.
std::optional<RollbackBody> decode_rollback_body(std::string_view body, state::Problems& problems);

}  // namespace genisys::api
