// What several clients saw of one register whose every write writes another value, and whether one
// register alone explains it (linearizability).
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace genisys::test {

// One client at a time; many are merged by add(). Values are never 0: that is the value of the
// beginning. Times are of one clock.
class RegisterHistory {
 public:
  using Time = std::int64_t;
  static constexpr Time kNever = std::numeric_limits<Time>::max();

  // `end` is kNever when nobody answered: then it may have taken effect at any time after `begin`,
  // or not at all.
  void write(std::uint64_t value, Time begin, Time end) { writes_[value] = {begin, end}; }
  void read(std::uint64_t value, Time begin, Time end) { reads_.push_back({value, begin, end}); }
  void add(const RegisterHistory& other) {
    writes_.insert(other.writes_.begin(), other.writes_.end());
    reads_.insert(reads_.end(), other.reads_.begin(), other.reads_.end());
  }

  std::size_t acknowledged() const {
    return static_cast<std::size_t>(std::count_if(
        writes_.begin(), writes_.end(), [](const auto& w) { return w.second.end != kNever; }));
  }
  std::size_t reads() const { return reads_.size(); }

  // The first contradiction; nothing when there is none. Gibbons and Korach's zones: all of a value
  // happens between its first end and its last begin; where the former comes first, the register
  // has that value from the one to the other, and no other value in between.
  std::optional<std::string> contradiction() const {
    struct Zone {
      std::uint64_t value;
      Time first_end;
      Time last_begin;
      bool is_forward() const { return first_end < last_begin; }
    };
    std::map<std::uint64_t, Zone> zones{{0, {0, kBeginning, kBeginning}}};
    for (const auto& [value, span] : writes_) zones[value] = {value, span.end, span.begin};
    for (const Read& read : reads_) {
      const auto zone = zones.find(read.value);
      if (zone == zones.end()) return "a value was read that nobody wrote: " + name(read.value);
      const auto written = writes_.find(read.value);
      if (written != writes_.end() && read.end < written->second.begin)
        return name(read.value) + " was read before it was written";
      zone->second.first_end = std::min(zone->second.first_end, read.end);
      zone->second.last_begin = std::max(zone->second.last_begin, read.begin);
    }
    std::vector<Zone> forward;
    std::vector<Zone> backward;
    for (const auto& [value, zone] : zones) {
      // Nobody answered, and nobody saw it.
      if (zone.first_end == kNever) continue;
      (zone.is_forward() ? forward : backward).push_back(zone);
    }
    std::sort(forward.begin(), forward.end(),
              [](const Zone& a, const Zone& b) { return a.first_end < b.first_end; });
    for (std::size_t i = 1; i < forward.size(); ++i) {
      if (forward[i].first_end < forward[i - 1].last_begin)
        return name(forward[i - 1].value) + " was there after " + name(forward[i].value) +
               ", and before";
    }
    for (const Zone& zone : backward) {
      // The last that begins before it does.
      auto around =
          std::upper_bound(forward.begin(), forward.end(), zone.last_begin,
                           [](Time time, const Zone& other) { return time <= other.first_end; });
      if (around == forward.begin()) continue;
      --around;
      // Within: all of its operation lies where the other value was there all the time.
      if (around->first_end < zone.last_begin && zone.first_end < around->last_begin)
        return name(zone.value) + " was lost: " + name(around->value) +
               " was there before and after";
    }
    return std::nullopt;
  }

 private:
  static constexpr Time kBeginning = std::numeric_limits<Time>::min();
  struct Span {
    Time begin;
    Time end;
  };
  struct Read {
    std::uint64_t value;
    Time begin;
    Time end;
  };

  static std::string name(std::uint64_t value) { return "value " + std::to_string(value); }

  std::map<std::uint64_t, Span> writes_;
  std::vector<Read> reads_;
};

}  // namespace genisys::test
