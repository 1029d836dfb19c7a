// What of the history survives a restart of the connector: as text by key, in the store. The
// ladders go on where they were, a paused update stays paused, no end is counted twice.
//
// Pure. Times are kept by the wall clock; a wait never gets longer by a restart or a clock that was
// set.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/world.hpp"

namespace genisys::controller {

// Both clocks at one moment.
struct Moment {
  state::TimePoint now;
  state::WallTime wall;
};

std::string memory_key(const state::ServiceName& service);
std::string image_memory_key(std::string_view image);

std::string encode_memory(const ServiceHistory& history, const Moment& moment);
std::string encode_memory(const ImageHistory& history, const Moment& moment);

// Nothing when the text is not what encode_memory() makes.
std::optional<ServiceHistory> decode_service_memory(std::string_view text, const Moment& moment);
std::optional<ImageHistory> decode_image_memory(std::string_view text, const Moment& moment);

// The history as it was recorded. `lost`: keys whose text could not be read; they begin anew.
History recall(const std::map<std::string, std::string>& memory, const Moment& moment,
               std::vector<std::string>& lost);

}  // namespace genisys::controller
