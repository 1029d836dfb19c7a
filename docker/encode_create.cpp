// The body of a create: what the container is. What the engine does around it, and how it takes
// part in networks, is written beside.
#include <fmt/format.h>

#include <set>

#include "docker/codec.hpp"
#include "docker/encode_parts.hpp"

namespace genisys::docker {
namespace {

void write_duration(json::Writer& writer, std::string_view key, std::chrono::nanoseconds duration) {
  if (duration.count() != 0) writer.number(key, duration.count());
}

// What is left out is the image's.
void write_healthcheck(json::Writer& writer, const HealthProbe& probe) {
  writer.begin_object("Healthcheck");
  writer.if_said("Test", probe.test);
  write_duration(writer, "Interval", probe.interval);
  write_duration(writer, "Timeout", probe.timeout);
  write_duration(writer, "StartPeriod", probe.start_period);
  if (probe.retries != 0) writer.number("Retries", probe.retries);
  writer.end_object();
}

void write_program(json::Writer& writer, const ContainerSpec& spec) {
  // An empty array is not the same on all engines as none: leave the image's command alone.
  writer.if_said("Cmd", spec.command);
  // Here an empty one says something: the image's entry point is off.
  if (spec.entrypoint) writer.words("Entrypoint", *spec.entrypoint);
  std::vector<std::string> environment;
  environment.reserve(spec.environment.size());
  for (const auto& [key, value] : spec.environment)
    environment.push_back(fmt::format("{}={}", key, value));
  writer.words("Env", environment);
  writer.if_said("User", spec.user);
  writer.if_said("WorkingDir", spec.working_dir);
  writer.if_said("Tty", spec.tty);
  writer.if_said("OpenStdin", spec.open_stdin);
  if (spec.stop_signal) writer.text("StopSignal", *spec.stop_signal);
  if (spec.stop_timeout) writer.number("StopTimeout", spec.stop_timeout->count());
  if (spec.healthcheck) write_healthcheck(writer, *spec.healthcheck);
}

// Where volumes are mounted that have no other name than the engine's. Binds are listed, too, as
// Docker's own clients do: it makes no difference to the container, and the same text for both.
std::set<std::string> volume_targets(const ContainerSpec& spec) {
  std::set<std::string> targets(spec.anonymous_volumes.begin(), spec.anonymous_volumes.end());
  for (const std::string& bind : spec.binds) {
    const auto colon = bind.find(':');
    if (colon == std::string::npos) continue;
    targets.insert(bind.substr(colon + 1, bind.find(':', colon + 1) - colon - 1));
  }
  return targets;
}

}  // namespace

std::string encode_create(const ContainerSpec& spec) {
  Bindings bindings;
  std::set<std::string> exposed(spec.exposed.begin(), spec.exposed.end());
  for (const PortBinding& binding : spec.ports) {
    const std::string port = fmt::format("{}/{}", binding.container_port, binding.protocol);
    bindings[port].push_back(&binding);
    exposed.insert(port);
  }

  json::Writer writer;
  writer.text("Image", spec.image);
  write_program(writer, spec);
  writer.pairs("Labels", spec.labels);
  writer.if_said("Hostname", spec.hostname);
  writer.if_said("Domainname", spec.domainname);
  writer.set("ExposedPorts", exposed);
  if (const auto targets = volume_targets(spec); !targets.empty()) writer.set("Volumes", targets);
  write_host_config(writer, spec, bindings);
  if (!spec.endpoints.empty()) {
    // One alone: engines before API 1.44 refuse more.
    writer.begin_object("NetworkingConfig");
    writer.begin_object("EndpointsConfig");
    write_endpoint(writer, spec.endpoints.front().network, spec.endpoints.front());
    writer.end_object();
    writer.end_object();
  }
  return writer.take();
}

}  // namespace genisys::docker
