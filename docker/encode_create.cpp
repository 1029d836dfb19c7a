// The body of a create, part by part.
#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "docker/codec.hpp"

namespace genisys::docker {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

// By the exposed port, "80/tcp".
using Bindings = std::map<std::string, std::vector<const PortBinding*>>;

void write_text(Writer& writer, std::string_view text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void write_member(Writer& writer, std::string_view key, std::string_view text) {
  write_text(writer, key);
  write_text(writer, text);
}

void write_words(Writer& writer, std::string_view key, const std::vector<std::string>& words) {
  write_text(writer, key);
  writer.StartArray();
  for (const std::string& word : words) write_text(writer, word);
  writer.EndArray();
}

void write_binding(Writer& writer, const PortBinding& binding) {
  writer.StartObject();
  write_member(writer, "HostIp", binding.host_ip);
  // A string by the API's rules; the empty one lets the engine pick.
  write_member(writer, "HostPort", binding.host_port == 0 ? "" : std::to_string(binding.host_port));
  writer.EndObject();
}

void write_duration(Writer& writer, std::string_view key, std::chrono::nanoseconds duration) {
  if (duration.count() == 0) return;
  write_text(writer, key);
  writer.Int64(duration.count());
}

// What is left out is the image's.
void write_healthcheck(Writer& writer, const HealthProbe& probe) {
  write_text(writer, "Healthcheck");
  writer.StartObject();
  if (!probe.test.empty()) write_words(writer, "Test", probe.test);
  write_duration(writer, "Interval", probe.interval);
  write_duration(writer, "Timeout", probe.timeout);
  write_duration(writer, "StartPeriod", probe.start_period);
  if (probe.retries != 0) {
    write_text(writer, "Retries");
    writer.Int(probe.retries);
  }
  writer.EndObject();
}

void write_mounts(Writer& writer, const std::vector<Mount>& mounts) {
  write_text(writer, "Mounts");
  writer.StartArray();
  for (const Mount& mount : mounts) {
    writer.StartObject();
    write_member(writer, "Type", "volume");
    write_member(writer, "Source", mount.source);
    write_member(writer, "Target", mount.target);
    write_text(writer, "ReadOnly");
    writer.Bool(mount.read_only);
    writer.EndObject();
  }
  writer.EndArray();
}

void write_host_config(Writer& writer, const ContainerSpec& spec, const Bindings& bindings) {
  write_text(writer, "HostConfig");
  writer.StartObject();
  write_text(writer, "PortBindings");
  writer.StartObject();
  for (const auto& [port, list] : bindings) {
    write_text(writer, port);
    writer.StartArray();
    for (const PortBinding* binding : list) write_binding(writer, *binding);
    writer.EndArray();
  }
  writer.EndObject();
  if (!spec.mounts.empty()) write_mounts(writer, spec.mounts);
  write_text(writer, "RestartPolicy");
  writer.StartObject();
  write_member(writer, "Name", "no");
  writer.EndObject();
  writer.EndObject();
}

}  // namespace

std::string encode_create(const ContainerSpec& spec) {
  Bindings bindings;
  for (const PortBinding& binding : spec.ports) {
    bindings[fmt::format("{}/{}", binding.container_port, binding.protocol)].push_back(&binding);
  }

  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  write_member(writer, "Image", spec.image);
  // An empty array is not the same on all engines as none: leave the image's command alone.
  if (!spec.command.empty()) write_words(writer, "Cmd", spec.command);
  write_text(writer, "Env");
  writer.StartArray();
  for (const auto& [key, value] : spec.environment) write_text(writer, key + '=' + value);
  writer.EndArray();
  write_text(writer, "Labels");
  writer.StartObject();
  for (const auto& [key, value] : spec.labels) write_member(writer, key, value);
  writer.EndObject();
  if (spec.stop_signal) write_member(writer, "StopSignal", *spec.stop_signal);
  if (spec.stop_timeout) {
    write_text(writer, "StopTimeout");
    writer.Int64(spec.stop_timeout->count());
  }
  if (spec.healthcheck) write_healthcheck(writer, *spec.healthcheck);
  write_text(writer, "ExposedPorts");
  writer.StartObject();
  for (const auto& entry : bindings) {
    write_text(writer, entry.first);
    writer.StartObject();
    writer.EndObject();
  }
  writer.EndObject();
  write_host_config(writer, spec, bindings);
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace genisys::docker
