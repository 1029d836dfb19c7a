// The program under test as a process: started, watched, signalled, killed and started again.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace genisys::test {

struct Exit {
  int code = -1;                      // -1 when a signal ended it
  int signal = 0;                     // 0 when none did
  std::chrono::milliseconds took{0};  // from what was to end it
};

// One process at a time, one after the other; its output is gathered over all of them. The process
// dies with this object, by SIGKILL, and with the test program.
class DaemonProcess {
 public:
  DaemonProcess(std::filesystem::path program, std::vector<std::string> arguments,
                std::filesystem::path folder);
  DaemonProcess(const DaemonProcess&) = delete;
  DaemonProcess& operator=(const DaemonProcess&) = delete;
  ~DaemonProcess();

  // Of every later process, beside this program's own environment; an empty value takes it away.
  void set_environment(const std::string& name, const std::string& value);
  // Returns when it listens; throws std::runtime_error with its output when it ends before, or
  // after 20 s.
  void start();
  // Returns at once; then wait() for its end.
  void launch();

  Exit terminate();  // SIGTERM, and waits
  Exit kill();       // SIGKILL, and waits
  void signal(int number);
  // Throws std::runtime_error when it does not end in time.
  Exit wait(std::chrono::milliseconds timeout);

  bool is_running() const { return pid_ > 0; }  // as far as this object waited for it
  pid_t pid() const { return pid_; }
  std::uint16_t port() const { return port_; }  // after start()

  // Everything that all processes wrote so far, both streams.
  std::string log() const;
  // Waits until `text` was written after the first `offset` bytes of the log; false when it was not
  // in time.
  bool wait_for_log(const std::string& text, std::size_t offset,
                    std::chrono::milliseconds timeout) const;

 private:
  void gather(int pipe);
  std::vector<std::string> environment() const;
  // Waits until the log after `offset` has `text` or nobody writes any more.
  std::size_t find_in_log(const std::string& text, std::size_t offset,
                          std::chrono::milliseconds timeout) const;

  const std::filesystem::path program_;
  const std::vector<std::string> arguments_;
  const std::filesystem::path folder_;
  std::map<std::string, std::string> environment_;
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;

  mutable std::mutex mutex_;
  mutable std::condition_variable written_;
  std::string log_;
  bool open_ = false;  // the process still has its output open
  std::thread reader_;
};

}  // namespace genisys::test
