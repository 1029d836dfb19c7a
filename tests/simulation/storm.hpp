// One seeded schedule of everything that can go wrong at once: answers that are lost or late,
// events that are lost, doubled or out of order, containers that end, engines that end, hang and
// come back, people's hands, clocks that jump, disks that are full, away or slow, lists that hide
// what is there, and a connector that is killed at any of its operations. Then it ends, and what
// must come true in a stated time is waited for.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulation/attempts.hpp"
#include "tests/simulation/seeds.hpp"

namespace genisys::simulation {

// After the last fault every service that can is converged in so long, though its ladders stand
// where the faults brought them: a call whose answer never comes is given up (120 s), the longest
// wait of a ladder passes with its jitter (375 s), and its attempt succeeds. When somebody asks to
// try again now, only the first of these remains.
inline constexpr state::Duration kConvergesWithin = std::chrono::seconds(120 + 375 + 45);
inline constexpr state::Duration kConvergesWhenAskedWithin = std::chrono::seconds(120 + 30);

class Storm {
 public:
  explicit Storm(std::uint64_t seed);

  void run();

 private:
  // ---- the scene
  void set_the_scene();
  void watch(const fakes::FakeContainer& changed);
  void connector_was_killed();

  // ---- what goes wrong (storm_weather.cpp)
  void arm_faults();
  void one_step();
  void ask_for_something();
  void use_hands();
  void hit_the_engine();
  void hit_the_connector();
  void hit_the_disk();
  void turn_the_clock();
  void disturb_events();
  void lie_for_a_moment();
  const fakes::FakeContainer* somebody();
  void excuse(const fakes::FakeContainer& container);

  // ---- the end of it
  void end_the_faults();
  void wait_for_convergence();
  void let_a_person_resume_the_update();
  void check_the_rest();
  void check_leftovers();
  void take_it_down();
  bool is_converged(const std::string& service) const;
  bool all_converged() const;
  bool has_something_to_hide() const;
  int running_of(const std::string& service) const;

  std::uint32_t below(std::uint32_t bound) { return dice_.below(bound); }
  bool one_in(std::uint32_t bound) { return below(bound) == 0; }

  Dice dice_;
  Farm farm_;
  Attempts attempts_;
  std::vector<docker::ContainerId> adoptable_;
  std::set<std::uint32_t> weather_;  // the kinds of trouble that this schedule has
  std::map<docker::ContainerId, std::optional<docker::EngineTime>> seen_running_;
  bool has_lied_ = false;
  bool has_slept_ = false;
  bool disk_failed_ = false;
  bool disk_is_slow_ = false;
  state::TimePoint calm_since_ = {};
  std::uint64_t changes_ = 0;  // of containers of services that can converge
};

}  // namespace genisys::simulation
