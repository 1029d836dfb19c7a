#include "api/codec_why.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "api/codec_journal.hpp"
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
using state::EntryKind;
using state::JournalEntry;

constexpr std::size_t kTried = 5;
constexpr std::size_t kRecent = 10;

using Entries = std::vector<JournalEntry>;
using Chosen = std::vector<const JournalEntry*>;

// The newest `limit` of those that `fits`, newest first.
Chosen newest(const Entries& entries, std::size_t limit,
              const std::function<bool(const JournalEntry&)>& fits) {
  Chosen chosen;
  for (auto entry = entries.rbegin(); entry != entries.rend() && chosen.size() < limit; ++entry) {
    if (fits(*entry)) chosen.push_back(&*entry);
  }
  return chosen;
}

state::Condition find_condition(const state::ServiceStatus& status, state::ConditionType type) {
  const auto found =
      std::find_if(status.conditions.begin(), status.conditions.end(),
                   [type](const state::Condition& condition) { return condition.type == type; });
  if (found != status.conditions.end()) return *found;
  return {.type = type, .status = state::Truth::unknown, .reason = state::Reason::not_observed};
}

std::string sentence(const state::ServiceStatus& status, const state::Condition& converged) {
  if (!converged.message.empty()) return converged.message;
  if (!status.converged) return fmt::format("not converged: {}", to_string(converged.reason));
  const std::uint32_t desired = status.desired.value_or(0);
  if (desired == 0) return "no replica is wanted and none runs; nothing is left to do";
  return fmt::format("{} of {} {} ready; nothing is left to do", status.ready, desired,
                     desired == 1 ? "replica is" : "replicas are");
}

void write_image(Writer& writer, const state::Service& service,
                 const state::ServiceStatus& status) {
  const state::Condition ready = find_condition(status, state::ConditionType::image_ready);
  writer.StartObject();
  write_member(writer, "reference", service.definition.image.str());
  write_member(writer, "ready", to_string(ready.status));
  write_member(writer, "reason", to_string(ready.reason));
  write_member(writer, "message", ready.message);
  writer.EndObject();
}

void write_attempt(Writer& writer, const JournalEntry& entry) {
  writer.StartObject();
  write_member(writer, "at", entry.at);
  write_member(writer, "action", entry.action);
  write_member(writer, "kind", to_string(entry.kind));
  write_member(writer, "message", entry.message);
  writer.EndObject();
}

void write_last_end(Writer& writer, const JournalEntry& entry) {
  // The end's own members, after when it was and of which container.
  const std::string end = encode_end(*entry.end);
  const std::string place = text_of([&](Writer& inner) {
    inner.StartObject();
    write_member(inner, "at", entry.at);
    write_unless(entry.container.empty(), inner, "container", entry.container);
    inner.EndObject();
  });
  write_raw(writer, "last_end", place.substr(0, place.size() - 1) + ',' + end.substr(1));
}

void write_slot(Writer& writer, const state::SlotStatus& slot, const Entries& entries) {
  writer.StartObject();
  write_member(writer, "slot", slot.slot);
  write_member(writer, "state", to_string(slot.state));
  write_unless(slot.cause == state::Reason::none, writer, "cause", to_string(slot.cause));
  write_unless(slot.message.empty(), writer, "message", slot.message);
  write_unless(slot.since == state::WallTime{}, writer, "since", slot.since);
  write_unless(slot.attempts == 0, writer, "attempts", slot.attempts);
  if (slot.next_attempt) write_member(writer, "next_attempt", *slot.next_attempt);
  write_unless(slot.container.empty(), writer, "container", slot.container);

  write(writer, "tried");
  writer.StartArray();
  const Chosen tried = newest(entries, kTried, [&](const JournalEntry& entry) {
    return entry.slot == slot.slot &&
           (entry.kind == EntryKind::done || entry.kind == EntryKind::failed);
  });
  for (const JournalEntry* entry : tried) write_attempt(writer, *entry);
  writer.EndArray();

  const Chosen ended = newest(entries, 1, [&](const JournalEntry& entry) {
    return entry.slot == slot.slot && entry.end.has_value();
  });
  if (!ended.empty()) write_last_end(writer, *ended.front());
  writer.EndObject();
}

}  // namespace

std::string encode_why(const state::Service& service, const state::ServiceStatus& status,
                       const Entries& entries) {
  const state::Condition converged = find_condition(status, state::ConditionType::converged);
  return text_of([&](Writer& writer) {
    writer.StartObject();
    write_member(writer, "name", service.name().str());
    write_member(writer, "converged", status.converged);
    write_member(writer, "generation", number(status.generation));
    write_or_null(!status.desired, writer, "desired", status.desired.value_or(0));
    write_member(writer, "ready", status.ready);
    write_member(writer, "reason", to_string(converged.reason));
    write_member(writer, "message", sentence(status, converged));
    write_member(writer, "since", converged.since);
    write(writer, "image");
    write_image(writer, service, status);
    write_raw(writer, "rollout", status.rollout ? encode_rollout(*status.rollout) : "null");
    write(writer, "slots");
    writer.StartArray();
    for (const state::SlotStatus& slot : status.slots) write_slot(writer, slot, entries);
    writer.EndArray();
    write(writer, "recent");
    writer.StartArray();
    const Chosen recent = newest(entries, kRecent, [](const JournalEntry& entry) {
      return entry.kind == EntryKind::wanted || entry.kind == EntryKind::decided;
    });
    for (const JournalEntry* entry : recent) {
      const std::string json = encode_entry(*entry);
      writer.RawValue(json.data(), json.size(), rapidjson::kObjectType);
    }
    writer.EndArray();
    writer.EndObject();
  });
}

}  // namespace genisys::api
