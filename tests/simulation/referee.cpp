#include "tests/simulation/referee.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "controller/labels.hpp"
#include "tests/simulation/figures.hpp"

namespace genisys::simulation {
namespace {

using docker::ErrorKind;
using fakes::FakeContainer;
using fakes::Operation;

constexpr std::chrono::seconds kDefaultGrace{10};

std::string value_at(const std::map<std::string, std::string>& labels, std::string_view key) {
  const auto found = labels.find(std::string(key));
  return found == labels.end() ? "" : found->second;
}

}  // namespace

std::string label(const FakeContainer& container, std::string_view key) {
  return value_at(container.spec.labels, key);
}

Referee::Referee(const fakes::FakeEngine& engine, std::string instance,
                 std::function<void(std::string)> complain)
    : engine_(engine), instance_(std::move(instance)), complain_(std::move(complain)) {}

void Referee::life_began() {
  picture_is_good_ = false;
  stopped_.clear();
  wrecks_.clear();
}

void Referee::call_begins(const EngineCall& call, const state::Snapshot& recorded) {
  if (call.operation == Operation::create) check_create(call);
  const FakeContainer* container = call.id ? engine_.find(*call.id) : nullptr;
  if (container == nullptr) return;
  if (call.operation == Operation::start || call.operation == Operation::connect)
    require(is_ours(*container), "only its own is started", call);
  if (call.operation == Operation::stop || call.operation == Operation::remove)
    check_end(call, *container, recorded);
}

// A repeated create must meet its own first try: the name says slot and incarnation, and the labels
// say the same.
void Referee::check_create(const EngineCall& call) {
  check_picture(call);
  const auto& labels = call.spec->labels;
  const std::string service = value_at(labels, controller::kServiceLabel);
  const std::string prefix =
      fmt::format("{}-{}-", service, value_at(labels, controller::kSlotLabel));
  const auto name = state::ServiceName::parse(service);
  std::uint32_t incarnation = 0;
  const std::size_t last = call.subject.rfind('-');
  const char* const end = call.subject.data() + call.subject.size();
  const bool counts = last != std::string::npos &&
                      std::from_chars(call.subject.data() + last + 1, end, incarnation).ptr == end;
  controller::Slot slot = 0;
  const std::string digits = value_at(labels, controller::kSlotLabel);
  std::from_chars(digits.data(), digits.data() + digits.size(), slot);
  require(name && counts && slot > 0 &&
              call.subject == controller::container_name(*name, slot, instance_, incarnation),
          "names are deterministic", call);
  require(value_at(labels, controller::kInstanceLabel) == instance_,
          "what it makes carries its instance", call);
}

void Referee::check_end(const EngineCall& call, const FakeContainer& container,
                        const state::Snapshot& recorded) {
  const bool ours = is_ours(container);
  require(!untouchable_.contains(container.id), "foreign containers are untouched", call);
  if (call.operation == Operation::remove) {
    require(ours, "an adopted container is never removed", call);
    const bool is_wreck = container.wreck || wrecks_.contains(container.id) ||
                          container.state == docker::ContainerState::dead;
    require(!call.force || is_wreck, "only wrecks are removed by force", call);
    if (!stopped_.contains(container.id) && !wrecks_.contains(container.id)) check_picture(call);
    return;
  }
  require(ours || is_adoptable(container, recorded), "only its own and adopted ones are stopped",
          call);
  const auto name = state::ServiceName::parse(label(container, controller::kServiceLabel));
  const state::Service* service = name ? recorded.find(*name) : nullptr;
  std::chrono::seconds grace = kDefaultGrace;
  if (service != nullptr && service->definition.stop_grace_period)
    grace = std::chrono::ceil<std::chrono::seconds>(*service->definition.stop_grace_period);
  if (service != nullptr || !ours) require(call.grace == grace, "a stop is graceful", call);
  check_picture(call);
}

// Unknown is not absent.
void Referee::check_picture(const EngineCall& call) {
  require(picture_is_good_, "nothing is decided on a picture that failed, or is false", call);
}

void Referee::call_answered(const EngineCall& call, const docker::Error* error) {
  if (call.operation == Operation::list) {
    const bool is_whole = call.subject.empty();
    if (error != nullptr || (is_whole && engine_lies_)) picture_is_good_ = false;
    if (error == nullptr && is_whole && !engine_lies_) picture_is_good_ = true;
  }
  // The details of a container by its id are asked for by who looks.
  const bool is_look =
      call.operation == Operation::inspect && docker::ContainerId::parse(call.subject).has_value();
  if (is_look && error != nullptr && error->kind != ErrorKind::not_found) picture_is_good_ = false;
  if (call.operation == Operation::stop && error == nullptr) stopped_.insert(*call.id);
  if (call.operation == Operation::start && error != nullptr && error->kind == ErrorKind::wreck)
    wrecks_.insert(*call.id);
}

void Referee::container_changed(const FakeContainer& changed) {
  if (changed.up() && is_ours(changed)) check_twins(changed);
}

// Of one slot and one definition only one runs by the connector's doing.
void Referee::check_twins(const FakeContainer& changed) {
  Figures::all().count("checked: no twin of a slot");
  if (excused_.contains(changed.id)) return;
  for (const auto& [id, other] : engine_.containers()) {
    if (id == changed.id || !other.up() || !is_ours(other) || excused_.contains(id)) continue;
    const bool is_twin =
        label(other, controller::kServiceLabel) == label(changed, controller::kServiceLabel) &&
        label(other, controller::kSlotLabel) == label(changed, controller::kSlotLabel) &&
        label(other, controller::kSpecLabel) == label(changed, controller::kSpecLabel);
    if (is_twin && !other.wreck && !changed.wreck)
      complain_(fmt::format("{} and {} are twins", changed.name, other.name));
  }
}

bool Referee::is_ours(const FakeContainer& container) const {
  return label(container, controller::kInstanceLabel) == instance_;
}

bool Referee::is_adoptable(const FakeContainer& container, const state::Snapshot& recorded) const {
  const bool is_wanted =
      std::any_of(recorded.services.begin(), recorded.services.end(), [&](const auto& entry) {
        return entry.second->definition.image.str() == container.spec.image;
      });
  return is_wanted && container.spec.labels.empty();
}

void Referee::require(bool holds, std::string_view invariant, const EngineCall& call) {
  Figures::all().count("checked: " + std::string(invariant));
  if (!holds) complain_(fmt::format("{}, but: {}", invariant, to_string(call)));
}

}  // namespace genisys::simulation
