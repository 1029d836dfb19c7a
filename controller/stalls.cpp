#include "controller/stalls.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace genisys::controller {
namespace {

long long seconds(state::Duration duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

std::string line(const UnderWay& stalled, state::TimePoint now) {
  return fmt::format("{} hangs for {} s{}{}", stalled.what, seconds(now - stalled.since),
                     stalled.where.empty() ? "" : ": ", stalled.where);
}

}  // namespace

Stalls::News Stalls::look(const std::vector<UnderWay>& under_way, state::TimePoint now) {
  News news;
  std::map<Key, UnderWay> stalled;
  for (const UnderWay& one : under_way) {
    if (now - one.since <= one.bound) continue;
    const Key key{one.what, one.since};
    if (!known_.contains(key)) news.begun.push_back(line(one, now));
    stalled.emplace(key, one);
  }
  for (const auto& [key, one] : known_) {
    if (stalled.contains(key)) continue;
    news.ended.push_back(fmt::format("{} goes on, after {} s{}{}", one.what,
                                     seconds(now - one.since), one.where.empty() ? "" : " of ",
                                     one.where));
  }
  known_ = std::move(stalled);
  return news;
}

std::vector<std::string> Stalls::describe(state::TimePoint now) const {
  std::vector<std::string> lines;
  for (const auto& [key, one] : known_) lines.push_back(line(one, now));
  return lines;
}

std::vector<std::string> Stalls::essential(state::TimePoint now) const {
  std::vector<std::string> lines;
  for (const auto& [key, one] : known_) {
    if (one.is_essential) lines.push_back(line(one, now));
  }
  return lines;
}

bool Stalls::is_ours() const {
  return std::any_of(known_.begin(), known_.end(), [](const auto& one) {
    return one.second.is_essential && !one.second.is_excused;
  });
}

}  // namespace genisys::controller
