// The service file: definitions kept beside the configuration, as YAML, JSON, a Compose file or the
// seed's Python file.
//
// Pure: the caller has read the file. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "state/commands.hpp"

namespace genisys::state {

// Reads the content of a service file. `path` tells the format by its extension: .py, .json, .yml
// or .yaml. With any other the content does: text that begins with '{' is JSON, text whose first
// line that is neither blank nor a comment reads `name =` is Python, everything else is YAML.
//
// JSON and YAML hold a map from service name to definition, or are a Compose file: a map with the
// key `services`, beside which `version` and `x-…` may stand (Compose gives them no meaning) and
// nothing else. In Python each assignment is one definition; its `name` field names the service, by
// default the variable does. A definition here may have a first target, `deploy: {replicas: N}`.
//
// Entries in the order of the file. Appends every problem with its line and column and returns
// nothing when there was one; a file without entries is fine.
std::optional<std::vector<FileEntry>> read_service_file(std::string_view text,
                                                        std::string_view path, Problems& problems);

}  // namespace genisys::state
