#include "controller/service_notify.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace genisys::controller {
namespace {

std::optional<std::string> take_variable(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr) return std::nullopt;
  std::string taken = text;
  ::unsetenv(name);
  return taken;
}

std::optional<std::int64_t> number_of(const std::optional<std::string>& text) {
  std::int64_t number = 0;
  if (!text) return std::nullopt;
  const char* end = text->data() + text->size();
  const auto [rest, error] = std::from_chars(text->data(), end, number);
  if (error != std::errc() || rest != end) return std::nullopt;
  return number;
}

// Empty when it is none: only paths and abstract names are spoken to.
std::string address_of(std::string_view name) {
  sockaddr_un address{};
  if (name.size() < 2 || name.size() >= sizeof address.sun_path) return {};
  if (name[0] != '/' && name[0] != '@') return {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, name.data(), name.size());
  std::size_t length = offsetof(sockaddr_un, sun_path) + name.size();
  // An abstract name begins with a zero byte and ends with its length; a path ends with a zero.
  if (name[0] == '@') {
    address.sun_path[0] = '\0';
  } else {
    ++length;
  }
  return {reinterpret_cast<const char*>(&address), length};
}

}  // namespace

ServiceNotify ServiceNotify::from_environment() {
  return ServiceNotify(Variables{.socket = take_variable("NOTIFY_SOCKET"),
                                 .watchdog_usec = take_variable("WATCHDOG_USEC"),
                                 .watchdog_pid = take_variable("WATCHDOG_PID")});
}

ServiceNotify::ServiceNotify(const Variables& variables) {
  if (!variables.socket) return;
  address_ = address_of(*variables.socket);
  if (address_.empty()) return;
  socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const std::optional<std::int64_t> every = number_of(variables.watchdog_usec);
  const bool is_for_us = !variables.watchdog_pid || number_of(variables.watchdog_pid) == ::getpid();
  if (every && *every > 0 && is_for_us) watchdog_ = std::chrono::microseconds(*every);
}

ServiceNotify::~ServiceNotify() {
  if (socket_ >= 0) ::close(socket_);
}

ServiceNotify::ServiceNotify(ServiceNotify&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      address_(std::move(other.address_)),
      watchdog_(other.watchdog_) {}

void ServiceNotify::ready() const { send("READY=1"); }

// The time is for those who wait for the end of a reload (Type=notify-reload); others ignore it.
void ServiceNotify::reloading() const {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}",
                   std::chrono::duration_cast<std::chrono::microseconds>(now).count()));
}

void ServiceNotify::stopping() const { send("STOPPING=1"); }

void ServiceNotify::alive() const { send("WATCHDOG=1"); }

void ServiceNotify::status(std::string_view text) const {
  std::string message = fmt::format("STATUS={}", text);
  std::replace(message.begin(), message.end(), '\n', ' ');
  send(message);
}

// Without waiting: a service manager that does not read must not hold the program up.
void ServiceNotify::send(std::string_view message) const {
  if (socket_ < 0) return;
  ::sendto(socket_, message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
           reinterpret_cast<const sockaddr*>(address_.data()),
           static_cast<socklen_t>(address_.size()));
}

}  // namespace genisys::controller
