#include "api/codec_revisions.hpp"

#include "api/json.hpp"

namespace genisys::api {
namespace {

using json::text_of;
using json::write;
using json::write_member;
using json::write_or_null;
using json::write_raw;
using json::Writer;

void write_revision(Writer& writer, const state::Service& service, state::Revision revision,
                    state::WallTime recorded_at, const state::Definition& definition, Show show) {
  writer.StartObject();
  write_member(writer, "revision", number(revision));
  write_member(writer, "recorded_at", recorded_at);
  write_member(writer, "current", revision == service.revision);
  write_member(writer, "stable", revision == service.stable);
  write_raw(writer, "definition", encode_shown(definition, show));
  writer.EndObject();
}

}  // namespace

std::string encode_revisions(const state::Service& service, Show show) {
  return text_of([&](Writer& writer) {
    writer.StartObject();
    write_member(writer, "current", number(service.revision));
    write_or_null(!service.stable, writer, "stable",
                  number(service.stable.value_or(service.revision)));
    write(writer, "revisions");
    writer.StartArray();
    if (service.revisions == nullptr || service.revisions->empty()) {
      // Recorded before there was a history.
      write_revision(writer, service, service.revision, {}, service.definition, show);
    } else {
      for (auto past = service.revisions->rbegin(); past != service.revisions->rend(); ++past) {
        write_revision(writer, service, past->revision, past->recorded_at, *past->definition, show);
      }
    }
    writer.EndArray();
    writer.EndObject();
  });
}

}  // namespace genisys::api
