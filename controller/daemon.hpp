// The composition root: builds everything, starts it, and stops it in reverse order.
#pragma once

#include "controller/config.hpp"

namespace genisys::controller {

// How the program ends; --help lists them.
enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,            // failed at run time
  kExitUsage = 2,             // bad command line, configuration, service or token file
  kExitStateFileInUse = 3,    // another process has the state file open
  kExitWouldChange = 4,       // --diff: a reload would change something
  kExitStateFileRefused = 5,  // damaged, lost or of a newer program: needs somebody who decides
};

// Runs until SIGTERM or SIGINT; returns an ExitCode. Reports what went wrong itself. Call once per
// process, on the main thread.
int run_daemon(const Config& config);

}  // namespace genisys::controller
