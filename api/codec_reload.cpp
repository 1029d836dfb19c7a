#include "api/codec_reload.hpp"

#include <string_view>
#include <vector>

#include "api/codec.hpp"
#include "api/json.hpp"
#include "state/text.hpp"

namespace genisys::api {
namespace {

using json::text_of;
using json::write;
using json::write_member;
using json::write_raw;
using json::Writer;
using state::ImportReport;

void write_names(Writer& writer, std::string_view key,
                 const std::vector<state::ServiceName>& names) {
  write(writer, key);
  writer.StartArray();
  for (const state::ServiceName& name : names) write(writer, name.str());
  writer.EndArray();
}

void write_left(Writer& writer, std::string_view key,
                const std::vector<ImportReport::Left>& entries) {
  write(writer, key);
  writer.StartArray();
  for (const ImportReport::Left& entry : entries) {
    writer.StartObject();
    write_member(writer, "service", entry.service.str());
    write_member(writer, "message", entry.why);
    writer.EndObject();
  }
  writer.EndArray();
}

void write_report(Writer& writer, const ImportReport& report) {
  write(writer, "taken");
  writer.StartArray();
  for (const ImportReport::Taken& entry : report.taken) {
    writer.StartObject();
    write_member(writer, "service", entry.service.str());
    write_member(writer, "effect", to_text(entry.effect));
    if (entry.first_target) write_member(writer, "target", *entry.first_target);
    writer.EndObject();
  }
  writer.EndArray();
  write_names(writer, "unchanged", report.unchanged);
  write_left(writer, "kept", report.kept);
  write_left(writer, "passed_over", report.passed_over);
  write_names(writer, "gone", report.gone);
  write(writer, "shared");
  writer.StartArray();
  for (const ImportReport::Shared& shared : report.shared) {
    writer.StartObject();
    write_member(writer, "what", to_string(shared.what));
    write_member(writer, "name", shared.name);
    write_member(writer, "change", to_string(shared.change));
    writer.EndObject();
  }
  writer.EndArray();
}

}  // namespace

std::string encode_reload(const state::Reload& reload, DryRun dry_run) {
  return text_of([&](Writer& writer) {
    writer.StartObject();
    if (dry_run == DryRun::yes) write_member(writer, "dry_run", true);
    write_member(writer, "effect", reload.report.changes_anything() ? "changed" : "unchanged");
    write_report(writer, reload.report);
    write(writer, "notices");
    writer.StartArray();
    // Paths and texts of files are bytes.
    for (const std::string& notice : reload.notices) write(writer, state::to_utf8(notice));
    writer.EndArray();
    if (dry_run == DryRun::yes) write_raw(writer, "actions", encode_actions(reload.actions));
    writer.EndObject();
  });
}

}  // namespace genisys::api
