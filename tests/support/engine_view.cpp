#include "tests/support/engine_view.hpp"

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <chrono>
#include <ostream>
#include <stdexcept>

namespace genisys::test {

namespace {

constexpr const char* kServiceLabel = "io.genisys.service";
constexpr const char* kSlotLabel = "io.genisys.slot";

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return encoded;
}

std::string create_body(const ByHand& container) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.StartObject();
  writer.Key("Image");
  writer.String(container.image.c_str());
  if (!container.command.empty()) {
    writer.Key("Cmd");
    writer.StartArray();
    for (const std::string& word : container.command) writer.String(word.c_str());
    writer.EndArray();
  }
  writer.Key("Labels");
  writer.StartObject();
  for (const auto& [name, value] : container.labels) {
    writer.Key(name.c_str());
    writer.String(value.c_str());
  }
  writer.EndObject();
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace

void PrintTo(const Fingerprint& fingerprint, std::ostream* out) {
  *out << fingerprint.id << " " << fingerprint.state << " since " << fingerprint.started_at;
}

// Longer than the longest stop that a test asks for, on a busy machine.
EngineView::EngineView(const std::string& url)
    : client_(HttpClient::endpoint_of(url), std::chrono::seconds(60)) {}

HttpAnswer EngineView::call(std::string_view method, const std::string& target,
                            const std::string& body) const {
  HttpAnswer answer = client_.send(method, target, body);
  if (answer.status >= 400) {
    throw std::runtime_error(fmt::format("the engine answers {} to {} {}: {}", answer.status,
                                         method, target, answer.body));
  }
  return answer;
}

std::vector<SeenContainer> EngineView::list(const std::string& label,
                                            const std::string& value) const {
  const std::string filters = fmt::format(R"({{"label":["{}={}"]}})", label, value);
  const HttpAnswer answer =
      call("GET", "/containers/json?all=1&filters=" + percent_encoded(filters));
  std::vector<SeenContainer> containers;
  for (const Json& item : Json::parse(answer.body).items()) {
    const Json labels = item["Labels"];
    const auto label_value = [&labels](const char* name) {
      return labels.has(name) ? labels[name].text() : std::string();
    };
    containers.push_back(
        {.id = item["Id"].text(),
         .name = item["Names"].size() == 0 ? "" : item["Names"][0].text().substr(1),
         .state = item["State"].text(),
         .service = label_value(kServiceLabel),
         .slot = label_value(kSlotLabel)});
  }
  std::sort(containers.begin(), containers.end(),
            [](const SeenContainer& a, const SeenContainer& b) { return a.id < b.id; });
  return containers;
}

std::vector<std::string> EngineView::running(const std::string& label,
                                             const std::string& value) const {
  std::vector<std::string> ids;
  for (const SeenContainer& container : list(label, value)) {
    if (container.is_running()) ids.push_back(container.id);
  }
  return ids;
}

Json EngineView::inspect(const std::string& id) const {
  return Json::parse(call("GET", "/containers/" + id + "/json").body);
}

std::optional<Json> EngineView::try_inspect(const std::string& id) const {
  const HttpAnswer answer = client_.send("GET", "/containers/" + id + "/json");
  if (answer.status == 404) return std::nullopt;
  return Json::parse(answer.body);
}

Fingerprint EngineView::fingerprint(const std::string& id) const {
  const Json container = inspect(id);
  return {container["Id"].text(), container["State"]["Status"].text(),
          container["State"]["StartedAt"].text()};
}

bool EngineView::exists(const std::string& id) const {
  return client_.send("GET", "/containers/" + id + "/json").status == 200;
}

std::int64_t EngineView::process_of(const std::string& id) const {
  const std::optional<Json> container = try_inspect(id);
  return container ? (*container)["State"]["Pid"].number() : 0;
}

std::string EngineView::run(const ByHand& container) const {
  const HttpAnswer created =
      call("POST", "/containers/create?name=" + container.name, create_body(container));
  const std::string id = Json::parse(created.body)["Id"].text();
  call("POST", "/containers/" + id + "/start");
  return id;
}

void EngineView::stop(const std::string& id, int grace_seconds) const {
  call("POST", fmt::format("/containers/{}/stop?t={}", id, grace_seconds));
}

void EngineView::restart(const std::string& id, int grace_seconds) const {
  call("POST", fmt::format("/containers/{}/restart?t={}", id, grace_seconds));
}

void EngineView::kill(const std::string& id, const std::string& signal) const {
  call("POST", fmt::format("/containers/{}/kill?signal={}", id, signal));
}

void EngineView::pause(const std::string& id) const {
  call("POST", "/containers/" + id + "/pause");
}

void EngineView::remove(const std::string& id) const {
  const HttpAnswer answer = client_.send("DELETE", "/containers/" + id + "?force=1&v=1");
  // 409: somebody else's removal of it is under way.
  if (answer.status >= 400 && answer.status != 404 && answer.status != 409) {
    throw std::runtime_error("cannot remove " + id + ": " + answer.body);
  }
}

void EngineView::remove_all(const std::string& label, const std::string& value) const {
  for (const SeenContainer& container : list(label, value)) remove(container.id);
}

std::int64_t EngineView::wait(const std::string& id) const {
  return Json::parse(call("POST", "/containers/" + id + "/wait").body)["StatusCode"].number();
}

std::string EngineView::log(const std::string& id) const {
  return call("GET", "/containers/" + id + "/logs?stdout=1&stderr=1").body;
}

bool EngineView::make_network(
    const std::string& name, const std::vector<std::pair<std::string, std::string>>& labels) const {
  std::string text;
  for (const auto& [key, value] : labels)
    text += fmt::format(R"({}"{}": "{}")", text.empty() ? "" : ", ", key, value);
  const std::string body = fmt::format(R"({{"Name": "{}", "Labels": {{{}}}}})", name, text);
  const HttpAnswer answer = client_.send("POST", "/networks/create", body);
  if (answer.status != 201 && answer.status != 409) throw std::runtime_error(answer.body);
  return answer.status == 201;
}

std::vector<Json> EngineView::networks(const std::string& name) const {
  return filtered_networks(fmt::format(R"({{"name":["^{}$"]}})", name));
}

std::vector<Json> EngineView::filtered_networks(const std::string& filters) const {
  std::vector<Json> found;
  const HttpAnswer answer = call("GET", "/networks?filters=" + percent_encoded(filters));
  for (const Json& item : Json::parse(answer.body).items()) found.push_back(item);
  return found;
}

void EngineView::remove_network(const std::string& id) const {
  const HttpAnswer answer = client_.send("DELETE", "/networks/" + id);
  if (answer.status >= 400 && answer.status != 404) throw std::runtime_error(answer.body);
}

void EngineView::remove_networks(const std::string& label, const std::string& value) const {
  for (const Json& network :
       filtered_networks(fmt::format(R"({{"label":["{}={}"]}})", label, value)))
    remove_network(network["Id"].text());
}

void EngineView::tag(const std::string& image, const std::string& repository,
                     const std::string& tag) const {
  call("POST", fmt::format("/images/{}/tag?repo={}&tag={}", image, repository, tag));
}

void EngineView::commit(const std::string& id, const std::string& repository,
                        const std::string& tag) const {
  call("POST",
       fmt::format("/commit?container={}&repo={}&tag={}&changes={}", id, repository, tag,
                   percent_encoded(R"(CMD ["sleep", "1000000"])")),
       "{}");
}

void EngineView::untag(const std::string& reference) const {
  const HttpAnswer answer = client_.send("DELETE", "/images/" + reference + "?force=1");
  if (answer.status >= 400 && answer.status != 404) {
    throw std::runtime_error("cannot remove " + reference + ": " + answer.body);
  }
}

}  // namespace genisys::test
