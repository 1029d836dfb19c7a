// The service file that a configuration names, read and checked.
//
// Any thread; reads a file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/config.hpp"
#include "state/commands.hpp"

namespace genisys::controller {

// Either entries or everything that is wrong, a line each as in ConfigResult. The file is optional:
// when it is missing there are no entries, and nothing is wrong.
struct ServicesResult {
  std::optional<std::vector<state::FileEntry>> entries = {};
  bool file_missing = false;
  std::vector<std::string> errors = {};
};

ServicesResult load_services(const Config& config);

}  // namespace genisys::controller
