// The fields of a definition, each decoded from the forms in which people write it.
//
// Each function appends what is wrong to `problems`, with pointers below `pointer`, and then
// returns nothing. A null value is the caller's business: it means that the field is unset. Pure.
// Any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "state/definition.hpp"
#include "state/value.hpp"

namespace genisys::state {

std::optional<ImageReference> decode_image(const Value& value, std::string_view pointer,
                                           Problems& problems);

// A string (split into words) or a list of strings. No words: the image's own command.
std::optional<Command> decode_command(const Value& value, std::string_view pointer,
                                      Problems& problems);

// A map from name to string, number or boolean, or a list of "NAME=value".
std::optional<std::map<std::string, std::string>> decode_environment(const Value& value,
                                                                     std::string_view pointer,
                                                                     Problems& problems);

// A list of integers and of strings in the short syntax of port.hpp. No two ask for one host port.
std::optional<std::vector<Port>> decode_ports(const Value& value, std::string_view pointer,
                                              Problems& problems);

// As the environment; a label without a value has the empty one, and the keys that mark ownership
// are refused.
std::optional<std::map<std::string, std::string>> decode_labels(const Value& value,
                                                                std::string_view pointer,
                                                                Problems& problems);

// A name or a number, kept as it was written.
std::optional<std::string> decode_stop_signal(const Value& value, std::string_view pointer,
                                              Problems& problems);

// Compose's map. `test: NONE` and `disable: true` are one; a test beside the latter is refused.
std::optional<Healthcheck> decode_healthcheck(const Value& value, std::string_view pointer,
                                              Problems& problems);

// A list in the short syntax, of named volumes. No two are mounted at one place.
std::optional<std::vector<VolumeMount>> decode_volumes(const Value& value, std::string_view pointer,
                                                       Problems& problems);

// One of the names of PullPolicy, or Compose's other name for missing, if_not_present.
std::optional<PullPolicy> decode_pull_policy(const Value& value, std::string_view pointer,
                                             Problems& problems);

// Of Compose's `deploy` its update_config. `replicas` is refused: it is no part of a definition,
// and who knows what to do with it has taken it out.
std::optional<UpdateConfig> decode_deploy(const Value& value, std::string_view pointer,
                                          Problems& problems);

}  // namespace genisys::state
