// What was asked of the store, and what came of it: an acknowledged write is there ever after, a
// refused one changed nothing, and of one that was cut off nobody knows which, until somebody
// looks.
//
// Logic thread only.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "state/model.hpp"

namespace genisys::simulation {

// One write: what it sets, to what.
struct Wish {
  std::string service;
  std::optional<std::string> image = {};
  std::optional<std::uint32_t> target = {};
  std::optional<bool> paused = {};
};
std::string to_string(const Wish&);

class Ledger {
 public:
  using Ticket = std::list<Wish>::iterator;

  // It was sent.
  Ticket submit(Wish wish);
  void acknowledge(Ticket ticket);
  void refuse(Ticket ticket);
  // The connector was killed: what was under way may be recorded or not, as `found` says.
  void cut_off(const state::Snapshot& found);

  bool is_empty() const { return acknowledged_.empty(); }
  // Another one after each of the above.
  std::uint64_t version() const { return version_; }

  // What `recorded` has lost, or has against all answers; empty is good.
  std::vector<std::string> missing_in(const state::Snapshot& recorded) const;
  // Whether a status may claim this target: none older than the last acknowledged one.
  bool may_be_target(const std::string& service, std::optional<std::uint32_t> target) const;
  // The last acknowledged target.
  std::optional<std::uint32_t> target(const std::string& service) const;

 private:
  struct Standing {
    std::string image;
    std::optional<std::uint32_t> target = {};
    bool paused = false;
  };
  template <class T>
  bool is_possible(const std::string& service, const T& value, const T& standing,
                   std::optional<T> Wish::*wished) const;

  std::map<std::string, Standing> acknowledged_;
  std::uint64_t version_ = 0;
  std::list<Wish> pending_;  // in the order in which they were sent
};

}  // namespace genisys::simulation
