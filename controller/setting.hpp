// One setting of the configuration while it is read: its value, where it stands, and the ways to
// take it.
//
// Pure. Any thread. Refers to the value and the problems: lives no longer than they do.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "state/value.hpp"

namespace genisys::controller {

template <class Target>
struct Key;

// Every reading that fails has reported the problem and returns nothing. Ranges include both ends.
class Setting {
 public:
  // `at`: where to point the user to.
  Setting(const state::Value& value, state::Position at, std::string pointer,
          state::Problems& problems)
      : value_(value), at_(at), pointer_(std::move(pointer)), problems_(problems) {}

  state::Position at() const { return at_; }
  const std::string& pointer() const { return pointer_; }

  // Not empty.
  std::optional<std::string> text() const;
  std::optional<bool> boolean() const;
  std::optional<std::uint32_t> integer(std::uint32_t lowest, std::uint32_t highest) const;
  // As definitions write durations; a bare number means seconds.
  std::optional<std::chrono::milliseconds> duration(std::chrono::milliseconds lowest,
                                                    std::chrono::milliseconds highest) const;
  // Relative to `folder` unless absolute.
  std::optional<std::filesystem::path> path(const std::filesystem::path& folder) const;
  // Of a list; empty also when it is none.
  std::vector<Setting> items() const;
  bool is_list() const { return value_.as_list() != nullptr; }

  // The keys of a map inside, into `target`. Nothing is there afterwards that was not given.
  template <class Target>
  void members(std::span<const Key<Target>> keys, Target& target) const;

  // Reports `message`, which names the offending text and says what to do.
  std::nullopt_t reject(std::string message) const;

 private:
  std::nullopt_t reject_kind(std::string_view wanted) const;

  const state::Value& value_;
  state::Position at_;
  std::string pointer_;
  state::Problems& problems_;
};

// One key of a section: `read` takes its value into `Target`.
template <class Target>
struct Key {
  std::string_view name;
  void (*read)(const Setting& setting, Target& target);
};

// Calls `read` for each member of the map `map` whose key is one of `known`, with the position of
// the key in `known` and the pointer to the member; reports the others.
void read_members(const state::Value& map, std::string_view pointer,
                  std::span<const std::string_view> known, state::Problems& problems,
                  const std::function<void(std::size_t key, const state::Member& member,
                                           const std::string& pointer)>& read);

// The setting that a member of a section is.
Setting setting_of(const state::Member& member, std::string pointer, state::Problems& problems);

template <class Target>
void read_section(const state::Value& section, std::string_view pointer,
                  std::span<const Key<Target>> keys, Target& target, state::Problems& problems) {
  std::vector<std::string_view> names;
  for (const Key<Target>& key : keys) names.push_back(key.name);
  read_members(section, pointer, names, problems,
               [&](std::size_t key, const state::Member& member, const std::string& at) {
                 keys[key].read(setting_of(member, at, problems), target);
               });
}

template <class Target>
void Setting::members(std::span<const Key<Target>> keys, Target& target) const {
  read_section(value_, pointer_, keys, target, problems_);
}

// What to say of a key that is none of `known`: the one that was probably meant, or all of them.
std::string unknown_key(std::string_view key, std::span<const std::string_view> known);

}  // namespace genisys::controller
