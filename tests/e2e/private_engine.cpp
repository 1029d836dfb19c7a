#include "tests/e2e/private_engine.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <fstream>
#include <stdexcept>

#include "tests/e2e/connector.hpp"
#include "tests/support/shell.hpp"

namespace genisys::test {

namespace {

// As a user calls it.
std::string engine_script(const std::string& arguments) {
  Finished finished =
      run_shell(shell_quoted(GENISYS_SOURCE_DIR "/scripts/test-engine.sh") + " " + arguments);
  if (finished.code != 0) throw std::runtime_error(finished.output);
  while (finished.output.ends_with('\n')) finished.output.pop_back();
  return finished.output;
}

}  // namespace

PrivateEngine::PrivateEngine(const std::string& image)
    : url_(engine_script("start --private 2>/dev/null")) {
  const Finished made =
      run_shell(fmt::format("GENISYS_TEST_DOCKER_HOST={} {} {}", url_,
                            shell_quoted(GENISYS_SOURCE_DIR "/scripts/test-image.sh"), image));
  if (made.code != 0) throw std::runtime_error(made.output);
}

PrivateEngine::~PrivateEngine() {
  try {
    go_on();
  } catch (const std::runtime_error&) {
    // It does not run.
  }
  run_shell(shell_quoted(GENISYS_SOURCE_DIR "/scripts/test-engine.sh") + " stop " + url_);
}

void PrivateEngine::crash() { engine_script("crash " + url_); }

void PrivateEngine::revive() { engine_script("revive " + url_); }

void PrivateEngine::restart() {
  const std::string program = fmt::format("/proc/{}/exe", process());
  ::kill(process(), SIGTERM);
  std::error_code ended;
  if (!eventually([&] {
        static_cast<void>(std::filesystem::read_symlink(program, ended));
        return static_cast<bool>(ended);
      })) {
    throw std::runtime_error("the engine does not end");
  }
  revive();
}

void PrivateEngine::hang() { ::kill(process(), SIGSTOP); }

void PrivateEngine::go_on() { ::kill(process(), SIGCONT); }

pid_t PrivateEngine::process() const {
  const std::string socket = "/sock";
  const std::string folder = url_.substr(7, url_.size() - 7 - socket.size());
  pid_t number = 0;
  if (!(std::ifstream(folder + "/pid") >> number) || number <= 1)
    throw std::runtime_error("the engine does not run");
  return number;
}

}  // namespace genisys::test
