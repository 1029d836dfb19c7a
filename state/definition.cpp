#include "state/definition.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "state/definition_fields.hpp"
#include "state/definition_table.hpp"
#include "state/field_decoding.hpp"
#include "state/text.hpp"

namespace genisys::state {
namespace {

constexpr std::size_t kMaxName = 63;

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

Definition any_definition() {
  std::string why;
  return {*ServiceName::parse("a"), *ImageReference::parse("a:1", why)};
}

bool has_fixed_address(const Definition& definition) {
  return definition.networks &&
         std::any_of(definition.networks->begin(), definition.networks->end(),
                     [](const NetworkAttachment& network) {
                       return !network.ipv4_address.empty() || !network.ipv6_address.empty();
                     });
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
  if (value.as_map() == nullptr) {
    problems.push_back({std::string(pointer),
                        fmt::format("a definition must be a map, not {}", value.kind_name()),
                        value.at()});
    return std::nullopt;
  }
  auto name = decode_name(value, expected_name, pointer, problems);
  auto image = decode_member(value, "image", pointer, problems, decode_image);
  if (const Value* given = value.find("image"); given == nullptr || given->is_null()) {
    problems.push_back({pointer_to(pointer, "image"),
                        "is missing: name an image with its tag, such as \"nginx:1.25\"",
                        value.at()});
  }
  // What is wrong with the rest is told as well when there is no name or no image to begin with.
  Definition definition =
      name && image ? Definition{std::move(*name), std::move(*image)} : any_definition();
  decode_members(definition_fields(), value, pointer, problems, definition,
                 unsupported_service_keys());
  if (problems.size() != before) return std::nullopt;
  check_fields(definition, value, pointer, problems);
  if (problems.size() != before) return std::nullopt;
  return definition;
}

std::optional<std::uint32_t> max_replicas(const Definition& definition) {
  std::optional<std::uint32_t> most;
  if (has_fixed_address(definition)) most = 1;
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
  if (has_fixed_address(definition)) return true;
  // Several replicas share the files in any case; one alone may count on nobody else writing to
  // them. What has no name, or is in memory, is a container's own.
  return replicas <= 1 && definition.volumes &&
         std::any_of(
             definition.volumes->begin(), definition.volumes->end(), [](const VolumeMount& mount) {
               return mount.kind != MountKind::tmpfs && !mount.source.empty() && !mount.read_only;
             });
}

}  // namespace genisys::state
