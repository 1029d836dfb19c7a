#include "tests/support/registry.hpp"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>
#include <utility>

#include "tests/support/shell.hpp"

namespace genisys::test {

namespace {

constexpr const char* kProgram = "/usr/bin/docker-registry";

// kUser and kPassword, hashed with bcrypt: the registry takes nothing else.
constexpr const char* kPasswords =
    "robot:$2y$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW\n";

// Port 0: the registry takes a free one and says which.
std::string configuration(const ScratchDirectory& folder) {
  return fmt::format(
      "version: 0.1\n"
      "log: {{level: info, accesslog: {{disabled: true}}}}\n"
      "storage: {{filesystem: {{rootdirectory: {0}/images}}}}\n"
      "http: {{addr: '127.0.0.1:0'}}\n"
      "auth: {{htpasswd: {{realm: test, path: {0}/passwords}}}}\n",
      folder.path().string());
}

std::string base64(const std::string& text) {
  const Finished encoded = run_shell("printf %s " + shell_quoted(text) + " | base64 --wrap=0");
  if (encoded.code != 0) throw std::runtime_error("base64: " + encoded.output);
  return encoded.output;
}

}  // namespace

Registry::Registry(std::string engine_url)
    : engine_url_(std::move(engine_url)),
      process_(kProgram, {"serve", "config.yml"}, folder_.path()) {
  if (!std::filesystem::exists(kProgram)) {
    throw std::runtime_error(fmt::format("there is no {}: install docker-registry", kProgram));
  }
  std::ofstream(folder_.file("config.yml")) << configuration(folder_);
  std::ofstream(folder_.file("passwords")) << kPasswords;
  process_.start();
  host_ = fmt::format("127.0.0.1:{}", process_.port());
  std::ofstream(folder_.file("config.json")) << config();
}

Registry::~Registry() {
  for (const std::string& reference : pushed_) {
    run_shell(fmt::format("docker -H {} image rm --no-prune {}", shell_quoted(engine_url_),
                          shell_quoted(reference)));
  }
}

std::string Registry::push(const std::string& image, const std::string& name) {
  const std::string reference = host_ + "/" + name;
  pushed_.push_back(reference);
  const Finished done = run_shell(
      fmt::format("docker() {{ command docker --config {} -H {} \"$@\"; }}\n"
                  "docker tag {} {} && docker push --quiet {} && docker image rm {}",
                  shell_quoted(folder_.path()), shell_quoted(engine_url_), shell_quoted(image),
                  shell_quoted(reference), shell_quoted(reference), shell_quoted(reference)));
  if (done.code != 0) throw std::runtime_error("cannot push " + reference + ": " + done.output);
  return reference;
}

std::string Registry::config(const std::string& password) const {
  return fmt::format(R"({{"auths": {{"{}": {{"auth": "{}"}}}}}})", host_,
                     base64(fmt::format("{}:{}", kUser, password)));
}

}  // namespace genisys::test
