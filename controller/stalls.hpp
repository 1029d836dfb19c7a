// What takes longer than it should: of what is under way, that which has passed its bound. Each is
// told twice: once when it has, and once when it came to an end after all.
//
// Pure. One thread.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "state/clock.hpp"

namespace genisys::controller {

struct UnderWay {
  std::string what;           // "the pass", "[web] stop slot 1"
  std::string where = {};     // what of it: "looking at the engine"; may change meanwhile
  state::TimePoint since;     // with `what`, names it
  state::Duration bound;      // longer is too long
  bool is_essential = false;  // nothing goes on while it hangs
  bool is_excused = false;    // somebody else is waited for: no restart of the program would help
};

class Stalls {
 public:
  // Lines for the log.
  struct News {
    std::vector<std::string> begun;
    std::vector<std::string> ended;
  };

  // `under_way`: everything, now. What is no longer among it has come to an end.
  News look(const std::vector<UnderWay>& under_way, state::TimePoint now);

  std::size_t count() const { return known_.size(); }
  // "the pass hangs for 31 s: looking at the engine".
  std::vector<std::string> describe(state::TimePoint now) const;
  // The same, of those that nothing goes on without.
  std::vector<std::string> essential(state::TimePoint now) const;
  // Does one of these hang by the program's own fault?
  bool is_ours() const;

 private:
  using Key = std::pair<std::string, state::TimePoint>;

  std::map<Key, UnderWay> known_;
};

}  // namespace genisys::controller
