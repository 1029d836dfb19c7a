// The service files that a configuration names, read and checked, also against its policy.
//
// Any thread; reads files and the environment.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/config.hpp"
#include "state/service_file.hpp"

namespace genisys::controller {

// Either what the files declare or everything that is wrong, a line each as in ConfigResult. One
// file alone is optional: when it is missing nothing is declared, and nothing is wrong. Of several
// each must be there.
struct ServicesResult {
  std::optional<state::Declarations> declared = {};
  bool file_missing = false;
  std::vector<std::string> errors = {};
  std::vector<std::string> notices = {};  // what was left out, and what of it can be mended how
};

ServicesResult load_services(const Config& config);

}  // namespace genisys::controller
