// What an HTTP answer of the engine means for the call that was made: success, or which kind of
// failure. One table for the whole client, since the same status means different things to
// different calls.
//
// Pure. Any thread.
#pragma once

#include <optional>
#include <string_view>

#include "docker/types.hpp"

namespace genisys::docker {

enum class Operation {
  ping,
  info,
  list,
  inspect,
  create,
  start,
  stop,
  remove,
  logs,
  image,
  pull,
  events,
  network,
  create_network,
  remove_network,
  connect,
  volume,
  create_volume,
  remove_volume
};

// "list the containers": what cannot be done, for messages.
std::string_view to_string(Operation operation);

// Nothing when the answer is a success of `operation`, among which count: start of a running
// container (304), stop of one that does not run or is gone (304, 404), remove of a container, a
// network or a volume that is gone (404), connect of a container that takes part already (403).
// Classified by status and inner text, as Docker Engine 20.10 to 29.x and Podman's compatible API
// word it.
std::optional<Error> failure_of(Operation operation, int status, std::string_view body);

// An error object inside the stream of a pull that was answered with 200.
Error pull_failure(std::string_view message);

}  // namespace genisys::docker
