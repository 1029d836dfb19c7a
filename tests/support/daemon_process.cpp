#include "tests/support/daemon_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace genisys::test {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kStartTimeout{20'000};
constexpr milliseconds kEndTimeout{30'000};

milliseconds since(steady_clock::time_point begin) {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin);
}

// Waits for a process's end without reaping it; false when it lasts longer.
bool ends_within(pid_t pid, milliseconds timeout) {
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (handle < 0) throw std::system_error(errno, std::generic_category(), "pidfd_open");
  pollfd ended{.fd = handle, .events = POLLIN, .revents = 0};
  const int ready = ::poll(&ended, 1, static_cast<int>(timeout.count()));
  ::close(handle);
  return ready == 1;
}

}  // namespace

DaemonProcess::DaemonProcess(std::filesystem::path program, std::vector<std::string> arguments,
                             std::filesystem::path folder)
    : program_(std::move(program)), arguments_(std::move(arguments)), folder_(std::move(folder)) {}

DaemonProcess::~DaemonProcess() {
  if (is_running()) kill();
  if (reader_.joinable()) reader_.join();
}

void DaemonProcess::set_environment(const std::string& name, const std::string& value) {
  environment_[name] = value;
}

std::vector<std::string> DaemonProcess::environment() const {
  std::vector<std::string> all;
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (!environment_.contains(std::string(text.substr(0, text.find('='))))) all.emplace_back(text);
  }
  for (const auto& [name, value] : environment_) {
    if (!value.empty()) all.push_back(name + "=" + value);
  }
  return all;
}

void DaemonProcess::launch() {
  if (is_running()) throw std::logic_error("it runs already");
  if (reader_.joinable()) reader_.join();
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "pipe");
  }
  std::vector<char*> words{const_cast<char*>(program_.c_str())};
  for (const std::string& argument : arguments_) {
    words.push_back(const_cast<char*>(argument.c_str()));
  }
  words.push_back(nullptr);
  // Made before the fork: other threads may hold the locks of the allocator.
  std::vector<std::string> variables = environment();
  std::vector<char*> setting;
  for (std::string& variable : variables) setting.push_back(variable.data());
  setting.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(pipe[1], STDOUT_FILENO);
    ::dup2(pipe[1], STDERR_FILENO);
    if (::chdir(folder_.c_str()) == 0) ::execve(program_.c_str(), words.data(), setting.data());
    ::_exit(127);
  }
  ::close(pipe[1]);
  open_ = true;
  reader_ = std::thread(&DaemonProcess::gather, this, pipe[0]);
}

void DaemonProcess::start() {
  const std::size_t offset = log().size();
  launch();
  const std::string announcement = "listening on 127.0.0.1:";
  const std::size_t at = find_in_log(announcement, offset, kStartTimeout);
  // The line is whole only with its end.
  if (at == std::string::npos || find_in_log("\n", at, kStartTimeout) == std::string::npos) {
    throw std::runtime_error("the program does not listen; it said:\n" + log().substr(offset));
  }
  port_ = static_cast<std::uint16_t>(std::atoi(log().c_str() + at + announcement.size()));
}

Exit DaemonProcess::terminate() {
  signal(SIGTERM);
  return wait(kEndTimeout);
}

Exit DaemonProcess::kill() {
  signal(SIGKILL);
  return wait(kEndTimeout);
}

void DaemonProcess::signal(int number) {
  if (!is_running()) throw std::logic_error("it does not run");
  ::kill(pid_, number);
}

Exit DaemonProcess::wait(milliseconds timeout) {
  const auto begin = steady_clock::now();
  if (!ends_within(pid_, timeout)) {
    throw std::runtime_error(fmt::format("the program did not end within {} ms", timeout.count()));
  }
  Exit exit{.took = since(begin)};
  int status = 0;
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  if (WIFEXITED(status)) exit.code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) exit.signal = WTERMSIG(status);
  reader_.join();
  return exit;
}

std::string DaemonProcess::log() const {
  const std::lock_guard lock(mutex_);
  return log_;
}

bool DaemonProcess::wait_for_log(const std::string& text, std::size_t offset,
                                 milliseconds timeout) const {
  return find_in_log(text, offset, timeout) != std::string::npos;
}

std::size_t DaemonProcess::find_in_log(const std::string& text, std::size_t offset,
                                       milliseconds timeout) const {
  std::unique_lock lock(mutex_);
  std::size_t at = std::string::npos;
  written_.wait_for(lock, timeout, [&] {
    at = log_.find(text, offset);
    return at != std::string::npos || !open_;
  });
  return at;
}

void DaemonProcess::gather(int pipe) {
  char bytes[4096];
  while (true) {
    const ssize_t count = ::read(pipe, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) continue;
    const std::lock_guard lock(mutex_);
    if (count > 0) log_.append(bytes, static_cast<std::size_t>(count));
    open_ = count > 0;
    written_.notify_all();
    if (!open_) break;
  }
  ::close(pipe);
}

}  // namespace genisys::test
