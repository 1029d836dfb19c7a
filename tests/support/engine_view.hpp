// The engine as its operator sees it: lists and inspects containers, and does by hand what people
// do by hand. Speaks the Engine API itself, so that it shares no code with the program under test.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/http_client.hpp"
#include "tests/support/json.hpp"

namespace genisys::test {

struct SeenContainer {
  std::string id;
  std::string name;
  std::string state;    // "running", "paused", "exited", …
  std::string service;  // of the connector's label, empty without it
  std::string slot;

  bool is_running() const {
    return state == "running" || state == "paused" || state == "restarting";
  }
};

// What shows whether somebody touched a container.
struct Fingerprint {
  std::string id;
  std::string state;
  std::string started_at;

  bool operator==(const Fingerprint&) const = default;
};

void PrintTo(const Fingerprint& fingerprint, std::ostream* out);

struct ByHand {
  std::string name;  // unique on the engine
  std::string image;
  std::vector<std::string> command = {};
  std::vector<std::pair<std::string, std::string>> labels = {};
};

// Blocking; throws std::runtime_error with the engine's words when it says no. Any thread.
class EngineView {
 public:
  // `url` as DOCKER_HOST has it.
  explicit EngineView(const std::string& url);

  // Those with the label, running or not, sorted by id.
  std::vector<SeenContainer> list(const std::string& label, const std::string& value) const;
  // The ids of those that run.
  std::vector<std::string> running(const std::string& label, const std::string& value) const;
  Fingerprint fingerprint(const std::string& id) const;
  Json inspect(const std::string& id) const;
  // Absent when it is not there.
  std::optional<Json> try_inspect(const std::string& id) const;
  bool exists(const std::string& id) const;
  // Its process id; 0 when it does not run or is not there.
  std::int64_t process_of(const std::string& id) const;

  // Creates and starts; returns the id.
  std::string run(const ByHand& container) const;
  void stop(const std::string& id, int grace_seconds = 0) const;
  void restart(const std::string& id, int grace_seconds = 0) const;
  void kill(const std::string& id, const std::string& signal = "KILL") const;
  void pause(const std::string& id) const;
  // By force, with its anonymous volumes; nothing to do is success.
  void remove(const std::string& id) const;
  void remove_all(const std::string& label, const std::string& value) const;
  // Waits for its end, also by removal, and returns its exit code.
  std::int64_t wait(const std::string& id) const;
  // What it wrote so far, with the engine's framing.
  std::string log(const std::string& id) const;

  // Also when there is one of that name, as two clients at once would bring it about. False: this
  // engine makes no second one.
  bool make_network(const std::string& name,
                    const std::vector<std::pair<std::string, std::string>>& labels) const;
  // Those of that name.
  std::vector<Json> networks(const std::string& name) const;
  // With that id; nothing to do is success.
  void remove_network(const std::string& id) const;
  // All with the label. No container that runs may take part in them any more.
  void remove_networks(const std::string& label, const std::string& value) const;

  void tag(const std::string& image, const std::string& repository, const std::string& tag) const;
  void commit(const std::string& id, const std::string& repository, const std::string& tag) const;
  // The reference only, when others name the image too; nothing to do is success.
  void untag(const std::string& reference) const;

 private:
  std::vector<Json> filtered_networks(const std::string& filters) const;
  HttpAnswer call(std::string_view method, const std::string& target,
                  const std::string& body = "") const;

  HttpClient client_;
};

}  // namespace genisys::test
