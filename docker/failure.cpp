#include "docker/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "docker/codec.hpp"
#include "docker/text.hpp"

namespace genisys::docker {
namespace {

constexpr std::size_t kLongestMessage = 1024;

// The answer as the rules see it: `says` looks into the message and, on Podman, the cause.
struct Answer {
  int status;
  ErrorText text;

  bool says(std::initializer_list<std::string_view> any_of) const {
    return std::any_of(any_of.begin(), any_of.end(), [this](std::string_view part) {
      return contains_ignoring_case(text.message, part) || contains_ignoring_case(text.cause, part);
    });
  }
  bool is_server_error() const { return status >= 500; }
};

// What holds for every call once its own rules have not matched.
ErrorKind general_kind(const Answer& answer) {
  if (answer.is_server_error() || answer.status == 429 || answer.status == 408) {
    return ErrorKind::engine;
  }
  // A 404 that names no object (an unknown route), a redirect, an informational status, a success
  // other than the one asked for: not what an engine answers to this call.
  if (answer.status == 404 || answer.status < 400) return ErrorKind::protocol;
  return ErrorKind::rejected;
}

// More than one has the name.
bool is_ambiguous_network(const Answer& answer) {
  return answer.status == 400 && answer.says({"network"}) && answer.says({"is ambiguous"});
}

ErrorKind create_kind(const Answer& answer) {
  // Podman reports a taken name as 500.
  if (answer.status == 409 || answer.says({"name is already in use"})) return ErrorKind::conflict;
  if (answer.status == 404) {
    if (answer.says({"page not found"})) return ErrorKind::protocol;
    if (answer.says({"no such image", "image not known"})) return ErrorKind::image_missing;
    // From API 1.44 on unknown networks are found out here.
    if (answer.says({"network"})) return ErrorKind::network;
    return ErrorKind::image_missing;
  }
  if (is_ambiguous_network(answer)) return ErrorKind::network;
  return general_kind(answer);
}

ErrorKind start_kind(const Answer& answer) {
  if (answer.status == 404) {
    if (answer.says({"no such container"})) return ErrorKind::not_found;
    if (answer.says({"page not found"})) return ErrorKind::protocol;
    if (answer.says({"network"})) return ErrorKind::network;
    return ErrorKind::rejected;
  }
  if (answer.status == 409) {
    return answer.says({"removal", "being removed"}) ? ErrorKind::busy : ErrorKind::conflict;
  }
  if (is_ambiguous_network(answer)) return ErrorKind::network;
  if (answer.status == 400) return ErrorKind::command;
  if (!answer.is_server_error()) return general_kind(answer);

  // The outer text of a 500 changes with the engine's version: only the innermost cause is matched.
  if (answer.says({"port is already allocated", "address already in use", "all ports are allocated",
                   "failed to bind host port"})) {
    // An address that is not this host's also fails to bind, and no other port will help.
    return answer.says({"cannot assign requested address"}) ? ErrorKind::rejected
                                                            : ErrorKind::port_taken;
  }
  if (answer.says({"id already in use"}) ||
      (answer.says({"task "}) && answer.says({"already exists"}))) {
    return ErrorKind::wreck;
  }
  if (answer.says({"container state improper"})) return ErrorKind::conflict;
  const bool is_about_a_program = answer.says({"executable file", "exec: \"", "oci runtime"});
  if (answer.says({"attempted to invoke a command that was not found"}) ||
      (is_about_a_program && answer.says({"not found in $path", "exec: \""}) &&
       answer.says({"not found", "no such file or directory", "permission denied"}))) {
    return ErrorKind::command;
  }
  if (answer.says({"network "}) && answer.says({" not found"})) return ErrorKind::network;
  if (answer.says({"cannot assign requested address", "unable to find user", "unable to find group",
                   "no matching entries in passwd"})) {
    return ErrorKind::rejected;
  }
  return ErrorKind::engine;
}

ErrorKind remove_kind(const Answer& answer) {
  if (answer.status == 409) {
    return answer.says({"already in progress"}) ? ErrorKind::busy : ErrorKind::conflict;
  }
  if (answer.says({"container state improper"})) return ErrorKind::conflict;
  return general_kind(answer);
}

ErrorKind pull_kind(const Answer& answer) {
  // A registry that asks for patience says so inside a 500, and so do those that say no for good.
  if (answer.status == 429 || answer.says({"toomanyrequests", "too many requests"})) {
    return ErrorKind::engine;
  }
  if (answer.says({"page not found"})) return ErrorKind::protocol;
  if (answer.status == 404 ||
      answer.says({"no basic auth", "unauthorized", "denied", "manifest unknown", "not found",
                   "no matching manifest", "authentication required"})) {
    return ErrorKind::rejected;
  }
  return general_kind(answer);
}

ErrorKind create_network_kind(const Answer& answer) {
  // Podman reports a taken name as 500 or 409, depending on its version.
  if (answer.status == 409 || answer.says({"already exists", "already used"})) {
    return ErrorKind::conflict;
  }
  if (answer.says({"page not found"})) return ErrorKind::protocol;
  // The driver, or free addresses (404); what the engine cannot read as an address (500).
  if (answer.status == 404 || answer.says({"invalid "})) return ErrorKind::rejected;
  return general_kind(answer);
}

ErrorKind remove_network_kind(const Answer& answer) {
  if (answer.says({"active endpoints", "being used", "has associated containers"})) {
    return ErrorKind::conflict;
  }
  return general_kind(answer);
}

ErrorKind connect_kind(const Answer& answer) {
  if (answer.status != 404 || answer.says({"page not found"})) return general_kind(answer);
  if (answer.says({"no such container"})) return ErrorKind::not_found;
  return answer.says({"network"}) ? ErrorKind::network : ErrorKind::protocol;
}

ErrorKind create_volume_kind(const Answer& answer) {
  if (answer.status == 409 || answer.says({"must be unique"})) return ErrorKind::conflict;
  if (answer.says({"page not found"})) return ErrorKind::protocol;
  // The driver.
  if (answer.status == 404) return ErrorKind::rejected;
  return general_kind(answer);
}

ErrorKind kind_of(Operation operation, const Answer& answer) {
  if (answer.status == 400 && answer.says({"client version"})) return ErrorKind::unsupported;
  switch (operation) {
    case Operation::create:
      return create_kind(answer);
    case Operation::start:
      return start_kind(answer);
    case Operation::remove:
      return remove_kind(answer);
    case Operation::pull:
      return pull_kind(answer);
    case Operation::stop:
      return answer.status == 409 ? ErrorKind::conflict : general_kind(answer);
    case Operation::inspect:
    case Operation::logs:
      if (answer.status == 404 && answer.says({"no such container"})) return ErrorKind::not_found;
      // The logging driver cannot read.
      return answer.status == 501 ? ErrorKind::rejected : general_kind(answer);
    case Operation::image:
      if (answer.status == 404 && !answer.says({"page not found"})) return ErrorKind::not_found;
      return general_kind(answer);
    case Operation::create_network:
      return create_network_kind(answer);
    case Operation::remove_network:
      return remove_network_kind(answer);
    case Operation::connect:
      return connect_kind(answer);
    case Operation::volume:
      if (answer.status == 404 && answer.says({"no such volume"})) return ErrorKind::not_found;
      return general_kind(answer);
    case Operation::create_volume:
      return create_volume_kind(answer);
    case Operation::remove_volume:
      return answer.status == 409 ? ErrorKind::conflict : general_kind(answer);
    case Operation::ping:
    case Operation::info:
    case Operation::list:
    case Operation::events:
    case Operation::network:
      return general_kind(answer);
  }
  return general_kind(answer);
}

// Codes of which the text has no say.
bool is_success(Operation operation, int status) {
  switch (operation) {
    case Operation::create:
    case Operation::create_network:
    case Operation::create_volume:
      return status == 201;
    case Operation::start:
    case Operation::stop:
      return status == 204 || status == 304;
    case Operation::remove:
    case Operation::remove_network:
    case Operation::remove_volume:
      return status == 204 || status == 200;
    default:
      return status == 200;
  }
}

// An answer that says no and means that it is so already.
bool is_done_already(Operation operation, const Answer& answer) {
  switch (operation) {
    // Not every 404: a wrong route or a proxy must not pass for a container that is gone.
    case Operation::stop:
    case Operation::remove:
      return answer.status == 404 && answer.says({"no such container"});
    case Operation::remove_network:
      return answer.status == 404 && answer.says({"network"});
    case Operation::remove_volume:
      return answer.status == 404 && answer.says({"no such volume"});
    case Operation::connect:
      return answer.status != 404 &&
             answer.says({"already exists in network", "already connected to network"});
    default:
      return false;
  }
}

}  // namespace

std::string_view to_string(Operation operation) {
  switch (operation) {
    case Operation::ping:
      return "negotiate with the engine";
    case Operation::info:
      return "ask the engine for its info";
    case Operation::list:
      return "list the containers";
    case Operation::inspect:
      return "inspect the container";
    case Operation::create:
      return "create the container";
    case Operation::start:
      return "start the container";
    case Operation::stop:
      return "stop the container";
    case Operation::remove:
      return "remove the container";
    case Operation::logs:
      return "read the container's log";
    case Operation::image:
      return "inspect the image";
    case Operation::pull:
      return "pull the image";
    case Operation::events:
      return "subscribe to events";
    case Operation::network:
      return "look for the network";
    case Operation::create_network:
      return "create the network";
    case Operation::remove_network:
      return "remove the network";
    case Operation::connect:
      return "connect the container to the network";
    case Operation::volume:
      return "inspect the volume";
    case Operation::create_volume:
      return "create the volume";
    case Operation::remove_volume:
      return "remove the volume";
  }
  return "ask the engine";
}

std::optional<Error> failure_of(Operation operation, int status, std::string_view body) {
  if (is_success(operation, status)) return std::nullopt;
  Answer answer{status, decode_error(body)};
  // What Go's servers say to who speaks no TLS on a port of theirs that does.
  if (status == 400 && answer.says({"http request to an https server"})) {
    return Error{
        ErrorKind::unreachable, 0,
        "the engine speaks TLS at this address: name the certificates in docker.tls (or set "
        "DOCKER_TLS_VERIFY with DOCKER_HOST)"};
  }
  if (is_done_already(operation, answer)) return std::nullopt;

  const ErrorKind kind = kind_of(operation, answer);
  std::string message = printable(answer.text.message, kLongestMessage);
  if (message.empty()) {
    message = fmt::format("cannot {}: the engine answered {} without a word", to_string(operation),
                          status);
  }
  return Error{kind, status, std::move(message)};
}

Error pull_failure(std::string_view message) {
  const Answer answer{500, ErrorText{std::string(message), {}}};
  std::string text = printable(message, kLongestMessage);
  if (text.empty()) text = "cannot pull the image: the engine gave no reason";
  return Error{pull_kind(answer), 200, std::move(text)};
}

}  // namespace genisys::docker
