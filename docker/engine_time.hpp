// The engine's times: RFC 3339 with up to nine digits of a second.
//
// Pure. Any thread.
#pragma once

#include <optional>
#include <string_view>

#include "docker/types.hpp"

namespace genisys::docker {

// False when `text` is no time. `time` is empty for the engine's "never" (year 1) and for years
// that nanoseconds since 1970 cannot express.
bool parse_engine_time(std::string_view text, std::optional<EngineTime>& time);

}  // namespace genisys::docker
