#include "state/definition.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "state/definition_fields.hpp"
#include "state/text.hpp"

namespace genisys::state {
namespace {

constexpr std::size_t kMaxName = 63;
constexpr std::size_t kMostUnknownKeys = 16;

constexpr std::array<std::string_view, 8> kKeys = {
    "name",  "image",  "command",     "environment",
    "ports", "labels", "stop_signal", "stop_grace_period"};

void check_keys(const Map& map, std::string_view pointer, Problems& problems) {
  std::size_t unknown = 0;
  for (const Member& member : map) {
    if (std::find(kKeys.begin(), kKeys.end(), member.key) != kKeys.end()) continue;
    if (++unknown > kMostUnknownKeys) continue;
    const std::string_view meant = nearest(member.key, kKeys);
    problems.push_back({pointer_to(pointer, member.key),
                        meant.empty() ? fmt::format("unknown key {}: the keys are {}",
                                                    quote(member.key), fmt::join(kKeys, ", "))
                                      : fmt::format("unknown key {}: did you mean {}?",
                                                    quote(member.key), quote(meant)),
                        member.at});
  }
  if (unknown > kMostUnknownKeys) {
    problems.push_back({std::string(pointer),
                        fmt::format("and {} more unknown keys", unknown - kMostUnknownKeys)});
  }
}

std::optional<ServiceName> decode_name(const Value& definition,
                                       const std::optional<ServiceName>& expected,
                                       std::string_view pointer, Problems& problems) {
  const Value* value = definition.find("name");
  const bool is_given = value != nullptr && !value->is_null();
  if (!is_given && expected) return expected;
  const auto refuse = [&](std::string message) {
    problems.push_back({pointer_to(pointer, "name"), std::move(message),
                        value != nullptr ? value->at() : definition.at()});
    return std::nullopt;
  };
  if (!is_given) return refuse("is missing: give the service a name");
  const std::string* text = value->as_string();
  if (text == nullptr) return refuse(fmt::format("must be a string, not {}", value->kind_name()));
  auto name = ServiceName::parse(*text);
  if (!name) {
    return refuse(
        fmt::format("{} is not a service name: write 1 to {} letters, digits, '_', '.' and "
                    "'-', beginning with a letter or a digit",
                    quote(*text), kMaxName));
  }
  if (expected && *name != *expected) {
    return refuse(
        fmt::format("{} differs from {}, the name it is declared under: make them equal, "
                    "or leave it out",
                    quote(*text), quote(expected->str())));
  }
  return name;
}

}  // namespace

std::optional<ServiceName> ServiceName::parse(std::string_view text) {
  const auto is_alnum = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  if (text.empty() || text.size() > kMaxName || !is_alnum(text.front())) return std::nullopt;
  const bool fits = std::all_of(text.begin(), text.end(), [&](char c) {
    return is_alnum(c) || c == '_' || c == '.' || c == '-';
  });
  if (!fits) return std::nullopt;
  return ServiceName(std::string(text));
}

std::optional<Definition> decode_definition(const Value& value,
                                            const std::optional<ServiceName>& expected_name,
                                            std::string_view pointer, Problems& problems) {
  const std::size_t before = problems.size();
  const Map* map = value.as_map();
  if (map == nullptr) {
    problems.push_back({std::string(pointer),
                        fmt::format("a definition must be a map, not {}", value.kind_name()),
                        value.at()});
    return std::nullopt;
  }
  check_keys(*map, pointer, problems);

  // An unset field and a null one are the same.
  const auto decode = [&](std::string_view key,
                          auto decoder) -> decltype(decoder(value, key, problems)) {
    const Value* field = value.find(key);
    if (field == nullptr || field->is_null()) return std::nullopt;
    return decoder(*field, pointer_to(pointer, key), problems);
  };
  auto name = decode_name(value, expected_name, pointer, problems);
  auto image = decode("image", decode_image);
  if (const Value* given = value.find("image"); given == nullptr || given->is_null()) {
    problems.push_back({pointer_to(pointer, "image"),
                        "is missing: name an image with its tag, such as \"nginx:1.25\"",
                        value.at()});
  }
  auto command = decode("command", decode_command);
  auto environment = decode("environment", decode_environment);
  auto ports = decode("ports", decode_ports);
  auto labels = decode("labels", decode_labels);
  auto stop_signal = decode("stop_signal", decode_stop_signal);
  auto stop_grace_period = decode("stop_grace_period", decode_stop_grace_period);

  if (problems.size() != before) return std::nullopt;
  return Definition{.name = std::move(*name),
                    .image = std::move(*image),
                    .command = std::move(command),
                    .environment = std::move(environment),
                    .ports = std::move(ports),
                    .labels = std::move(labels),
                    .stop_signal = std::move(stop_signal),
                    .stop_grace_period = stop_grace_period};
}

std::optional<std::uint32_t> max_replicas(const Definition& definition) {
  std::optional<std::uint32_t> most;
  if (!definition.ports) return most;
  for (const Port& port : *definition.ports) {
    if (port.is_ephemeral()) continue;
    const std::uint32_t width = std::uint32_t{port.host_last} - port.host_first + 1;
    most = std::min(most.value_or(width), width);
  }
  return most;
}

}  // namespace genisys::state
