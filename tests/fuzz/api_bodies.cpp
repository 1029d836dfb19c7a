// Bodies of requests, and what a definition becomes: its record, its hash, the body of a create.
// The first letter says which body: d(efinition), n(amed by its path), s(cale), t(argets),
// r(ollback).
#include <algorithm>
#include <string>

#include "api/codec_bodies.hpp"
#include "api/problem.hpp"
#include "controller/container_spec.hpp"
#include "docker/codec.hpp"
#include "state/commands.hpp"
#include "state/documents.hpp"
#include "state/host_policy.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/properties.hpp"

namespace genisys::fuzz {
namespace {

constexpr std::uint32_t kMaxReplicas = 1000;
constexpr std::string_view kInstance = "0f0e0d0c-1111-4222-8333-444455556666";

void require_refused(std::string_view body, const state::Problems& problems) {
  require_told(problems, lines_of(body));
  const api::Response answer = api::problem(400, "the body is not understood", problems);
  require(answer.status == 400, "a refusal is the client's fault");
  require_json(answer.body);
}

bool is_master(const docker::ContainerSpec& spec) {
  const auto is_host = [](const std::string& mode) { return mode == "host"; };
  const auto is_path = [](const std::string& bind) { return bind.starts_with('/'); };
  const auto is_bind = [](const docker::Mount& mount) {
    return mount.type == docker::MountType::bind;
  };
  return spec.privileged || is_host(spec.network_mode) || is_host(spec.pid_mode) ||
         is_host(spec.ipc_mode) || is_host(spec.uts_mode) || is_host(spec.userns_mode) ||
         !spec.devices.empty() || !spec.cgroup_parent.empty() || !spec.runtime.empty() ||
         spec.oom_kill_disable.value_or(false) || spec.oom_score_adj.value_or(0) < 0 ||
         std::ranges::any_of(spec.binds, is_path) || std::ranges::any_of(spec.mounts, is_bind);
}

void require_creatable(const state::Definition& definition, std::uint32_t replicas) {
  state::Problems forbidden;
  state::check_policy(definition, state::HostPolicy{}, "", forbidden);
  if (!forbidden.empty()) require_told(forbidden, 0);
  state::Service service{.definition = definition};
  service.desired = replicas;
  const std::string hash = state::spec_hash(definition);
  for (controller::Slot slot = 1; slot <= std::min(replicas, 2U); ++slot) {
    const auto spec = controller::container_spec(service, hash, slot, kInstance);
    require_json(docker::encode_create(spec));
    for (const docker::Endpoint& endpoint : controller::later_joins(spec)) {
      require_json(
          docker::encode_connect(*docker::ContainerId::parse(std::string(64, 'a')), endpoint));
    }
    require(!forbidden.empty() || !is_master(spec),
            "what the closed policy lets through is no master of the host",
            state::encode_definition(definition));
  }
}

// The life of a service in the store: registered, the same again, scaled as far as its ports allow
// and no further.
void require_recordable(const state::Definition& definition) {
  const std::uint32_t most = state::max_replicas(definition).value_or(kMaxReplicas);
  state::Draft draft{state::Snapshot{}};
  const auto first = state::register_service(draft, definition);
  if (!first) {
    require_told(first.error().problems, 0);  // it depends on itself
    return;
  }
  require(*first == state::Effect::created, "a new service is created");
  const auto again = state::register_service(draft, definition);
  require(again && *again == state::Effect::unchanged, "the same again changes nothing");
  const auto scale = [&](std::uint32_t target) {
    return state::set_targets(draft, {{definition.name, target}}, std::nullopt, true, kMaxReplicas);
  };
  require(scale(std::min(most, kMaxReplicas)).has_value(), "a target within the bounds is taken");
  require(!scale(most + 1).has_value(), "a target beyond the bounds is refused");
}

void require_definition(std::string_view body, const state::Definition& definition) {
  const std::string text = state::encode_definition(definition);
  state::Problems problems;
  const auto document = state::read_json(text, problems, 16 * 1024 * 1024);
  require(document.has_value(), "a record is JSON", text);
  require_sound(*document, 32);
  const auto again = state::decode_definition(*document, std::nullopt, "", problems);
  require(again.has_value(), problems.empty() ? "" : problems.front().message, text);
  require(*again == definition, "a record is read back as it was", text);
  require(state::encode_definition(*again) == text, "equal definitions have equal records", text);
  const std::string hash = state::spec_hash(definition);
  require(hash.size() == 36, "a hash has 36 characters", hash);
  require(state::spec_hash(*again) == hash, "equal definitions have equal hashes", text);
  require(text.size() <= 4096 + 40 * body.size(), "a record is not much longer than the body");
  require_creatable(definition, state::max_replicas(definition).value_or(2));
  require_recordable(definition);
}

void definition_body(std::string_view body, const std::optional<state::ServiceName>& name) {
  state::Problems problems;
  const auto decoded = api::decode_definition_body(body, name, problems);
  require(decoded.has_value() == problems.empty(), "either a definition or problems");
  if (!decoded) return require_refused(body, problems);
  if (name) require(decoded->name == *name, "the path names the service");
  require_definition(body, *decoded);
}

void scale_body(std::string_view body) {
  state::Problems problems;
  const auto scale = api::decode_scale_body(body, kMaxReplicas, problems);
  require(scale.has_value() == problems.empty(), "either a scale or problems");
  if (!scale) return require_refused(body, problems);
  require(scale->target <= kMaxReplicas, "the limit holds");
  require(!scale->remove.contains(0), "slots count from 1");
  std::string again = R"({"number":)" + std::to_string(scale->target) + R"(,"remove":[)";
  for (const std::uint32_t slot : scale->remove) again += '"' + std::to_string(slot) + "\",";
  if (again.back() == ',') again.pop_back();
  require(api::decode_scale_body(again + "]}", kMaxReplicas, problems) == scale,
          "the other spelling means the same", again);
}

void targets_body(std::string_view body) {
  state::Problems problems;
  const auto targets = api::decode_targets_body(body, kMaxReplicas, problems);
  require(targets.has_value() == problems.empty(), "either targets or problems");
  if (!targets) return require_refused(body, problems);
  std::string again = "{";
  for (const auto& [name, target] : *targets) {
    require(target <= kMaxReplicas, "the limit holds");
    again += '"' + name.str() + "\": \"" + std::to_string(target) + "\",";
  }
  if (again.back() == ',') again.pop_back();
  require(api::decode_targets_body(again + "}", kMaxReplicas, problems) == targets,
          "the other spelling means the same", again);
}

void rollback_body(std::string_view body) {
  state::Problems problems;
  const auto rollback = api::decode_rollback_body(body, problems);
  require(rollback.has_value() == problems.empty(), "either a rollback or problems");
  if (!rollback) return require_refused(body, problems);
  if (!rollback->revision) return;
  const std::string again =
      R"({"revision":)" + std::to_string(state::number(*rollback->revision)) + "}";
  const auto same_again = api::decode_rollback_body(again, problems);
  require(same_again && same_again->revision == rollback->revision,
          "the other spelling means the same", again);
}

}  // namespace
}  // namespace genisys::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace genisys::fuzz;
  Input input(data, size);
  switch (input.kind("dnstr")) {
    case 'd':
      definition_body(input.rest(), std::nullopt);
      break;
    case 'n':
      definition_body(input.rest(), genisys::state::ServiceName::parse("web"));
      break;
    case 's':
      scale_body(input.rest());
      break;
    case 't':
      targets_body(input.rest());
      break;
    default:
      rollback_body(input.rest());
  }
  return 0;
}
