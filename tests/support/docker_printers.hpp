// How gtest prints Docker's values. Include it wherever they are compared: one definition for all.
#pragma once

#include <ostream>

#include "docker/types.hpp"

namespace genisys::docker {

inline void PrintTo(const ContainerId& id, std::ostream* out) { *out << id.str().substr(0, 12); }
inline void PrintTo(ContainerState state, std::ostream* out) { *out << to_string(state); }
inline void PrintTo(ErrorKind kind, std::ostream* out) { *out << to_string(kind); }
inline void PrintTo(const Error& error, std::ostream* out) {
  *out << to_string(error.kind) << " (" << error.http_status << "): " << error.message;
}

inline void PrintTo(const Container& container, std::ostream* out) {
  *out << "{" << container.id.str().substr(0, 12) << " " << container.name << " of "
       << container.image << ", " << to_string(container.state);
  if (container.health != Health::none) *out << ", " << to_string(container.health);
  if (container.exit_code) *out << ", exit code " << *container.exit_code;
  for (const auto& port : container.ports) {
    *out << ", " << port.host_ip << ":" << port.host_port << "->" << port.container_port << "/"
         << port.protocol;
  }
  for (const auto& [key, value] : container.labels) *out << ", " << key << "=" << value;
  *out << ", created " << container.created << "}";
}

template <class T>
void PrintTo(const Result<T>& result, std::ostream* out) {
  if (result.has_error()) {
    PrintTo(result.error(), out);
  } else {
    *out << "success";
  }
}

}  // namespace genisys::docker
