#include "api/codec.hpp"

#include <fmt/format.h>

#include "api/json.hpp"

namespace genisys::api {
namespace {

using json::text_of;
using json::write;
using json::write_member;
using json::write_or_null;
using json::write_raw;
using json::write_unless;
using json::Writer;

void write_condition(Writer& writer, const state::Condition& condition) {
  writer.StartObject();
  write_member(writer, "type", to_string(condition.type));
  write_member(writer, "status", to_string(condition.status));
  write_member(writer, "reason", to_string(condition.reason));
  write_member(writer, "message", condition.message);
  write_member(writer, "since", condition.since);
  writer.EndObject();
}

void write_slot(Writer& writer, const state::SlotStatus& slot) {
  writer.StartObject();
  write_member(writer, "slot", slot.slot);
  write_member(writer, "state", to_string(slot.state));
  write_unless(slot.container.empty(), writer, "container", slot.container);
  write_unless(slot.name.empty(), writer, "name", slot.name);
  write_unless(slot.health.empty(), writer, "health", slot.health);
  if (slot.revision) write_member(writer, "revision", number(*slot.revision));
  if (slot.started_at) write_member(writer, "started_at", *slot.started_at);
  if (!slot.ports.empty()) {
    write(writer, "ports");
    writer.StartArray();
    for (const state::SlotPort& port : slot.ports) {
      writer.StartObject();
      write_member(writer, "container", port.container);
      write_member(writer, "host", port.host);
      writer.EndObject();
    }
    writer.EndArray();
  }
  write_unless(slot.cause == state::Reason::none, writer, "cause", to_string(slot.cause));
  write_unless(slot.message.empty(), writer, "message", slot.message);
  write_unless(slot.since == state::WallTime{}, writer, "since", slot.since);
  write_unless(slot.attempts == 0, writer, "attempts", slot.attempts);
  if (slot.next_attempt) write_member(writer, "next_attempt", *slot.next_attempt);
  writer.EndObject();
}

void write_rollout(Writer& writer, const state::RolloutStatus& rollout) {
  writer.StartObject();
  write_member(writer, "state", to_string(rollout.state));
  write_member(writer, "revision", number(rollout.revision));
  write_member(writer, "reason", to_string(rollout.reason));
  write_member(writer, "message", rollout.message);
  write_member(writer, "began", rollout.began);
  const state::WallTime deadline = rollout.deadline.value_or(state::WallTime{});
  write_unless(!rollout.deadline, writer, "deadline", deadline);
  write_member(writer, "failures", rollout.failures);
  writer.EndObject();
}

void write_status(Writer& writer, const state::ServiceStatus& status, state::Index index) {
  writer.StartObject();
  write_member(writer, "running_resources", status.running);
  write_member(writer, "name", status.name.str());
  write_or_null(!status.desired, writer, "desired", status.desired.value_or(0));
  write_member(writer, "ready", status.ready);
  write_member(writer, "updated", status.updated);
  write_member(writer, "terminating", status.terminating);
  write_member(writer, "adopted", status.adopted);
  write_member(writer, "converged", status.converged);
  write_member(writer, "generation", number(status.generation));
  write_member(writer, "observed_generation", number(status.observed_generation));
  write_member(writer, "index", number(index));
  write_member(writer, "observed_at", status.observed_at);
  write(writer, "conditions");
  writer.StartArray();
  for (const state::Condition& condition : status.conditions) write_condition(writer, condition);
  writer.EndArray();
  write(writer, "slots");
  writer.StartArray();
  for (const state::SlotStatus& slot : status.slots) write_slot(writer, slot);
  writer.EndArray();
  if (status.rollout) {
    write(writer, "rollout");
    write_rollout(writer, *status.rollout);
  }
  writer.EndObject();
}

void write_action(Writer& writer, const state::PlannedAction& action) {
  writer.StartObject();
  write_member(writer, "action", action.action);
  write_member(writer, "service", action.service.str());
  write_or_null(action.slot == 0, writer, "slot", action.slot);
  write_or_null(action.container.empty(), writer, "container", action.container);
  write_member(writer, "cause", to_string(action.cause));
  write_member(writer, "message", action.message);
  writer.EndObject();
}

}  // namespace

std::string format_time(state::WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::string encode_status(const state::ServiceStatus& status, state::Index index) {
  return text_of([&](Writer& writer) { write_status(writer, status, index); });
}

std::string encode_rollout(const state::RolloutStatus& rollout) {
  return text_of([&](Writer& writer) { write_rollout(writer, rollout); });
}

void ObjectByName::add(const state::ServiceName& name, std::string_view json) {
  if (text_.size() > 1) text_ += ',';
  // A name has nothing that JSON would escape.
  text_.append(1, '"').append(name.str()).append("\":").append(json);
}

std::string ObjectByName::finish() && {
  text_ += '}';
  return std::move(text_);
}

std::string_view to_text(state::Effect effect) {
  switch (effect) {
    case state::Effect::created:
      return "created";
    case state::Effect::changed:
      return "changed";
    case state::Effect::unchanged:
      return "unchanged";
  }
  return "";
}

std::string encode_actions(const std::vector<state::PlannedAction>& actions) {
  return text_of([&](Writer& writer) {
    writer.StartArray();
    for (const state::PlannedAction& action : actions) write_action(writer, action);
    writer.EndArray();
  });
}

std::string encode_preview(state::Effect effect, const std::vector<state::PlannedAction>& actions) {
  return text_of([&](Writer& writer) {
    writer.StartObject();
    write_member(writer, "dry_run", true);
    write_member(writer, "effect", to_text(effect));
    write_raw(writer, "actions", encode_actions(actions));
    writer.EndObject();
  });
}

}  // namespace genisys::api
