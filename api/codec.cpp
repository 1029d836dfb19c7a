#include "api/codec.hpp"

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <charconv>

#include "state/documents.hpp"
#include "state/text.hpp"

namespace genisys::api {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void write(Writer& writer, std::string_view text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}
void write(Writer& writer, const std::string& text) { write(writer, std::string_view(text)); }
void write(Writer& writer, const char* text) { write(writer, std::string_view(text)); }
void write(Writer& writer, bool value) { writer.Bool(value); }
void write(Writer& writer, std::uint32_t value) { writer.Uint(value); }
void write(Writer& writer, std::uint64_t value) { writer.Uint64(value); }
void write(Writer& writer, state::WallTime time) {
  if (time == state::WallTime{}) {
    writer.Null();
  } else {
    write(writer, format_time(time));
  }
}

template <class Value>
void write_member(Writer& writer, std::string_view key, const Value& value) {
  write(writer, key);
  write(writer, value);
}

template <class Value>
void write_unless(bool absent, Writer& writer, std::string_view key, const Value& value) {
  if (!absent) write_member(writer, key, value);
}

std::string text_of(const rapidjson::StringBuffer& buffer) {
  return {buffer.GetString(), buffer.GetSize()};
}

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
  write_unless(slot.attempts == 0, writer, "attempts", slot.attempts);
  if (slot.next_attempt) write_member(writer, "next_attempt", *slot.next_attempt);
  writer.EndObject();
}

void write_status(Writer& writer, const state::ServiceStatus& status, state::Index index) {
  writer.StartObject();
  write_member(writer, "running_resources", status.running);
  write_member(writer, "name", status.name.str());
  write(writer, "desired");
  if (status.desired) {
    write(writer, *status.desired);
  } else {
    writer.Null();
  }
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
  writer.EndObject();
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

// What is wrong with the text of a number, or nothing: digits only, at most `max_replicas`.
std::string refusal_of_digits(std::string_view digits, std::uint32_t max_replicas,
                              std::uint32_t& target) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (digits.empty()) return "is empty; give a whole number such as 3";
  if (digits.front() == '-') {
    return fmt::format("{} is negative; give 0 or more", state::quote(digits));
  }
  if (!std::all_of(digits.begin(), digits.end(), is_digit)) {
    return fmt::format("{} is not a whole number; give decimal digits such as 3",
                       state::quote(digits));
  }
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), target);
  if (parsed.ec != std::errc{} || target > max_replicas) {
    return fmt::format("{} is more than limits.replicas allows ({})", state::quote(digits),
                       max_replicas);
  }
  return {};
}

std::optional<std::uint32_t> decode_target(const state::Value& value, std::string pointer,
                                           std::uint32_t max_replicas, state::Problems& problems) {
  std::uint32_t target = 0;
  std::string refusal;
  if (const state::Number* number = value.as_number()) {
    refusal = refusal_of_digits(number->text, max_replicas, target);
  } else if (const std::string* text = value.as_string()) {
    refusal = refusal_of_digits(*text, max_replicas, target);
  } else {
    refusal = fmt::format("is {}; give a whole number such as 3", value.kind_name());
  }
  if (refusal.empty()) return target;
  problems.push_back({std::move(pointer), std::move(refusal), value.at()});
  return std::nullopt;
}

// The members of a body that must be an object such as `example`.
std::optional<state::Map> read_object(std::string_view body, std::string_view example,
                                      state::Problems& problems) {
  if (body.empty()) {
    problems.push_back({"", fmt::format("the body is empty; send an object such as {}", example)});
    return std::nullopt;
  }
  std::optional<state::Value> value = state::read_json(body, problems);
  if (!value) return std::nullopt;
  if (value->as_map() == nullptr) {
    problems.push_back(
        {"", fmt::format("the body is {}; send an object such as {}", value->kind_name(), example),
         value->at()});
    return std::nullopt;
  }
  return std::move(std::get<state::Map>(value->content()));
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
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  write_status(writer, status, index);
  return text_of(buffer);
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

std::string encode_preview(state::Effect effect, const std::vector<state::PlannedAction>& actions) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  const auto write_or_null = [&](std::string_view key, bool absent, const auto& value) {
    write(writer, key);
    if (absent) {
      writer.Null();
    } else {
      write(writer, value);
    }
  };
  writer.StartObject();
  write_member(writer, "dry_run", true);
  write_member(writer, "effect", to_text(effect));
  write(writer, "actions");
  writer.StartArray();
  for (const state::PlannedAction& action : actions) {
    writer.StartObject();
    write_member(writer, "action", action.action);
    write_member(writer, "service", action.service.str());
    write_or_null("slot", action.slot == 0, action.slot);
    write_or_null("container", action.container.empty(), action.container);
    write_member(writer, "cause", to_string(action.cause));
    write_member(writer, "message", action.message);
    writer.EndObject();
  }
  writer.EndArray();
  writer.EndObject();
  return text_of(buffer);
}

std::optional<state::Definition> decode_definition_body(
    std::string_view body, const std::optional<state::ServiceName>& expected_name,
    state::Problems& problems) {
  std::optional<state::Map> members =
      read_object(body, R"({"name": "web", "image": "nginx:1.25"})", problems);
  if (!members) return std::nullopt;
  return state::decode_definition(state::Value(std::move(*members), {1, 1}), expected_name, "",
                                  problems);
}

std::optional<std::uint32_t> decode_target_body(std::string_view body, std::uint32_t max_replicas,
                                                state::Problems& problems) {
  const std::optional<state::Map> members = read_object(body, R"({"number": 3})", problems);
  if (!members) return std::nullopt;
  const std::size_t problems_before = problems.size();
  bool found = false;
  std::optional<std::uint32_t> target;
  for (const state::Member& member : *members) {
    if (member.key == "number") {
      found = true;
      target = decode_target(member.value, "/number", max_replicas, problems);
    } else {
      problems.push_back(
          {state::pointer_to("", member.key),
           fmt::format("unknown key {}: a scale has only 'number'", state::quote(member.key)),
           member.at});
    }
  }
  if (!found) problems.push_back({"/number", "is missing; give the number of containers to run"});
  if (problems.size() != problems_before) return std::nullopt;
  return target;
}

std::optional<std::map<state::ServiceName, std::uint32_t>> decode_targets_body(
    std::string_view body, std::uint32_t max_replicas, state::Problems& problems) {
  const std::optional<state::Map> members = read_object(body, R"({"web": 3, "db": 1})", problems);
  if (!members) return std::nullopt;
  const std::size_t problems_before = problems.size();
  std::map<state::ServiceName, std::uint32_t> targets;
  for (const state::Member& member : *members) {
    const std::string pointer = state::pointer_to("", member.key);
    const std::optional<state::ServiceName> name = state::ServiceName::parse(member.key);
    if (!name) {
      problems.push_back({pointer,
                          fmt::format("{} is no name of a service: names match "
                                      "[a-zA-Z0-9][a-zA-Z0-9_.-]{{0,62}}",
                                      state::quote(member.key)),
                          member.at});
    }
    const std::optional<std::uint32_t> target =
        decode_target(member.value, pointer, max_replicas, problems);
    if (name && target) targets.emplace(*name, *target);
  }
  if (problems.size() != problems_before) return std::nullopt;
  return targets;
}

}  // namespace genisys::api
