// A definition as JSON text, and as the name of what its containers are made of.
#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <type_traits>

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

void write(Writer& writer, std::chrono::milliseconds duration) {
  write(writer, format_duration(duration));
}

void write(Writer& writer, std::uint32_t count) { writer.Uint(count); }

// The shortest digits that are read back as the same number.
void write(Writer& writer, double ratio) {
  const std::string digits = fmt::format("{}", ratio);
  writer.RawValue(digits.data(), digits.size(), rapidjson::kNumberType);
}

void write(Writer& writer, const std::vector<VolumeMount>& mounts) {
  writer.StartArray();
  for (const VolumeMount& mount : mounts) write(writer, mount.text);
  writer.EndArray();
}

template <class Choice>
  requires std::is_enum_v<Choice>
void write(Writer& writer, Choice choice) {
  write(writer, to_string(choice));
}

void write(Writer& writer, const Healthcheck& check);
void write(Writer& writer, const UpdateConfig& config);

template <class Field>
void write_if_set(Writer& writer, std::string_view key, const std::optional<Field>& field) {
  if (!field) return;
  write(writer, key);
  write(writer, *field);
}

void write(Writer& writer, const Healthcheck& check) {
  writer.StartObject();
  if (check.disabled) {
    write(writer, "disable");
    writer.Bool(true);
  }
  if (!check.test.empty()) {
    write(writer, "test");
    write(writer, check.test);
  }
  write_if_set(writer, "interval", check.interval);
  write_if_set(writer, "timeout", check.timeout);
  write_if_set(writer, "start_period", check.start_period);
  write_if_set(writer, "retries", check.retries);
  writer.EndObject();
}

void write(Writer& writer, const UpdateConfig& config) {
  writer.StartObject();
  write_if_set(writer, "parallelism", config.parallelism);
  write_if_set(writer, "delay", config.delay);
  write_if_set(writer, "order", config.order);
  write_if_set(writer, "monitor", config.monitor);
  write_if_set(writer, "max_failure_ratio", config.max_failure_ratio);
  write_if_set(writer, "failure_action", config.failure_action);
  write_if_set(writer, "progress_deadline", config.progress_deadline);
  writer.EndObject();
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

// Zero means the image's or the engine's own, as does a field that is unset.
void add_healthcheck(Canonical& canonical, const std::optional<Healthcheck>& check) {
  if (!check) return;
  if (check->disabled) {
    canonical.add("healthcheck");
    canonical.add("disabled");
    return;
  }
  const std::array<std::int64_t, 4> numbers = {
      check->interval.value_or(std::chrono::milliseconds(0)).count(),
      check->timeout.value_or(std::chrono::milliseconds(0)).count(),
      check->start_period.value_or(std::chrono::milliseconds(0)).count(),
      std::int64_t{check->retries.value_or(0)}};
  if (check->test.empty() && numbers == std::array<std::int64_t, 4>{}) return;
  canonical.add("healthcheck");
  for (const std::int64_t number : numbers) canonical.add(std::to_string(number));
  canonical.add(std::to_string(check->test.size()));
  for (const std::string& word : check->test) canonical.add(word);
}

void add_volumes(Canonical& canonical, const std::optional<std::vector<VolumeMount>>& volumes) {
  if (!volumes || volumes->empty()) return;
  std::map<std::string_view, const VolumeMount*> by_target;
  for (const VolumeMount& mount : *volumes) by_target.emplace(mount.target, &mount);
  canonical.add("volumes");
  canonical.add(std::to_string(by_target.size()));
  for (const auto& [target, mount] : by_target) {
    canonical.add(target);
    canonical.add(mount->source);
    canonical.add(mount->read_only ? "ro" : "rw");
  }
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
  write_if_set(writer, "labels", definition.labels);
  write_if_set(writer, "stop_signal", definition.stop_signal);
  write_if_set(writer, "stop_grace_period", definition.stop_grace_period);
  write_if_set(writer, "healthcheck", definition.healthcheck);
  write_if_set(writer, "volumes", definition.volumes);
  write_if_set(writer, "pull_policy", definition.pull_policy);
  if (definition.update_config) {
    write(writer, "deploy");
    writer.StartObject();
    write_if_set(writer, "update_config", definition.update_config);
    writer.EndObject();
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
  add_healthcheck(canonical, definition.healthcheck);
  add_volumes(canonical, definition.volumes);
  return boost::uuids::to_string(boost::uuids::name_generator_sha1(kSpecs)(canonical.text()));
}

}  // namespace genisys::state
