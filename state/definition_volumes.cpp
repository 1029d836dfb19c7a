// The volumes of a definition: Compose's short syntax, named volumes only.
#include <fmt/format.h>

#include <algorithm>

#include "state/definition_fields.hpp"
#include "state/field_decoding.hpp"
#include "state/text.hpp"

namespace genisys::state {
namespace {

constexpr std::size_t kMaxVolumes = 64;
// Dockerd makes a folder of the name, and refuses a name of one character.
constexpr std::size_t kShortestName = 2;
constexpr std::size_t kLongestName = 255;
constexpr std::size_t kLongestPath = 4095;  // Linux: PATH_MAX without its NUL
constexpr std::string_view kSupported =
    "a named volume is supported, written \"name:/path\", \"name:/path:ro\" or \"name:/path:rw\"";

bool is_volume_name(std::string_view text) {
  const auto is_alnum = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return text.size() >= kShortestName && text.size() <= kLongestName && is_alnum(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_alnum(c) || c == '_' || c == '.' || c == '-'; });
}

// Absolute, and without anything that a path can be cleaned of: two texts are then two places.
bool is_clean_path(std::string_view path) {
  if (path.size() < 2 || path.size() > kLongestPath || has_control(path)) return false;
  while (!path.empty()) {
    if (path.front() != '/') return false;
    path.remove_prefix(1);
    const std::string_view name = path.substr(0, path.find('/'));
    if (name.empty() || name == "." || name == "..") return false;
    path.remove_prefix(name.size());
  }
  return true;
}

// Says what is wrong in `why`, when something is.
std::optional<VolumeMount> parse_mount(const std::string& text, std::string& why) {
  const std::size_t first = text.find(':');
  if (first == std::string::npos) {
    why = fmt::format("{} would be an anonymous volume, which goes with its container: {}",
                      quote(text), kSupported);
    return std::nullopt;
  }
  const std::string source = text.substr(0, first);
  if (source.starts_with('/') || source.starts_with('.') || source.starts_with('~')) {
    why = fmt::format("{} would mount a path of the host, which is not supported: {}", quote(text),
                      kSupported);
    return std::nullopt;
  }
  if (!is_volume_name(source)) {
    why = fmt::format(
        "{} is not a volume's name: write {} to {} letters, digits, '_', '.' and '-', beginning "
        "with a letter or a digit",
        quote(source), kShortestName, kLongestName);
    return std::nullopt;
  }
  const std::size_t second = std::min(text.find(':', first + 1), text.size());
  VolumeMount mount{
      .text = text, .source = source, .target = text.substr(first + 1, second - first - 1)};
  if (!is_clean_path(mount.target)) {
    why = fmt::format(
        "{} is not a place in the container: write an absolute path below '/', without '//', '.', "
        "'..' and a '/' at its end",
        quote(mount.target));
    return std::nullopt;
  }
  if (second == text.size()) return mount;
  const std::string_view mode = std::string_view(text).substr(second + 1);
  if (mode != "ro" && mode != "rw") {
    why = fmt::format("the mode {} is not supported: write ro or rw", quote(mode));
    return std::nullopt;
  }
  mount.read_only = mode == "ro";
  return mount;
}

}  // namespace

std::optional<std::vector<VolumeMount>> decode_volumes(const Value& value, std::string_view pointer,
                                                       Problems& problems) {
  const List* list = value.as_list();
  if (list == nullptr) {
    report(
        problems, pointer, value.at(),
        fmt::format("must be a list such as [\"data:/var/lib/data\"], not {}", value.kind_name()));
    return std::nullopt;
  }
  if (list->size() > kMaxVolumes) {
    report(problems, pointer, value.at(),
           fmt::format("{} volumes are more than the {} allowed", list->size(), kMaxVolumes));
    return std::nullopt;
  }
  const std::size_t before = problems.size();
  std::vector<VolumeMount> mounts;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Value& item = (*list)[i];
    const std::string place = pointer_to(pointer, i);
    const std::string* text = item.as_string();
    if (text == nullptr) {
      report(problems, place, item.at(),
             item.as_map() != nullptr
                 ? fmt::format("the long syntax is not supported: {}", kSupported)
                 : fmt::format("must be a string, not {}: {}", item.kind_name(), kSupported));
      continue;
    }
    std::string why;
    auto mount = parse_mount(*text, why);
    if (!mount) {
      report(problems, place, item.at(), std::move(why));
      continue;
    }
    const auto same = std::find_if(mounts.begin(), mounts.end(), [&](const VolumeMount& other) {
      return other.target == mount->target;
    });
    if (same != mounts.end()) {
      report(problems, place, item.at(),
             fmt::format("{} is mounted at the same place as {}: remove one", quote(mount->text),
                         quote(same->text)));
    }
    mounts.push_back(std::move(*mount));
  }
  if (problems.size() != before) return std::nullopt;
  return mounts;
}

}  // namespace genisys::state
