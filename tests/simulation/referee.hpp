// What the connector must never do, checked at each of its calls and at each change of a container,
// against the engine as it really is (DESIGN section 5). It knows what the connector cannot know:
// whose hands did what.
//
// Logic thread only. The engine outlives it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "state/model.hpp"
#include "tests/fakes/fake_engine.hpp"
#include "tests/simulation/engine_link.hpp"

namespace genisys::simulation {

class Referee {
 public:
  Referee(const fakes::FakeEngine& engine, std::string instance,
          std::function<void(std::string)> complain);

  // ---- what others did
  // A container that nobody of ours may touch, whatever its labels say.
  void guard(const docker::ContainerId& id) { untouchable_.insert(id); }
  // Somebody's hands, or an illness, made that this one may run beside another of its slot.
  void excuse(const docker::ContainerId& id) { excused_.insert(id); }
  // From now on, or no more, whole lists hide what is there.
  void engine_lies(bool lies) { engine_lies_ = lies; }

  // ---- what is to be checked
  void life_began();
  void call_begins(const EngineCall& call, const state::Snapshot& recorded);
  void call_answered(const EngineCall& call, const docker::Error* error);
  void container_changed(const fakes::FakeContainer& changed);

 private:
  void check_create(const EngineCall& call);
  void check_end(const EngineCall& call, const fakes::FakeContainer& container,
                 const state::Snapshot& recorded);
  void check_picture(const EngineCall& call);
  void check_twins(const fakes::FakeContainer& changed);
  bool is_ours(const fakes::FakeContainer& container) const;
  bool is_adoptable(const fakes::FakeContainer& container, const state::Snapshot& recorded) const;
  void require(bool holds, std::string_view invariant, const EngineCall& call);

  const fakes::FakeEngine& engine_;
  std::string instance_;
  std::function<void(std::string)> complain_;
  std::set<docker::ContainerId> untouchable_;
  std::set<docker::ContainerId> excused_;
  bool engine_lies_ = false;
  // Of this life.
  bool picture_is_good_ = false;           // the last look at the engine succeeded, and was true
  std::set<docker::ContainerId> stopped_;  // by acts that go on with a removal
  std::set<docker::ContainerId> wrecks_;   // whose start said so
};

// A label's value; empty when it is not there.
std::string label(const fakes::FakeContainer& container, std::string_view key);

}  // namespace genisys::simulation
