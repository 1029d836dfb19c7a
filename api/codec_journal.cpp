#include "api/codec_journal.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "api/json.hpp"

namespace genisys::api {
namespace {

using json::text_of;
using json::write;
using json::write_member;
using json::write_raw;
using json::write_unless;
using json::Writer;

void write_lines(Writer& writer, std::string_view text) {
  writer.StartArray();
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    write(writer, line);
  }
  writer.EndArray();
}

std::string event(std::uint64_t id, std::string_view type, std::string_view data) {
  return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", id, type, data);
}

}  // namespace

std::string encode_end(const state::ContainerEnd& end) {
  return text_of([&](Writer& writer) {
    writer.StartObject();
    write_member(writer, "exit_code", end.exit_code);
    write_unless(!end.signal, writer, "signal", end.signal.value_or(0));
    write_member(writer, "oom_killed", end.oom_killed);
    if (end.ran) {
      write(writer, "ran_seconds");
      writer.Double(static_cast<double>(end.ran->count()) / 1000);
    }
    write(writer, "log");
    write_lines(writer, end.log);
    writer.EndObject();
  });
}

std::string encode_entry(const state::JournalEntry& entry) {
  return text_of([&](Writer& writer) {
    writer.StartObject();
    write_member(writer, "id", entry.id);
    write_member(writer, "at", entry.at);
    if (entry.service) write_member(writer, "service", entry.service->str());
    write_member(writer, "kind", to_string(entry.kind));
    write_member(writer, "action", entry.action);
    write_unless(entry.slot == 0, writer, "slot", entry.slot);
    write_unless(entry.container.empty(), writer, "container", entry.container);
    write_unless(entry.reason == state::Reason::none, writer, "reason", to_string(entry.reason));
    write_unless(entry.message.empty(), writer, "message", entry.message);
    write_unless(entry.by.empty(), writer, "by", entry.by);
    if (entry.end) write_raw(writer, "end", encode_end(*entry.end));
    writer.EndObject();
  });
}

std::string encode_entries(const std::vector<state::JournalEntry>& entries) {
  std::string text = R"({"events":[)";
  for (const state::JournalEntry& entry : entries) {
    if (!text.ends_with('[')) text += ',';
    text += encode_entry(entry);
  }
  return text + "]}";
}

std::string event_of(const state::JournalEntry& entry) {
  return event(entry.id, to_string(entry.kind), encode_entry(entry));
}

std::string gap_event(std::uint64_t oldest) {
  // With the id before it, so that who comes again is not told twice.
  return event(oldest - 1, "gap", fmt::format(R"({{"oldest":{}}})", oldest));
}

}  // namespace genisys::api
