#include "state/definition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "state/definition_fields.hpp"
#include "state/field_decoding.hpp"
#include "state/text.hpp"

namespace genisys::state {
namespace {

constexpr std::size_t kMaxName = 63;

constexpr std::array<std::string_view, 12> kKeys = {
    "name",        "image",   "command",     "environment",
    "ports",       "labels",  "stop_signal", "stop_grace_period",
    "healthcheck", "volumes", "pull_policy", "deploy"};

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
  check_keys(*map, kKeys, pointer, problems);

  const auto decode = [&](std::string_view key, auto decoder) {
    return decode_member(value, key, pointer, problems, decoder);
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
  const auto stop_grace_period = decode("stop_grace_period", decode_duration);
  auto healthcheck = decode("healthcheck", decode_healthcheck);
  auto volumes = decode("volumes", decode_volumes);
  const auto pull_policy = decode("pull_policy", decode_pull_policy);
  const auto update_config = decode("deploy", decode_deploy);

  if (problems.size() != before) return std::nullopt;
  return Definition{.name = std::move(*name),
                    .image = std::move(*image),
                    .command = std::move(command),
                    .environment = std::move(environment),
                    .ports = std::move(ports),
                    .labels = std::move(labels),
                    .stop_signal = std::move(stop_signal),
                    .stop_grace_period = stop_grace_period,
                    .healthcheck = std::move(healthcheck),
                    .volumes = std::move(volumes),
                    .pull_policy = pull_policy,
                    .update_config = update_config};
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

bool needs_stop_first(const Definition& definition, std::uint32_t replicas) {
  if (definition.ports && std::any_of(definition.ports->begin(), definition.ports->end(),
                                      [](const Port& port) { return !port.is_ephemeral(); })) {
    return true;
  }
  // Several replicas share the volume in any case; one alone may count on nobody else writing to
  // it.
  return replicas <= 1 && definition.volumes &&
         std::any_of(definition.volumes->begin(), definition.volumes->end(),
                     [](const VolumeMount& mount) { return !mount.read_only; });
}

}  // namespace genisys::state
