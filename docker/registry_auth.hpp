// How to authenticate at an image's registry, as Docker's config file (~/.docker/config.json) and
// its credential helpers tell it. The rules are those of the docker command.
//
// Pure. Any thread. Hostile input costs time linear in its size and nothing else. Errors are
// `rejected`; their messages contain no user name, password or token.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "docker/types.hpp"

namespace genisys::docker {

// Under which Docker Hub's credentials are kept.
inline constexpr std::string_view kDockerHub = "https://index.docker.io/v1/";

// The registry of an image, as credentials are kept under it: "registry:5000/team/app:1" gives
// "registry:5000", "nginx" gives kDockerHub.
std::string registry_of(std::string_view reference);

struct Login {
  std::string username = {};
  std::string password = {};
  std::string identity_token = {};  // counts instead of the password when there is one
  std::string registry_token = {};  // likewise

  bool operator==(const Login&) const = default;
};

// "ecr-login": the program docker-credential-ecr-login. Letters, digits, '_', '.' and '-' only, so
// that it names a program in PATH and nothing else.
struct CredentialHelper {
  std::string name;

  std::string program() const { return "docker-credential-" + name; }
  bool operator==(const CredentialHelper&) const = default;
};

struct Anonymous {
  bool operator==(const Anonymous&) const = default;
};

using Credential = std::variant<Anonymous, Login, CredentialHelper>;

// What the text of a config file says of a registry: credHelpers, else credsStore, else auths. An
// empty name in credHelpers means auths. An error says what is wrong, not in which file.
Result<Credential> find_credential(std::string_view config, std::string_view registry);

// What a helper said when asked to `get`: a login, or nothing when it knows none for the registry.
Result<std::optional<Login>> read_helper_answer(const CredentialHelper& helper, int exit_code,
                                                std::string_view output);

// The value of the X-Registry-Auth header.
std::string encode_registry_auth(const Login& login, std::string_view registry);

}  // namespace genisys::docker
