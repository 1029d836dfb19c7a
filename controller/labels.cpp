#include "controller/labels.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace genisys::controller {
namespace {

constexpr std::size_t kInstanceInName = 8;

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

const std::string* find_label(const docker::Container& container, std::string_view key) {
  const auto found = container.labels.find(std::string(key));
  return found == container.labels.end() ? nullptr : &found->second;
}

std::uint32_t incarnation_in(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return 0;
  return parse_number<std::uint32_t>(name.substr(prefix.size())).value_or(0);
}

std::string name_prefix(const state::ServiceName& service, Slot slot, std::string_view instance) {
  return fmt::format("{}-{}-{}-", service.str(), slot, instance.substr(0, kInstanceInName));
}

}  // namespace

std::optional<Identity> identify(const docker::Container& container, std::string_view instance) {
  const std::string* owner = find_label(container, kInstanceLabel);
  if (owner == nullptr || *owner != instance) return std::nullopt;
  const std::string* service_text = find_label(container, kServiceLabel);
  const std::string* slot_text = find_label(container, kSlotLabel);
  const std::string* revision_text = find_label(container, kRevisionLabel);
  const std::string* spec = find_label(container, kSpecLabel);
  if (!service_text || !slot_text || !revision_text || !spec) return std::nullopt;
  const auto service = state::ServiceName::parse(*service_text);
  const auto slot = parse_number<Slot>(*slot_text);
  const auto revision = parse_number<std::uint64_t>(*revision_text);
  if (!service || !slot || *slot == 0 || !revision) return std::nullopt;
  return Identity{
      .service = *service,
      .slot = *slot,
      .revision = state::Revision{*revision},
      .spec = *spec,
      .incarnation = incarnation_in(container.name, name_prefix(*service, *slot, instance))};
}

std::optional<Identity> identify(const docker::Container& container, std::string_view instance,
                                 const std::set<std::string>& released) {
  if (!released.empty() && released.contains(container.id.str())) return std::nullopt;
  return identify(container, instance);
}

bool is_adoptable(const docker::Container& container, const std::set<std::string>& released) {
  static constexpr std::array<std::string_view, 3> kOtherOwners = {
      "com.docker.compose.", "com.docker.swarm.", "io.kubernetes."};
  if (container.state != docker::ContainerState::running) return false;
  const bool was_let_go = released.contains(container.id.str());
  for (const auto& [key, value] : container.labels) {
    if (key == kInstanceLabel && !was_let_go) return false;
    if (key == kIgnoreLabel) return false;
    for (const std::string_view owner : kOtherOwners) {
      if (key.starts_with(owner)) return false;
    }
  }
  return true;
}

std::string container_name(const state::ServiceName& service, Slot slot, std::string_view instance,
                           std::uint32_t incarnation) {
  return name_prefix(service, slot, instance) + std::to_string(incarnation);
}

}  // namespace genisys::controller
