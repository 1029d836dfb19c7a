// What an engine answers with, and what Docker's file of registry credentials and its helpers say.
// The first letter says which: l(ist), i(nspect), n(etwork), v(olume), c(reated), m (an image), f
// (info), e(vent), p(ull step), x (an error's body), a(uth file), h(elper's answer), t(ime).
#include <string>

#include "docker/codec.hpp"
#include "docker/engine_time.hpp"
#include "docker/failure.hpp"
#include "docker/registry_auth.hpp"
#include "docker/text.hpp"
#include "state/text.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/properties.hpp"

namespace genisys::fuzz {
namespace {

void require_text(std::string_view text) {
  require(state::is_utf8(text), "a text of the engine is UTF-8", text);
}

void require_pairs(const std::map<std::string, std::string>& pairs) {
  for (const auto& [key, value] : pairs) {
    require_text(key);
    require_text(value);
  }
}

template <class T>
bool accepted(const docker::Result<T>& result) {
  if (result) return true;
  require(result.error().kind == docker::ErrorKind::protocol, "it is not the Engine API");
  require(!result.error().message.empty(), "a refusal has a message");
  require(state::is_utf8(result.error().message), "a message is UTF-8", result.error().message);
  require(result.error().message.size() < 1024, "a message is short", result.error().message);
  return false;
}

void require_container(const docker::Container& container) {
  require(container.id.str().size() == 64, "an id is whole");
  require_text(container.name);
  require_text(container.image);
  require_pairs(container.labels);
  require(container.exit_code.has_value() <= (container.state == docker::ContainerState::exited),
          "only what exited has an exit code");
  for (const docker::PublishedPort& port : container.ports) {
    require(port.host_port != 0, "a published port has a host port");
    require_text(port.host_ip);
    require_text(port.protocol);
  }
}

void list(std::string_view body) {
  const auto containers = docker::decode_list(body);
  if (!accepted(containers)) return;
  require(containers->size() * 64 <= body.size(), "every container has its id in the list");
  for (const docker::Container& container : *containers) require_container(container);
}

void inspect(std::string_view body) {
  const auto detail = docker::decode_inspect(body);
  if (!accepted(detail)) return;
  require_container(detail->container);
  require_text(detail->error);
}

void network(std::string_view body) {
  const auto networks = docker::decode_networks(body);
  if (!accepted(networks)) return;
  for (const docker::Network& network : *networks) {
    require(!network.id.empty(), "a network is acted on by its id");
    for (const auto& text : {network.id, network.name, network.driver}) require_text(text);
    require_pairs(network.labels);
  }
}

void volume(std::string_view body) {
  const auto volume = docker::decode_volume(body);
  if (!accepted(volume)) return;
  require(!volume->name.empty(), "a volume has a name");
  require_text(volume->driver);
  require_pairs(volume->options);
  require_pairs(volume->labels);
  require_json(docker::encode_volume(*volume));
}

void event(std::string_view body) {
  const auto event = docker::decode_event(body);
  if (!accepted(event) || !*event) return;
  require((*event)->signal.empty() || (*event)->action == docker::EventAction::kill,
          "only a kill has a signal");
  require_text((*event)->signal);
}

void pull_step(std::string_view body) {
  const auto step = docker::decode_pull_step(body);
  if (!accepted(step)) return;
  require_text(step->status);
  require_text(step->layer);
  if (!step->error) return;
  const docker::Error failure = docker::pull_failure(*step->error);
  require(!failure.message.empty() && failure.message.size() <= 1024, "a failure has words");
  require_text(failure.message);
}

void error_body(std::string_view body) {
  using docker::Operation;
  constexpr int kStatuses[] = {200, 201, 204, 304, 400, 403, 404, 409, 418, 500, 503};
  for (int i = 0; i <= static_cast<int>(Operation::remove_volume); ++i) {
    for (const int status : kStatuses) {
      const auto failure = docker::failure_of(static_cast<Operation>(i), status, body);
      if (!failure) continue;
      require(!failure->message.empty() && failure->message.size() <= 1024, "an error has words");
      require_text(failure->message);
      require(failure->message.find_first_of("\n\r\x1b") == std::string::npos,
              "no error moves a terminal's cursor", failure->message);
    }
  }
}

void require_secret_free(const docker::Error& error) {
  require(error.kind == docker::ErrorKind::rejected && !error.message.empty(), "a refusal");
  require_text(error.message);
}

void auth_file(std::string_view text) {
  for (const std::string_view registry : {docker::kDockerHub, std::string_view("registry:5000")}) {
    const auto found = docker::find_credential(text, registry);
    if (!found) {
      require_secret_free(found.error());
    } else if (const auto* helper = std::get_if<docker::CredentialHelper>(&*found)) {
      require(helper->program().find('/') == std::string::npos, "a helper is a program in PATH");
    } else if (const auto* login = std::get_if<docker::Login>(&*found)) {
      const std::string header = docker::encode_registry_auth(*login, registry);
      require(header.find_first_of("\r\n ") == std::string::npos, "a header is one line", header);
    }
  }
}

void helper_answer(std::string_view text) {
  const docker::CredentialHelper helper{"test"};
  for (const int exit_code : {0, 1}) {
    const auto login = docker::read_helper_answer(helper, exit_code, text);
    if (!login) require_secret_free(login.error());
  }
}

}  // namespace
}  // namespace genisys::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace genisys;
  using namespace genisys::fuzz;
  Input input(data, size);
  const char kind = input.kind("linvcmfepxaht");
  const std::string_view body = input.rest();
  switch (kind) {
    case 'l':
      list(body);
      break;
    case 'i':
      inspect(body);
      break;
    case 'n':
      network(body);
      break;
    case 'v':
      volume(body);
      break;
    case 'c':
      if (const auto id = docker::decode_created(body); accepted(id)) {
        require(body.find(id->str()) != std::string_view::npos || body.find('\\') != body.npos,
                "the id is in the answer");
      }
      break;
    case 'm':
      if (const auto id = docker::decode_image_id(body); accepted(id)) require_text(*id);
      break;
    case 'f':
      if (const auto info = docker::decode_info(body); accepted(info)) {
        for (const auto& text : {info->id, info->driver, info->server_version}) require_text(text);
      }
      break;
    case 'e':
      event(body);
      break;
    case 'p':
      pull_step(body);
      break;
    case 'x':
      error_body(body);
      break;
    case 'a':
      auth_file(body);
      break;
    case 'h':
      helper_answer(body);
      break;
    default: {
      std::optional<docker::EngineTime> time;
      const bool is_time = docker::parse_engine_time(body, time);
      require(is_time || !time, "what is no time is none");
      docker::health_in_status(body);
      docker::exit_code_in_status(body);
    }
  }
  return 0;
}
