#include "tests/support/shell.hpp"

#include <sys/wait.h>

#include <cstdio>
#include <stdexcept>

namespace genisys::test {

Finished run_shell(const std::string& command) {
  std::FILE* pipe = ::popen(("{ " + command + "\n} 2>&1").c_str(), "re");
  if (!pipe) throw std::runtime_error("cannot run a shell for: " + command);
  Finished finished;
  char buffer[4096];
  while (const std::size_t read = std::fread(buffer, 1, sizeof buffer, pipe)) {
    finished.output.append(buffer, read);
  }
  const int status = ::pclose(pipe);
  finished.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  return finished;
}

std::string shell_quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace genisys::test
