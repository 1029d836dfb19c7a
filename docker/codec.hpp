// The Engine API's JSON to types.hpp and back. Unknown fields are ignored, missing and null ones
// read as empty; a field of the wrong type makes the whole answer a `protocol` error, so that a
// list is never shorter than what the engine holds.
//
// Pure. Any thread. Hostile input costs time linear in its size and nothing else.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "docker/types.hpp"

namespace genisys::docker {

Result<std::vector<Container>> decode_list(std::string_view body);
Result<ContainerDetail> decode_inspect(std::string_view body);
Result<std::vector<Network>> decode_networks(std::string_view body);
Result<Volume> decode_volume(std::string_view body);
// The answers to create and to image inspect: an id.
Result<ContainerId> decode_created(std::string_view body);
Result<std::string> decode_image_id(std::string_view body);
// `api_version` is left empty: it is what was negotiated.
Result<EngineInfo> decode_info(std::string_view body);

// One object of the event stream. Nothing when it is no hint about a container: events of other
// types, and those of the commands run inside one (health probes: three for each).
Result<std::optional<Event>> decode_event(std::string_view object);

// One object of a pull's stream: progress, or the error that ends it.
struct PullStep {
  std::string status;
  std::string layer;
  std::optional<std::string> error;

  bool operator==(const PullStep&) const = default;
};
Result<PullStep> decode_pull_step(std::string_view object);

// The body of an error answer: {"message": …, "cause": … (Podman)}, or the text itself when it is
// no such object. Not sanitised.
struct ErrorText {
  std::string message;
  std::string cause;
};
ErrorText decode_error(std::string_view body);

// The body of a create. A port is published only when it is both exposed and bound, so both are
// written.
std::string encode_create(const ContainerSpec& spec);

// The bodies of the calls that make a network and a volume, and that connect a container to a
// network. What is not set is left to the engine.
std::string encode_network(const NetworkConfig& network);
std::string encode_volume(const Volume& volume);
std::string encode_connect(const ContainerId& container, const Endpoint& endpoint);

// Health as the list tells it, in the text of its Status: "Up 3 seconds (health: starting)".
Health health_in_status(std::string_view status);
// "Exited (137) 2 minutes ago": 137.
std::optional<int> exit_code_in_status(std::string_view status);

}  // namespace genisys::docker
