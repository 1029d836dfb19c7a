#include "tests/support/test_engine.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <random>
#include <stdexcept>

#include "tests/support/shell.hpp"

namespace genisys::test {

namespace {

constexpr const char* kRunLabel = "genisys.test.run";

std::string environment(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value && *value ? value : otherwise;
}

std::string random_id() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

std::string name_prefix(const std::string& run_id) {
  return fmt::format("genisys-test-{}-", run_id);
}

std::string image_script(const std::string& url) {
  return fmt::format("GENISYS_TEST_DOCKER_HOST={} {}", shell_quoted(url),
                     shell_quoted(GENISYS_SOURCE_DIR "/scripts/test-image.sh"));
}

}  // namespace

bool TestEngine::is_forbidden() { return environment("GENISYS_TEST_ENGINE", "") == "none"; }

TestEngine::TestEngine()
    : url_(environment("GENISYS_TEST_DOCKER_HOST",
                       environment("DOCKER_HOST", "unix:///var/run/docker.sock"))),
      run_id_(random_id()),
      image_(environment("GENISYS_TEST_IMAGE", "")) {
  const Finished version = run_shell(fmt::format("docker -H {} version", shell_quoted(url_)));
  if (version.code != 0) {
    throw std::runtime_error(
        fmt::format("no Docker engine answers at {}: start one (scripts/test-engine.sh start "
                    "prints its address), name it "
                    "in GENISYS_TEST_DOCKER_HOST, or set GENISYS_TEST_ENGINE=none to skip the "
                    "tests that need one\n{}",
                    url_, version.output));
  }
  owns_image_ = image_.empty();
  if (owns_image_) image_ = "genisys-test:" + run_id_;
  const Finished made = run_shell(fmt::format("{} {}", image_script(url_), shell_quoted(image_)));
  if (made.code != 0) throw std::runtime_error("cannot make the test image: " + made.output);
}

TestEngine::~TestEngine() {
  remove_containers();
  remove_volumes();
  remove_networks();
  if (owns_image_)
    run_shell(fmt::format("{} --remove {}", image_script(url_), shell_quoted(image_)));
}

TestEngine& TestEngine::shared() {
  static TestEngine engine;
  return engine;
}

std::map<std::string, std::string> TestEngine::labels() const { return {{kRunLabel, run_id_}}; }

std::string TestEngine::unique_name(std::string_view stem) {
  return fmt::format("{}{}-{}", name_prefix(run_id_), stem, ++names_);
}

void TestEngine::remove_containers() {
  run_shell(
      fmt::format("docker -H {0} ps --all --quiet --no-trunc --filter label={1}={2} | "
                  "xargs -r docker -H {0} rm --force --volumes",
                  shell_quoted(url_), kRunLabel, run_id_));
}

void TestEngine::remove_volumes() {
  run_shell(
      fmt::format("docker -H {0} volume ls --quiet --filter name={1} | "
                  "xargs -r docker -H {0} volume rm",
                  shell_quoted(url_), name_prefix(run_id_)));
}

void TestEngine::remove_networks() {
  run_shell(
      fmt::format("docker -H {0} network ls --quiet --filter name={1} | "
                  "xargs -r docker -H {0} network rm",
                  shell_quoted(url_), name_prefix(run_id_)));
}

std::string TestEngine::inspect(const std::string& id, const std::string& what) const {
  std::string shown =
      run_shell(fmt::format("docker -H {} inspect --type container --format {} {}",
                            shell_quoted(url_), shell_quoted("{{json ." + what + "}}"), id))
          .output;
  while (shown.ends_with('\n')) shown.pop_back();
  return shown;
}

}  // namespace genisys::test
