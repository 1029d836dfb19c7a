#include "tests/e2e/life.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "tests/support/test_engine.hpp"

namespace genisys::test {

namespace {

constexpr const char* kOrder = "GENISYS_FAIL_POINT";

Exit end_of(DaemonProcess& process) {
  try {
    return process.wait(std::chrono::seconds(1));
  } catch (const std::runtime_error&) {
    return {};
  }
}

}  // namespace

Life::Life(Connector& connector, std::string service, std::string image)
    : connector_(connector),
      service_(std::move(service)),
      image_(std::move(image)),
      networks_{TestEngine::shared().unique_name("a"), TestEngine::shared().unique_name("b")} {}

// What the step can't survive is something else than a death.
void Life::go_on(const std::function<void()>& act) {
  while (true) {
    try {
      if (!connector_.process().is_running()) {
        connector_.process().start();
        look_for_what_was_acknowledged();
      }
      act();
      return;
    } catch (const std::runtime_error&) {
      if (end_of(connector_.process()).signal != SIGKILL) throw;
      ++deaths_;
      connector_.process().set_environment(kOrder, "");
    }
  }
}

void Life::arm(const std::string& order) {
  if (connector_.process().is_running()) connector_.process().terminate();
  connector_.process().set_environment(kOrder, order);
  go_on([] {});
}

void Life::await_ready() {
  go_on([this] { await([this] { return connector_.call("GET", "/readyz").status == 200; }); });
}

// A write that nobody answered may have taken effect or not.
void Life::write(const std::string& outcome, const std::function<void()>& act) {
  go_on([&] {
    possible_.insert(outcome);
    act();
    possible_ = {outcome};
  });
}

std::string Life::fields(const std::string& version) const {
  return fmt::format(
      R"("labels": {{"version": "{}"}}, "pull_policy": "always", "networks": ["{}", "{}"],
         "deploy": {{"update_config": {{"monitor": "200ms", "failure_action": "rollback"}}}})",
      version, networks_[0], networks_[1]);
}

void Life::define(const std::string& version) {
  write(state(version), [&] { connector_.replace(service_, image_, fields(version)); });
  version_ = version;
  if (target_ != "none") go_on([this] { connector_.converge(service_); });
}

void Life::scale(std::uint32_t number) {
  target_ = std::to_string(number);
  write(state(version_), [&] { connector_.scale(service_, number); });
  go_on([this] { connector_.converge(service_); });
}

void Life::await_stable() {
  go_on([this] {
    await([this] { return !connector_.get(path("/revisions"))["stable"].is_null(); });
  });
}

void Life::heal(std::size_t number) {
  const std::string victim = connector_.settled(service_, number).front();
  connector_.engine().kill(victim);
  go_on([&] {
    await([&] {
      const auto events = connector_.get(path("/events"))["events"].items();
      return std::any_of(events.begin(), events.end(), [&](const Json& event) {
        return event["action"].text() == "died" && event["container"].text() == victim;
      });
    });
    connector_.converge(service_);
  });
}

void Life::update_in_vain() {
  const std::string before = state(version_);
  const std::string after = state("vain");
  const std::int64_t current = connector_.get(path("/revisions"))["current"].number();
  possible_.insert(after);
  go_on([&] {
    // Once it is rolled back, the same once more would be another update.
    if (connector_.get(path("/revisions"))["current"].number() == current)
      connector_.replace(service_, image_, fields("vain") + R"(, "command": "false")");
    await([&] { return connector_.get(path("/revisions"))["current"].number() > current + 1; });
    connector_.converge(service_);
  });
  possible_ = {before};
}

void Life::remove() {
  possible_.clear();
  bool accepted = false;
  go_on([&] {
    if (!accepted) {
      const int status = connector_.call("DELETE", path("")).status;
      if (status != 202 && status != 404) throw std::runtime_error("DELETE is refused");
    }
    accepted = true;
    await([&] { return connector_.call("GET", path("")).status == 404; });
  });
}

void Life::await(const std::function<bool()>& holds) {
  if (eventually(holds)) return;
  throw std::runtime_error("in vain; " + connector_.call("GET", path("/status")).body);
}

// In the words of state().
std::string Life::recorded() const {
  const HttpAnswer found = connector_.call("GET", path(""));
  if (found.status == 404) return "absent";
  const Json desired = connector_.status(service_)["desired"];
  return Json::parse(found.body)["labels"]["version"].text() + " of " +
         (desired.is_null() ? "none" : std::to_string(desired.number()));
}

void Life::look_for_what_was_acknowledged() {
  if (possible_.empty()) return;
  const std::string now = recorded();
  if (possible_.contains(now) || !lost_.empty()) return;
  lost_ = fmt::format("\"{}\" is recorded, not {}", now, fmt::join(possible_, " or "));
}

}  // namespace genisys::test
