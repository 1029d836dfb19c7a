#include "docker/types.hpp"

#include <algorithm>
#include <boost/throw_exception.hpp>
#include <stdexcept>

namespace genisys::docker {

std::optional<ContainerId> ContainerId::parse(std::string_view text) {
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (text.size() != 64 || !std::all_of(text.begin(), text.end(), is_hex)) return std::nullopt;
  return ContainerId(std::string(text));
}

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::unreachable:
      return "unreachable";
    case ErrorKind::timeout:
      return "timeout";
    case ErrorKind::not_found:
      return "not_found";
    case ErrorKind::image_missing:
      return "image_missing";
    case ErrorKind::conflict:
      return "conflict";
    case ErrorKind::busy:
      return "busy";
    case ErrorKind::rejected:
      return "rejected";
    case ErrorKind::port_taken:
      return "port_taken";
    case ErrorKind::command:
      return "command";
    case ErrorKind::network:
      return "network";
    case ErrorKind::wreck:
      return "wreck";
    case ErrorKind::engine:
      return "engine";
    case ErrorKind::protocol:
      return "protocol";
    case ErrorKind::unsupported:
      return "unsupported";
  }
  return "unknown";
}

void throw_exception_from_error(const Error& error, const boost::source_location& where) {
  boost::throw_exception(std::runtime_error(error.message), where);
}

std::string_view to_string(ContainerState state) {
  switch (state) {
    case ContainerState::created:
      return "created";
    case ContainerState::running:
      return "running";
    case ContainerState::paused:
      return "paused";
    case ContainerState::restarting:
      return "restarting";
    case ContainerState::removing:
      return "removing";
    case ContainerState::exited:
      return "exited";
    case ContainerState::dead:
      return "dead";
    case ContainerState::unknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view to_string(Health health) {
  switch (health) {
    case Health::none:
      return "";
    case Health::starting:
      return "starting";
    case Health::healthy:
      return "healthy";
    case Health::unhealthy:
      return "unhealthy";
  }
  return "";
}

}  // namespace genisys::docker
