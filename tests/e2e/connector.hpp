// A connector of a test's own: the real program in a folder of its own, with a state file, an
// instance label and a port of its own, and what a test asks of it over HTTP.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/daemon_process.hpp"
#include "tests/support/engine_view.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/json.hpp"
#include "tests/support/scratch_directory.hpp"

namespace genisys::test {

inline constexpr const char* kInstanceLabel = "io.genisys.instance";

// A text that nobody else on the engine uses: 16 hexadecimal digits.
std::string random_text();

// Not started by its constructor. The destructor ends the program and removes, by force, all
// containers that carry its instance label, so a test that fails leaves nothing either.
class Connector {
 public:
  struct Options {
    std::string engine_url;
    bool adopt = true;
    // The Docker config file, beside the configuration; the default has no credentials.
    std::string docker_config = "no-such-file.json";
    std::vector<std::string> service_files = {"./services.py"};
    // Lines for the section `policy`.
    std::vector<std::string> policy = {};
    // Where the connector looks for the engine; empty: where the test does.
    std::string way_to_engine = {};
    // A program with its arguments that becomes the connector: `env`, `setpriv`, …; the first is an
    // absolute path.
    std::vector<std::string> wrapper = {};
  };

  // The longest a test waits for anything to become true, on a busy machine.
  static constexpr std::chrono::seconds kPatience{50};

  explicit Connector(Options options);
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;
  ~Connector();

  void start() { process_.start(); }
  DaemonProcess& process() { return process_; }
  const std::string& instance() const { return instance_; }
  // Beside the configuration, which is genisys-connector.yml.
  std::string file(const std::string& name) const { return folder_.file(name); }
  void write_file(const std::string& name, const std::string& text) const;
  // Puts `to` in the place of the first `from` in the configuration; throws when it has none.
  // Counts from the next start on.
  void edit_configuration(const std::string& from, const std::string& to) const;

  // ---- requests; throw std::runtime_error when there is no whole answer

  HttpClient client(std::chrono::milliseconds timeout = std::chrono::seconds(70)) const;
  HttpAnswer call(std::string_view method, const std::string& path, const std::string& body = "",
                  HttpClient::Headers headers = {}) const;
  // The body of an answer that must be 200.
  Json get(const std::string& path) const;
  Json status(const std::string& service) const { return get("/service/" + service + "/status"); }

  // ---- verbs; each is a failure of the test, an exception, when it is refused

  // `fields`: further members of the definition, as JSON: R"("command": "sleep 5")". Its containers
  // stop by SIGKILL unless they say otherwise, since a test has no time for a grace period.
  void define(const std::string& service, const std::string& image, const std::string& fields = "");
  void replace(const std::string& service, const std::string& image,
               const std::string& fields = "");
  void scale(const std::string& service, std::uint32_t number);
  // Waits until it is converged and returns that status; throws with the last one otherwise.
  Json converge(const std::string& service) const;
  Json scale_and_converge(const std::string& service, std::uint32_t number);

  // ---- the engine's view of what this connector made

  const EngineView& engine() const { return engine_; }
  std::vector<SeenContainer> containers(const std::string& service) const;
  std::vector<std::string> running(const std::string& service) const;
  // Those that run once so many do; throws when that does not happen. For after a stop: the
  // engine says that a container ended a while before its list does.
  std::vector<std::string> settled(const std::string& service, std::size_t count) const;

 private:
  static std::string definition(const std::string& service, const std::string& image,
                                const std::string& fields);

  const ScratchDirectory folder_;
  const std::string instance_ = random_text();
  const EngineView engine_;
  DaemonProcess process_;
};

// The condition of a status; throws when it has none of this type.
Json condition(const Json& status, const std::string& type);

// Looks every few milliseconds; false when it never held within `timeout`.
template <class Predicate>
bool eventually(Predicate holds, std::chrono::milliseconds timeout = Connector::kPatience) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

}  // namespace genisys::test
