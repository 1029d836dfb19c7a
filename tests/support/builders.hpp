// Values of the domain for tests, from as little text as possible.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "state/definition.hpp"

namespace genisys::test {

inline state::ServiceName name(std::string_view text) {
  auto parsed = state::ServiceName::parse(text);
  if (!parsed) throw std::invalid_argument("no service name: " + std::string(text));
  return *std::move(parsed);
}

inline state::ImageReference image(std::string_view text) {
  std::string why;
  auto parsed = state::ImageReference::parse(text, why);
  if (!parsed) throw std::invalid_argument(why);
  return *std::move(parsed);
}

inline state::Definition definition(std::string_view service, std::string_view of = "app:1") {
  return {.name = name(service), .image = image(of)};
}

// Publishes the host ports first…last, one per slot.
inline state::Port host_ports(std::uint16_t first, std::uint16_t last, std::string text) {
  return {.text = std::move(text), .host_first = first, .host_last = last, .container = 80};
}

inline state::Definition definition_with_ports(std::string_view service, state::Port port) {
  state::Definition result = definition(service);
  result.ports = {std::move(port)};
  return result;
}

}  // namespace genisys::test
