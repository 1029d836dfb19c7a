#include "docker/codec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

#include "docker/engine_time.hpp"
#include "docker/json.hpp"

namespace genisys::docker {
namespace {

using json::Node;
using json::Reader;

Error malformed(std::string_view what, std::string_view problem) {
  return Error{ErrorKind::protocol, 200,
               fmt::format("cannot read the engine's {}: '{}' is not as the Engine API has it",
                           what, problem)};
}

Error not_json(std::string_view what) {
  return Error{ErrorKind::protocol, 200,
               fmt::format("cannot read the engine's {}: it is not valid JSON", what)};
}

ContainerState to_state(std::string_view text) {
  static constexpr std::pair<std::string_view, ContainerState> kStates[] = {
      {"created", ContainerState::created},
      {"running", ContainerState::running},
      {"paused", ContainerState::paused},
      {"restarting", ContainerState::restarting},
      {"removing", ContainerState::removing},
      {"exited", ContainerState::exited},
      {"dead", ContainerState::dead},
      // Podman's own word while a stop waits, which Docker calls running.
      {"stopping", ContainerState::running}};
  for (const auto& [name, state] : kStates) {
    if (name == text) return state;
  }
  return ContainerState::unknown;
}

Health to_health(std::string_view text) {
  if (text == "starting") return Health::starting;
  if (text == "healthy") return Health::healthy;
  if (text == "unhealthy") return Health::unhealthy;
  return Health::none;
}

std::optional<ContainerId> id_of(Reader& reader, const Node* parent, const char* key) {
  auto id = ContainerId::parse(reader.text(parent, key));
  if (!id) reader.fail(key);
  return id;
}

std::map<std::string, std::string> pairs_of(Reader& reader, const Node* parent, const char* key) {
  std::map<std::string, std::string> pairs;
  if (const Node* const object = reader.object(parent, key)) {
    for (const auto& member : object->GetObject()) {
      pairs.insert_or_assign(std::string(reader.text_of(member.name, key)),
                             std::string(reader.text_of(member.value, key)));
    }
  }
  return pairs;
}

std::map<std::string, std::string> labels_of(Reader& reader, const Node* parent) {
  return pairs_of(reader, parent, "Labels");
}

void sort_ports(std::vector<PublishedPort>& ports) {
  std::sort(ports.begin(), ports.end(), [](const PublishedPort& a, const PublishedPort& b) {
    const auto is_ipv6 = [](const PublishedPort& port) {
      return port.host_ip.find(':') != std::string::npos;
    };
    return std::make_tuple(a.container_port, std::string_view(a.protocol), is_ipv6(a),
                           std::string_view(a.host_ip), a.host_port) <
           std::make_tuple(b.container_port, std::string_view(b.protocol), is_ipv6(b),
                           std::string_view(b.host_ip), b.host_port);
  });
}

// The list's form: one entry per address; exposed ports that are not published have no PublicPort.
std::vector<PublishedPort> listed_ports(Reader& reader, const Node* container) {
  std::vector<PublishedPort> ports;
  const Node* const array = reader.array(container, "Ports");
  if (array == nullptr) return ports;
  for (const Node& entry : array->GetArray()) {
    if (!entry.IsObject()) {
      reader.fail("Ports");
      break;
    }
    PublishedPort port;
    port.host_port = reader.number<std::uint16_t>(&entry, "PublicPort");
    if (port.host_port == 0) continue;
    port.host_ip = reader.text(&entry, "IP");
    port.container_port = reader.number<std::uint16_t>(&entry, "PrivatePort");
    port.protocol = reader.text(&entry, "Type");
    ports.push_back(std::move(port));
  }
  sort_ports(ports);
  return ports;
}

// Inspect's form: {"80/tcp": [{"HostIp": "", "HostPort": "8080"}], "81/tcp": null}.
std::vector<PublishedPort> inspected_ports(Reader& reader, const Node* network_settings) {
  std::vector<PublishedPort> ports;
  const Node* const map = reader.object(network_settings, "Ports");
  if (map == nullptr) return ports;
  for (const auto& member : map->GetObject()) {
    if (member.value.IsNull()) continue;
    const std::string_view name = reader.text_of(member.name, "NetworkSettings.Ports");
    const auto slash = std::min(name.find('/'), name.size());
    PublishedPort port;
    const auto [rest, error] =
        std::from_chars(name.data(), name.data() + slash, port.container_port);
    if (!member.value.IsArray() || error != std::errc() || rest != name.data() + slash) {
      reader.fail("NetworkSettings.Ports");
      break;
    }
    port.protocol = slash == name.size() ? "tcp" : std::string(name.substr(slash + 1));
    for (const Node& binding : member.value.GetArray()) {
      if (!binding.IsObject()) {
        reader.fail("NetworkSettings.Ports");
        break;
      }
      // Empty before the first start of one that is published on an ephemeral port.
      if (reader.text(&binding, "HostPort").empty()) continue;
      port.host_ip = reader.text(&binding, "HostIp");
      port.host_port = reader.number<std::uint16_t>(&binding, "HostPort");
      if (port.host_port != 0) ports.push_back(port);
    }
  }
  sort_ports(ports);
  return ports;
}

// Names of legacy links contain further slashes: the container's own has just the leading one.
std::string own_name(Reader& reader, const Node* container) {
  const Node* const names = reader.array(container, "Names");
  if (names == nullptr) return {};
  for (const Node& entry : names->GetArray()) {
    std::string_view name = reader.text_of(entry, "Names");
    if (name.starts_with('/')) name.remove_prefix(1);
    if (name.find('/') == std::string_view::npos) return std::string(name);
  }
  return {};
}

std::optional<Container> listed_container(Reader& reader, const Node& node) {
  if (!node.IsObject()) {
    reader.fail("container");
    return std::nullopt;
  }
  auto id = id_of(reader, &node, "Id");
  if (!id) return std::nullopt;
  Container container{.id = std::move(*id), .name = own_name(reader, &node), .image = {}};
  const std::string_view status = reader.text(&node, "Status");
  container.image = reader.text(&node, "Image");
  container.state = to_state(reader.text(&node, "State"));
  container.health = health_in_status(status);
  if (container.state == ContainerState::exited) container.exit_code = exit_code_in_status(status);
  container.labels = labels_of(reader, &node);
  container.ports = listed_ports(reader, &node);
  container.created = reader.number<std::int64_t>(&node, "Created");
  return container;
}

std::optional<EngineTime> time_of(Reader& reader, const Node* parent, const char* key) {
  std::optional<EngineTime> time;
  const std::string_view text = reader.text(parent, key);
  if (!text.empty() && !parse_engine_time(text, time)) reader.fail(key);
  return time;
}

// Parses an object and hands out its root.
const Node* object_root(std::string_view body, rapidjson::Document& document) {
  return json::parse(body, document) && document.IsObject() ? &document : nullptr;
}

}  // namespace

Health health_in_status(std::string_view status) {
  if (status.ends_with("(healthy)")) return Health::healthy;
  if (status.ends_with("(unhealthy)")) return Health::unhealthy;
  if (status.ends_with("(health: starting)")) return Health::starting;
  return Health::none;
}

std::optional<int> exit_code_in_status(std::string_view status) {
  constexpr std::string_view kExited = "Exited (";
  if (!status.starts_with(kExited)) return std::nullopt;
  status.remove_prefix(kExited.size());
  int code = 0;
  const auto [rest, error] = std::from_chars(status.data(), status.data() + status.size(), code);
  if (error != std::errc() || rest == status.data() + status.size() || *rest != ')') {
    return std::nullopt;
  }
  return code;
}

Result<std::vector<Container>> decode_list(std::string_view body) {
  rapidjson::Document document;
  if (!json::parse(body, document)) return not_json("list of containers");
  if (!document.IsArray()) return malformed("list of containers", "the list");
  std::vector<Container> containers;
  containers.reserve(document.Size());
  Reader reader;
  for (const Node& node : document.GetArray()) {
    auto container = listed_container(reader, node);
    if (!reader.ok()) return malformed("list of containers", reader.problem());
    containers.push_back(std::move(*container));
  }
  return containers;
}

Result<ContainerDetail> decode_inspect(std::string_view body) {
  rapidjson::Document document;
  const Node* const root = object_root(body, document);
  if (root == nullptr) return not_json("container");
  Reader reader;
  auto id = id_of(reader, root, "Id");
  if (!id) return malformed("container", reader.problem());

  const Node* const state = reader.object(root, "State");
  const Node* const config = reader.object(root, "Config");
  std::string_view name = reader.text(root, "Name");
  if (name.starts_with('/')) name.remove_prefix(1);

  ContainerDetail detail{.container = {.id = std::move(*id),
                                       .name = std::string(name),
                                       .image = std::string(reader.text(config, "Image"))}};
  Container& container = detail.container;
  container.state = to_state(reader.text(state, "Status"));
  container.health = to_health(reader.text(reader.object(state, "Health"), "Status"));
  container.labels = labels_of(reader, config);
  container.ports = inspected_ports(reader, reader.object(root, "NetworkSettings"));
  if (const auto created = time_of(reader, root, "Created")) {
    container.created =
        std::chrono::floor<std::chrono::seconds>(*created).time_since_epoch().count();
  }
  detail.exit_code = reader.number<int>(state, "ExitCode");
  if (container.state == ContainerState::exited) container.exit_code = detail.exit_code;
  detail.error = reader.text(state, "Error");
  detail.oom_killed = reader.flag(state, "OOMKilled");
  detail.tty = reader.flag(config, "Tty");
  detail.started_at = time_of(reader, state, "StartedAt");
  detail.finished_at = time_of(reader, state, "FinishedAt");
  if (!reader.ok()) return malformed("container", reader.problem());
  return detail;
}

Result<std::vector<Network>> decode_networks(std::string_view body) {
  rapidjson::Document document;
  if (!json::parse(body, document)) return not_json("list of networks");
  if (!document.IsArray()) return malformed("list of networks", "the list");
  std::vector<Network> networks;
  networks.reserve(document.Size());
  Reader reader;
  for (const Node& node : document.GetArray()) {
    if (!node.IsObject()) return malformed("list of networks", "an entry");
    networks.push_back({.id = std::string(reader.text(&node, "Id")),
                        .name = std::string(reader.text(&node, "Name")),
                        .driver = std::string(reader.text(&node, "Driver")),
                        .labels = labels_of(reader, &node)});
    // Networks are acted on by their id: without one there is none.
    if (networks.back().id.empty()) reader.fail("Id");
    if (!reader.ok()) return malformed("list of networks", reader.problem());
  }
  return networks;
}

Result<Volume> decode_volume(std::string_view body) {
  rapidjson::Document document;
  const Node* const root = object_root(body, document);
  if (root == nullptr) return not_json("volume");
  Reader reader;
  Volume volume{.name = std::string(reader.text(root, "Name")),
                .driver = std::string(reader.text(root, "Driver")),
                .options = pairs_of(reader, root, "Options"),
                .labels = labels_of(reader, root)};
  if (volume.name.empty()) reader.fail("Name");
  if (!reader.ok()) return malformed("volume", reader.problem());
  return volume;
}

Result<ContainerId> decode_created(std::string_view body) {
  rapidjson::Document document;
  const Node* const root = object_root(body, document);
  if (root == nullptr) return not_json("answer to create");
  Reader reader;
  auto id = id_of(reader, root, "Id");
  if (!id) return malformed("answer to create", reader.problem());
  return std::move(*id);
}

Result<std::string> decode_image_id(std::string_view body) {
  rapidjson::Document document;
  const Node* const root = object_root(body, document);
  if (root == nullptr) return not_json("image");
  Reader reader;
  std::string id(reader.text(root, "Id"));
  if (id.empty() || !reader.ok()) return malformed("image", "Id");
  return id;
}

Result<EngineInfo> decode_info(std::string_view body) {
  rapidjson::Document document;
  const Node* const root = object_root(body, document);
  if (root == nullptr) return not_json("info");
  Reader reader;
  EngineInfo info{.id = std::string(reader.text(root, "ID")),
                  .driver = std::string(reader.text(root, "Driver")),
                  .server_version = std::string(reader.text(root, "ServerVersion")),
                  .api_version = {},
                  .cpus = reader.number<int>(root, "NCPU")};
  if (!reader.ok()) return malformed("info", reader.problem());
  return info;
}

Result<std::optional<Event>> decode_event(std::string_view object) {
  static constexpr std::pair<std::string_view, EventAction> kActions[] = {
      {"create", EventAction::create},   {"start", EventAction::start},
      {"die", EventAction::die},         {"kill", EventAction::kill},
      {"stop", EventAction::stop},       {"destroy", EventAction::destroy},
      {"remove", EventAction::destroy},  // Podman's word
      {"rename", EventAction::rename},   {"pause", EventAction::pause},
      {"unpause", EventAction::unpause}, {"oom", EventAction::oom}};

  rapidjson::Document document;
  const Node* const root = object_root(object, document);
  if (root == nullptr) return not_json("event");
  Reader reader;
  const std::string_view type = reader.text(root, "Type");
  const std::string_view action = reader.text(root, "Action");
  const Node* const actor = reader.object(root, "Actor");
  const std::string_view actor_id = reader.text(actor, "ID");
  const std::string_view signal = reader.text(reader.object(actor, "Attributes"), "signal");
  const auto nanoseconds = reader.number<std::int64_t>(root, "timeNano");
  if (!reader.ok()) return malformed("event", reader.problem());
  if (type != "container" || action.starts_with("exec_")) return std::optional<Event>();
  auto id = ContainerId::parse(actor_id);
  if (!id) return malformed("event", "Actor.ID");

  Event event{.id = std::move(*id)};
  event.time = EngineTime(std::chrono::nanoseconds(nanoseconds));
  if (action.starts_with("health_status")) {
    event.action = EventAction::health;
  } else if (const auto* known =
                 std::find_if(std::begin(kActions), std::end(kActions),
                              [&](const auto& entry) { return entry.first == action; });
             known != std::end(kActions)) {
    event.action = known->second;
  }
  if (event.action == EventAction::kill) event.signal = signal;
  if (event.action == EventAction::die) {
    const std::string_view text = reader.text(reader.object(actor, "Attributes"), "exitCode");
    int code = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), code);
    if (error == std::errc{} && rest == text.data() + text.size()) event.exit_code = code;
  }
  return std::optional<Event>(std::move(event));
}

Result<PullStep> decode_pull_step(std::string_view object) {
  rapidjson::Document document;
  const Node* const root = object_root(object, document);
  if (root == nullptr) return not_json("pull progress");
  Reader reader;
  PullStep step{.status = std::string(reader.text(root, "status")),
                .layer = std::string(reader.text(root, "id")),
                .error = {}};
  // "error" is deprecated and repeats errorDetail.message; either one means failure.
  if (const Node* const detail = reader.object(root, "errorDetail")) {
    step.error = std::string(reader.text(detail, "message"));
  }
  if (reader.find(root, "error") != nullptr && (!step.error || step.error->empty())) {
    step.error = std::string(reader.text(root, "error"));
  }
  if (!reader.ok()) return malformed("pull progress", reader.problem());
  return step;
}

ErrorText decode_error(std::string_view body) {
  rapidjson::Document document;
  if (const Node* const root = object_root(body, document)) {
    Reader reader;
    ErrorText text{std::string(reader.text(root, "message")),
                   std::string(reader.text(root, "cause"))};
    if (reader.ok() && !text.message.empty()) return text;
  }
  return {std::string(body), {}};
}

}  // namespace genisys::docker
