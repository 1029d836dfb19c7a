// Commands as a user types them.
#pragma once

#include <string>

namespace genisys::test {

struct Finished {
  int code = 0;        // 128 when a signal ended it
  std::string output;  // both streams
};

// Runs `command` with /bin/sh and waits for its end.
Finished run_shell(const std::string& command);

// One word for the shell, whatever is in it.
std::string shell_quoted(const std::string& word);

}  // namespace genisys::test
