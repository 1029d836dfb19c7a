// The fields of a definition, each decoded from the forms in which people write it.
//
// Each function appends what is wrong to `problems`, with pointers below `pointer`, and then
// returns nothing. A null value is the caller's business: it means that the field is unset. Pure.
// Any thread.
#pragma once

#include <chrono>
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

// A duration as text, or a number of whole seconds.
std::optional<std::chrono::milliseconds> decode_stop_grace_period(const Value& value,
                                                                  std::string_view pointer,
                                                                  Problems& problems);

}  // namespace genisys::state
