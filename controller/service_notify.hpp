// Word to the service manager that started the program (systemd with Type=notify, or whoever sets
// NOTIFY_SOCKET): ready, reloading, stopping, alive, and a line for people. The protocol is one
// datagram for each message, as sd_notify(3) documents it.
//
// Thread: any, one at a time; sending never blocks and never fails its caller. Without a service
// manager every call does nothing.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace genisys::controller {

class ServiceNotify {
 public:
  // What the variables of the environment hold; nothing where they are not set.
  struct Variables {
    std::optional<std::string> socket = {};         // NOTIFY_SOCKET: a path, or "@name"
    std::optional<std::string> watchdog_usec = {};  // WATCHDOG_USEC
    std::optional<std::string> watchdog_pid = {};   // WATCHDOG_PID
  };

  // Takes them out of the environment: programs that are started from here are not the service.
  // Before any other thread is started.
  static ServiceNotify from_environment();

  explicit ServiceNotify(const Variables& variables);
  ~ServiceNotify();
  ServiceNotify(ServiceNotify&& other) noexcept;
  ServiceNotify& operator=(ServiceNotify&&) = delete;

  bool is_on() const { return socket_ >= 0; }
  // A sign of life is expected at least this often; nothing when none is.
  std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

  void ready() const;
  // To be followed by ready().
  void reloading() const;
  void stopping() const;
  void alive() const;
  // One line; line breaks become blanks.
  void status(std::string_view text) const;

 private:
  void send(std::string_view message) const;

  int socket_ = -1;
  std::string address_;  // a sockaddr_un, as long as it counts
  std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace genisys::controller
