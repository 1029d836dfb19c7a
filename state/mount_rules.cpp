#include "state/mount_rules.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "state/field_decoding.hpp"
#include "state/text.hpp"

namespace genisys::state {
namespace {

constexpr std::size_t kShortestName = 2;
constexpr std::size_t kLongestName = 255;
constexpr std::size_t kLongestPath = 4095;  // Linux: PATH_MAX without its NUL

constexpr std::array<std::string_view, 6> kPropagations = {"rprivate", "private", "rshared",
                                                           "shared",   "rslave",  "slave"};
constexpr std::array<std::string_view, 3> kConsistencies = {"consistent", "cached", "delegated"};

template <class Words>
bool holds(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Words of one group exclude each other.
enum class Group { access, label, copy, propagation, consistency, none };

Group group_of(std::string_view word) {
  if (word == "ro" || word == "rw") return Group::access;
  if (word == "z" || word == "Z") return Group::label;
  if (word == "nocopy") return Group::copy;
  if (is_propagation(word)) return Group::propagation;
  if (is_consistency(word)) return Group::consistency;
  return Group::none;
}

bool take_modes(std::string_view modes, VolumeMount& mount, std::string& why) {
  std::array<std::string_view, static_cast<std::size_t>(Group::none)> taken = {};
  for (;;) {
    const std::string_view word = modes.substr(0, modes.find(','));
    const Group group = group_of(word);
    if (group == Group::none) {
      why =
          fmt::format("the mode {} is not known: write ro, rw, z, Z, nocopy, {} or {}", quote(word),
                      fmt::join(kPropagations, ", "), fmt::join(kConsistencies, ", "));
      return false;
    }
    if (group == Group::propagation && mount.kind != MountKind::bind) {
      why = fmt::format("the mode {} is for a path of the host: remove it", quote(word));
      return false;
    }
    if (group == Group::copy && mount.kind == MountKind::bind) {
      why = fmt::format("the mode {} is for a volume: remove it", quote(word));
      return false;
    }
    std::string_view& before = taken.at(static_cast<std::size_t>(group));
    if (!before.empty()) {
      why = fmt::format("the modes {} and {} exclude each other: remove one", quote(before),
                        quote(word));
      return false;
    }
    before = word;
    if (group == Group::access) {
      mount.read_only = word == "ro";
    } else {
      mount.modes.emplace_back(word);
    }
    if (word.size() == modes.size()) return true;
    modes.remove_prefix(word.size() + 1);
  }
}

}  // namespace

bool is_volume_name(std::string_view text) {
  const auto is_alnum = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return text.size() >= kShortestName && text.size() <= kLongestName && is_alnum(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_alnum(c) || c == '_' || c == '.' || c == '-'; });
}

std::string what_a_volume_name_is(std::string_view text) {
  return fmt::format(
      "{} is not a volume's name: write {} to {} letters, digits, '_', '.' and '-', beginning with "
      "a letter or a digit",
      quote(text), kShortestName, kLongestName);
}

std::optional<std::string> clean_path(std::string_view path) {
  if (path.empty() || path.front() != '/' || path.size() > kLongestPath || has_control(path)) {
    return std::nullopt;
  }
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  std::string_view rest = path;
  while (rest.size() > 1) {
    rest.remove_prefix(1);
    const std::string_view name = rest.substr(0, rest.find('/'));
    if (name.empty() || name == "." || name == "..") return std::nullopt;
    rest.remove_prefix(name.size());
  }
  if (path.size() > 1 && !rest.empty()) return std::nullopt;
  return std::string(path);
}

std::optional<std::string> clean_target(std::string_view path, std::string& why) {
  auto clean = clean_path(path);
  if (clean && *clean != "/") return clean;
  why = fmt::format(
      "{} is not a place in the container: write an absolute path below '/', without '//', '.' and "
      "'..'",
      quote(path));
  return std::nullopt;
}

bool is_propagation(std::string_view word) { return holds(kPropagations, word); }
bool is_consistency(std::string_view word) { return holds(kConsistencies, word); }

std::optional<VolumeMount> parse_short_mount(std::string_view text, std::string& why) {
  VolumeMount mount{.text = std::string(text)};
  const std::size_t first = text.find(':');
  const bool is_anonymous = first == std::string_view::npos;
  const std::string_view source = is_anonymous ? std::string_view() : text.substr(0, first);
  std::string_view rest = is_anonymous ? text : text.substr(first + 1);
  if (source.starts_with('.') || source.starts_with('~')) {
    why = fmt::format(
        "{} begins with a path that is relative to a file or to a person: write an absolute path "
        "of the host",
        quote(text));
    return std::nullopt;
  }
  if (source.starts_with('/')) {
    const auto clean = clean_path(source);
    if (!clean) {
      why = fmt::format("{} is not a path of the host: write it without '//', '.' and '..'",
                        quote(source));
      return std::nullopt;
    }
    mount.kind = MountKind::bind;
    mount.source = *clean;
  } else if (!is_anonymous && !is_volume_name(source)) {
    why = what_a_volume_name_is(source);
    return std::nullopt;
  } else {
    mount.source = source;
  }
  const std::string_view target = rest.substr(0, rest.find(':'));
  auto clean = clean_target(target, why);
  if (!clean) return std::nullopt;
  mount.target = std::move(*clean);
  if (target.size() == rest.size()) return mount;
  rest.remove_prefix(target.size() + 1);
  if (!take_modes(rest, mount, why)) return std::nullopt;
  return mount;
}

}  // namespace genisys::state
