#include "docker/registry_auth.hpp"

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>

#include "docker/base64.hpp"
#include "docker/json.hpp"
#include "docker/text.hpp"

namespace genisys::docker {
namespace {

using json::Node;
using json::Reader;

constexpr std::size_t kMaxHelperName = 128;
constexpr std::size_t kMaxHelperWords = 512;

Error rejected(std::string message) { return {ErrorKind::rejected, 0, std::move(message)}; }

bool is_hub(std::string_view host) { return host == "docker.io" || host == "index.docker.io"; }

// "https://registry:5000/v2/" is kept for "registry:5000".
std::string_view host_of_key(std::string_view key) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!key.starts_with(scheme)) continue;
    key.remove_prefix(scheme.size());
    break;
  }
  return key.substr(0, key.find('/'));
}

const Node* member(const Node* object, std::string_view key) {
  if (object == nullptr) return nullptr;
  for (auto at = object->MemberBegin(); at != object->MemberEnd(); ++at) {
    if (json::view(at->name) == key) return &at->value;
  }
  return nullptr;
}

// The key itself goes before one that only means the same.
const Node* entry_of(const Node* auths, std::string_view registry) {
  if (const Node* exact = member(auths, registry)) return exact;
  if (auths == nullptr) return nullptr;
  for (auto at = auths->MemberBegin(); at != auths->MemberEnd(); ++at) {
    const std::string_view host = host_of_key(json::view(at->name));
    if (registry == kDockerHub ? is_hub(host) : host == registry) return &at->value;
  }
  return nullptr;
}

bool is_helper_name(std::string_view name) {
  return name.size() <= kMaxHelperName && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '.' || c == '-';
         });
}

Result<Credential> read_entry(const Node& entry, std::string_view registry) {
  const std::string at = fmt::format("auths of {}", printable(registry, 256));
  if (!entry.IsObject()) return rejected(at + ": an object is needed here");
  Reader reader;
  Login login{.username = std::string(reader.text(&entry, "username")),
              .password = std::string(reader.text(&entry, "password")),
              .identity_token = std::string(reader.text(&entry, "identitytoken")),
              .registry_token = std::string(reader.text(&entry, "registrytoken"))};
  const std::string_view encoded = reader.text(&entry, "auth");
  if (!reader.ok()) return rejected(fmt::format("{}: {} is no text", at, reader.problem()));
  if (!encoded.empty()) {
    const auto pair = decode_base64(encoded);
    const std::size_t colon = pair ? pair->find(':') : std::string::npos;
    if (colon == std::string::npos) {
      return rejected(at + ": auth is not the base64 of user:password (run docker login anew)");
    }
    login.username = pair->substr(0, colon);
    login.password = pair->substr(colon + 1);
    // Old docker versions padded what they wrote.
    login.password.erase(login.password.find_last_not_of('\0') + 1);
  }
  if (login == Login{}) return Credential(Anonymous{});
  return Credential(std::move(login));
}

}  // namespace

std::string registry_of(std::string_view reference) {
  const std::size_t slash = reference.find('/');
  if (slash == std::string_view::npos) return std::string(kDockerHub);
  // The first component is a host when it looks like one, and not like a user of Docker Hub.
  const std::string_view first = reference.substr(0, slash);
  const bool is_host = first.find_first_of(".:[") != std::string_view::npos || first == "localhost";
  return std::string(!is_host || is_hub(first) ? kDockerHub : first);
}

Result<Credential> find_credential(std::string_view config, std::string_view registry) {
  rapidjson::Document root;
  if (!json::parse(config, root)) return rejected("it is not valid JSON");
  if (!root.IsObject()) return rejected("a JSON object is needed");
  Reader reader;
  const Node* const own_helper = member(reader.object(&root, "credHelpers"), registry);
  const std::string_view helper = own_helper != nullptr ? reader.text_of(*own_helper, "credHelpers")
                                                        : reader.text(&root, "credsStore");
  const Node* const auths = reader.object(&root, "auths");
  if (!reader.ok()) return rejected(fmt::format("{} has the wrong type", reader.problem()));
  if (!helper.empty()) {
    if (!is_helper_name(helper)) {
      return rejected(
          fmt::format("the credential helper '{}' has no valid name (letters, digits, "
                      "'_', '.' and '-')",
                      printable(helper, kMaxHelperName)));
    }
    return Credential(CredentialHelper{std::string(helper)});
  }
  const Node* const entry = entry_of(auths, registry);
  if (entry == nullptr || entry->IsNull()) return Credential(Anonymous{});
  return read_entry(*entry, registry);
}

Result<std::optional<Login>> read_helper_answer(const CredentialHelper& helper, int exit_code,
                                                std::string_view output) {
  if (exit_code != 0) {
    if (output.find("credentials not found in native keychain") != std::string_view::npos) {
      return std::optional<Login>();
    }
    std::string words = printable(output, kMaxHelperWords);
    // Whatever it meant by failing with an answer: that is nothing to show.
    if (words.empty() || words.find('{') != std::string::npos) {
      words = "it said nothing that can be shown here";
    }
    return rejected(
        fmt::format("{} failed (exit code {}): {}", helper.program(), exit_code, words));
  }
  rapidjson::Document root;
  Reader reader;
  if (!json::parse(output, root) || !root.IsObject()) {
    return rejected(helper.program() + " answered something other than a JSON object");
  }
  const std::string username(reader.text(&root, "Username"));
  std::string secret(reader.text(&root, "Secret"));
  if (!reader.ok()) {
    return rejected(
        fmt::format("{} answered with a {} that is no text", helper.program(), reader.problem()));
  }
  if (username.empty() && secret.empty()) return std::optional<Login>();
  if (username == "<token>") return std::optional(Login{.identity_token = std::move(secret)});
  return std::optional(Login{.username = username, .password = std::move(secret)});
}

std::string encode_registry_auth(const Login& login, std::string_view registry) {
  rapidjson::StringBuffer text;
  rapidjson::Writer<rapidjson::StringBuffer> writer(text);
  const auto write = [&writer](std::string_view key, std::string_view value) {
    if (value.empty()) return;
    writer.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
    writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  };
  writer.StartObject();
  write("username", login.username);
  write("password", login.password);
  write("identitytoken", login.identity_token);
  write("registrytoken", login.registry_token);
  write("serveraddress", registry);
  writer.EndObject();
  return encode_base64url({text.GetString(), text.GetSize()});
}

}  // namespace genisys::docker
