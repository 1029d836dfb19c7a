#include "api/endpoints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <tuple>

#include "api/json.hpp"

namespace genisys::api {
namespace {

using json::text_of;
using json::write;
using json::write_member;
using json::Writer;

constexpr std::string_view kTcp = "/tcp";

struct Binding {
  std::string host;
  std::uint16_t port = 0;
};

// "0.0.0.0:32768", "[::1]:32768", ":::32768"; nothing when it is no such thing.
std::optional<Binding> parse_binding(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view digits = text.substr(colon + 1);
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port == 0) {
    return std::nullopt;
  }
  return Binding{std::string(host), port};
}

bool is_any_v4(std::string_view host) { return host.empty() || host == "0.0.0.0"; }
bool is_any_v6(std::string_view host) { return host == "::"; }

// One that somebody paused runs as far as the engine is concerned, has no health, and answers
// nobody.
bool is_ready(const state::SlotStatus& slot) {
  const bool is_ill = slot.cause == state::Reason::paused ||
                      slot.cause == state::Reason::unhealthy ||
                      slot.cause == state::Reason::correlated_failure;
  return slot.state == state::SlotState::running && !is_ill &&
         (slot.health.empty() || slot.health == "healthy");
}

void add_slot(const state::ServiceStatus& status, const state::SlotStatus& slot,
              std::string_view advertise, std::vector<Endpoint>& endpoints) {
  // The engine binds "all addresses" for each family, not always to the same port; IPv4 will do.
  const auto is_second_of_two = [&slot](const state::SlotPort& port, const Binding& binding) {
    return is_any_v6(binding.host) &&
           std::any_of(slot.ports.begin(), slot.ports.end(), [&port](const state::SlotPort& other) {
             const std::optional<Binding> bound = parse_binding(other.host);
             return other.container == port.container && bound && is_any_v4(bound->host);
           });
  };
  for (const state::SlotPort& port : slot.ports) {
    std::optional<Binding> binding = parse_binding(port.host);
    if (!binding || is_second_of_two(port, *binding)) continue;
    if (is_any_v4(binding->host) || is_any_v6(binding->host)) binding->host = advertise;
    Endpoint endpoint{.service = status.name,
                      .slot = slot.slot,
                      .container = slot.container,
                      .container_port = port.container,
                      .host = std::move(binding->host),
                      .port = binding->port};
    // A port can be bound to all addresses and to the advertised one.
    if (std::find(endpoints.begin(), endpoints.end(), endpoint) == endpoints.end()) {
      endpoints.push_back(std::move(endpoint));
    }
  }
}

}  // namespace

std::vector<Endpoint> endpoints_of(const state::ServiceStatus& status, std::string_view advertise) {
  std::vector<Endpoint> endpoints;
  for (const state::SlotStatus& slot : status.slots) {
    if (!is_ready(slot)) continue;
    std::vector<Endpoint> of_slot;
    add_slot(status, slot, advertise, of_slot);
    std::move(of_slot.begin(), of_slot.end(), std::back_inserter(endpoints));
  }
  std::sort(endpoints.begin(), endpoints.end(), [](const Endpoint& left, const Endpoint& right) {
    return std::tie(left.slot, left.container_port, left.host, left.port) <
           std::tie(right.slot, right.container_port, right.host, right.port);
  });
  return endpoints;
}

std::string address_of(const Endpoint& endpoint) {
  const bool is_v6 = endpoint.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", is_v6 ? "[" : "", endpoint.host, is_v6 ? "]" : "", endpoint.port);
}

std::string encode_endpoints(const std::vector<Endpoint>& endpoints) {
  return text_of([&](Writer& writer) {
    writer.StartObject();
    write(writer, "endpoints");
    writer.StartArray();
    for (const Endpoint& endpoint : endpoints) {
      writer.StartObject();
      write_member(writer, "slot", endpoint.slot);
      write_member(writer, "container_port", endpoint.container_port);
      write_member(writer, "host", endpoint.host);
      write_member(writer, "port", static_cast<std::uint32_t>(endpoint.port));
      write_member(writer, "address", address_of(endpoint));
      writer.EndObject();
    }
    writer.EndArray();
    writer.EndObject();
  });
}

std::string encode_target_groups(const std::vector<Endpoint>& endpoints) {
  return text_of([&](Writer& writer) {
    writer.StartArray();
    for (const Endpoint& endpoint : endpoints) {
      std::string_view port = endpoint.container_port;
      if (!port.ends_with(kTcp)) continue;
      port.remove_suffix(kTcp.size());
      writer.StartObject();
      write(writer, "targets");
      writer.StartArray();
      write(writer, address_of(endpoint));
      writer.EndArray();
      write(writer, "labels");
      writer.StartObject();
      write_member(writer, "__meta_genisys_service", endpoint.service.str());
      write_member(writer, "__meta_genisys_slot", std::to_string(endpoint.slot));
      write_member(writer, "__meta_genisys_container_port", port);
      write_member(writer, "__meta_genisys_container", endpoint.container);
      writer.EndObject();
      writer.EndObject();
    }
    writer.EndArray();
  });
}

}  // namespace genisys::api
