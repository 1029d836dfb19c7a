// What `--check` says of a configuration that is right: what the program understood.
//
// Pure. Any thread.
#pragma once

#include <string>
#include <vector>

#include "controller/config.hpp"
#include "controller/services.hpp"

namespace genisys::controller {

// Where the API is reached: "http://127.0.0.1:7051", "https://[::1]:7051", "unix:///run/api.sock".
std::string api_url(const ConnectorConfig& config);

// One fact a line, its name first: scripts read it by the first word. `services` has
// declarations; `tokens` says what is in the token file, when there is one; `warnings` are of the
// other files.
std::string summary(const Config& config, const ServicesResult& services,
                    const std::string& tokens = {}, const std::vector<std::string>& warnings = {});

}  // namespace genisys::controller
