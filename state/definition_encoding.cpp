// A definition as JSON text, and as the name of what its containers are made of.
#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>
#include <boost/uuid/uuid_io.hpp>

#include "state/definition.hpp"
#include "state/stop_signal.hpp"

namespace genisys::state {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void write(Writer& writer, std::string_view text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void write(Writer& writer, const std::vector<std::string>& texts) {
  writer.StartArray();
  for (const std::string& text : texts) write(writer, text);
  writer.EndArray();
}

void write(Writer& writer, const std::map<std::string, std::string>& pairs) {
  writer.StartObject();
  for (const auto& [key, text] : pairs) {
    write(writer, key);
    write(writer, text);
  }
  writer.EndObject();
}

void write(Writer& writer, const Command& command) {
  std::visit([&](const auto& given) { write(writer, given); }, command.given);
}

void write(Writer& writer, const std::vector<Port>& ports) {
  writer.StartArray();
  for (const Port& port : ports) write(writer, port.text);
  writer.EndArray();
}

template <class Field>
void write_or_null(Writer& writer, std::string_view key, const std::optional<Field>& field) {
  write(writer, key);
  if (field) {
    write(writer, *field);
  } else {
    writer.Null();
  }
}

// The text from which the hash is made: every part with its length, so that no two different lists
// of parts give one text. A field that is unset (or empty, which makes the same container) adds
// nothing, so that the hashes of old definitions survive fields to come.
class Canonical {
 public:
  void add(std::string_view part) {
    fmt::format_to(std::back_inserter(text_), "{}:{},", part.size(), part);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

void add_pairs(Canonical& canonical, std::string_view name,
               const std::optional<std::map<std::string, std::string>>& pairs) {
  if (!pairs || pairs->empty()) return;
  canonical.add(name);
  canonical.add(std::to_string(pairs->size()));
  for (const auto& [key, text] : *pairs) {
    canonical.add(key);
    canonical.add(text);
  }
}

void add_ports(Canonical& canonical, const std::optional<std::vector<Port>>& ports) {
  if (!ports || ports->empty()) return;
  std::vector<std::string> texts;
  for (const Port& port : *ports) {
    texts.push_back(fmt::format("{}|{}-{}|{}/{}", port.host_ip, port.host_first, port.host_last,
                                port.container, to_string(port.protocol)));
  }
  std::sort(texts.begin(), texts.end());
  canonical.add("ports");
  canonical.add(std::to_string(texts.size()));
  for (const std::string& text : texts) canonical.add(text);
}

// The name space of our hashes; a constant for ever, since containers carry what follows from it.
constexpr boost::uuids::uuid kSpecs = {{0xf3, 0x9e, 0x98, 0xeb, 0x8f, 0x23, 0x46, 0xb0, 0xb9, 0xd5,
                                        0xd8, 0x96, 0x60, 0x67, 0x75, 0xf0}};

}  // namespace

std::string encode_definition(const Definition& definition) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  write(writer, "name");
  write(writer, definition.name.str());
  write(writer, "image");
  write(writer, definition.image.str());
  write_or_null(writer, "command", definition.command);
  write_or_null(writer, "environment", definition.environment);
  write_or_null(writer, "ports", definition.ports);
  if (definition.labels) write_or_null(writer, "labels", definition.labels);
  if (definition.stop_signal) {
    write(writer, "stop_signal");
    write(writer, *definition.stop_signal);
  }
  if (definition.stop_grace_period) {
    write(writer, "stop_grace_period");
    write(writer, format_duration(*definition.stop_grace_period));
  }
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

std::string spec_hash(const Definition& definition) {
  Canonical canonical;
  canonical.add("image");
  canonical.add(definition.image.normalised());
  if (definition.command && !definition.command->words.empty()) {
    canonical.add("command");
    canonical.add(std::to_string(definition.command->words.size()));
    for (const std::string& word : definition.command->words) canonical.add(word);
  }
  add_pairs(canonical, "environment", definition.environment);
  add_ports(canonical, definition.ports);
  add_pairs(canonical, "labels", definition.labels);
  if (definition.stop_signal) {
    canonical.add("stop_signal");
    canonical.add(std::to_string(parse_signal(*definition.stop_signal).value_or(0)));
  }
  if (definition.stop_grace_period) {
    canonical.add("stop_grace_period");
    canonical.add(std::to_string(definition.stop_grace_period->count()));
  }
  return boost::uuids::to_string(boost::uuids::name_generator_sha1(kSpecs)(canonical.text()));
}

}  // namespace genisys::state
