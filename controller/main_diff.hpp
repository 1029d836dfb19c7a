// `--diff`: what a reload of the service files would change, in lines for a person.
#pragma once

#include "controller/config.hpp"

namespace genisys::controller {

// Asks the connector that runs with this configuration; when none answers, compares the files with
// the state file, of which nothing is written. Prints what it learns; returns an ExitCode. Blocks,
// at most half a minute.
int print_diff(const Config& config);

}  // namespace genisys::controller
