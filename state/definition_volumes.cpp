// The volumes of a definition: Compose's short syntax and its long one.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "state/definition_fields.hpp"
#include "state/field_decoding.hpp"
#include "state/field_table.hpp"
#include "state/mount_rules.hpp"
#include "state/quantities.hpp"
#include "state/text.hpp"

namespace genisys::state {
namespace {

constexpr std::size_t kMaxVolumes = 64;
constexpr std::uint32_t kMostMode = 07777;

constexpr std::array<std::pair<std::string_view, MountKind>, 3> kKinds = {
    {{"volume", MountKind::volume}, {"bind", MountKind::bind}, {"tmpfs", MountKind::tmpfs}}};

// The types that Compose has besides.
constexpr std::array kUnsupportedTypes = {
    UnsupportedKey{"npipe", Treatment::refused, "belongs to engines on Windows"},
    UnsupportedKey{"cluster", Treatment::refused, "belongs to a Swarm: there is one engine"},
    UnsupportedKey{"image", Treatment::refused,
                   "the version of the engine's API that is spoken mounts no image"}};

// A clean path, and what else a source may be, depends on the type: see check_mount.
std::optional<std::string> decode_target(const Value& value, std::string_view pointer,
                                         Problems& problems) {
  auto text = decode_text(value, pointer, problems);
  if (!text) return std::nullopt;
  std::string why;
  auto target = clean_target(*text, why);
  if (!target) report(problems, pointer, value.at(), std::move(why));
  return target;
}

std::optional<MountKind> decode_kind(const Value& value, std::string_view pointer,
                                     Problems& problems) {
  const std::string* text = value.as_string();
  const UnsupportedKey* row =
      text == nullptr ? nullptr : find_unsupported(kUnsupportedTypes, *text);
  if (row == nullptr) return decode_choice<MountKind>(value, kKinds, pointer, problems);
  report(problems, pointer, value.at(),
         fmt::format("the type {} is not supported: it {}", row->key, row->reason));
  return std::nullopt;
}

// Taken, and forgotten: it does nothing on Linux.
void check_consistency(const Value& value, std::string_view pointer, Problems& problems,
                       VolumeMount&) {
  const std::string* text = value.as_string();
  if (text != nullptr && is_consistency(*text)) return;
  constexpr std::array<std::string_view, 3> kNames = {"consistent", "cached", "delegated"};
  report_choice(value, kNames, pointer, problems);
}

std::optional<std::string> decode_propagation(const Value& value, std::string_view pointer,
                                              Problems& problems) {
  const std::string* text = value.as_string();
  if (text != nullptr && is_propagation(*text)) return *text;
  constexpr std::array<std::string_view, 6> kNames = {"rprivate", "private", "rshared",
                                                      "shared",   "rslave",  "slave"};
  report_choice(value, kNames, pointer, problems);
  return std::nullopt;
}

struct SelinuxLabel {
  static std::optional<std::vector<std::string>> decode(const Value& value,
                                                        std::string_view pointer,
                                                        Problems& problems) {
    const std::string* text = value.as_string();
    if (text != nullptr && (*text == "z" || *text == "Z")) return std::vector<std::string>{*text};
    constexpr std::array<std::string_view, 2> kNames = {"z", "Z"};
    report_choice(value, kNames, pointer, problems);
    return std::nullopt;
  }
  static Value encode(const std::vector<std::string>& modes) { return value_of(modes.front()); }
};

std::optional<std::int64_t> decode_size(const Value& value, std::string_view pointer,
                                        Problems& problems) {
  return decode_bytes(value, pointer, problems);
}

// Permission bits: octal digits behind a 0, or a number.
struct FileMode {
  static std::optional<std::uint32_t> decode(const Value& value, std::string_view pointer,
                                             Problems& problems) {
    const std::string* text = text_of(value);
    std::string_view digits = text == nullptr ? std::string_view() : *text;
    const bool is_octal = digits.size() > 1 && digits.starts_with('0');
    if (digits.starts_with("0o")) digits.remove_prefix(2);
    std::uint32_t mode = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), mode, is_octal ? 8 : 10);
    const bool is_number = value.as_number() != nullptr || is_octal;
    if (is_number && error == std::errc{} && end == digits.data() + digits.size() &&
        mode <= kMostMode) {
      return mode;
    }
    report(problems, pointer, value.at(),
           fmt::format("{} is not a mode: write octal digits behind a 0, such as \"01777\"",
                       shown(value)));
    return std::nullopt;
  }
  static Value encode(std::uint32_t mode) { return value_of(fmt::format("0{:o}", mode)); }
};

using M = VolumeMount;
constexpr std::array kBindRows = {
    plain_field<&M::propagation, Form<decode_propagation, Text>>("propagation"),
    plain_field<&M::create_host_path, Form<decode_flag, Flag>>("create_host_path"),
    plain_field<&M::modes, SelinuxLabel>("selinux")};
constexpr std::array kVolumeRows = {plain_field<&M::no_copy, Form<decode_flag, Flag>>("nocopy")};
constexpr std::array kTmpfsRows = {plain_field<&M::tmpfs_size, Form<decode_size, Bytes>>("size"),
                                   plain_field<&M::tmpfs_mode, FileMode>("mode")};
constexpr std::array kRows = {
    // The kind that a mount begins with is written as well.
    Field<M>{"type", MemberField<&M::kind, Form<decode_kind, Named>>::decode,
             [](const M& mount) { return std::optional(Named::encode(mount.kind)); }},
    plain_field<&M::source, Form<decode_text, Text>>("source"),
    plain_field<&M::target, Form<decode_target, Text>>("target"),
    plain_field<&M::read_only, Form<decode_flag, Flag>>("read_only"),
    Field<M>{"consistency", check_consistency},
    nested_field<kBindRows>("bind"),
    nested_field<kVolumeRows>("volume"),
    nested_field<kTmpfsRows>("tmpfs")};

// What the members of a mount in the long syntax must be to each other.
void check_mount(const Value& value, std::string_view pointer, Problems& problems,
                 VolumeMount& mount) {
  const auto refuse = [&](std::string message) {
    report(problems, pointer, value.at(), std::move(message));
  };
  for (const std::string_view key : {"type", "target"}) {
    const Value* found = value.find(key);
    if (found == nullptr || found->is_null() || (found->as_string() && found->as_string()->empty()))
      refuse(fmt::format("lacks {}: write it", key));
  }
  for (const auto& [name, kind] : kKinds) {
    const Value* found = value.find(name);
    if (kind != mount.kind && found != nullptr && !found->is_null()) {
      report(problems, pointer_to(pointer, name), found->at(),
             fmt::format("is for the type {}, and this is a {}: remove it", name,
                         to_string(mount.kind)));
    }
  }
  switch (mount.kind) {
    case MountKind::bind: {
      const auto clean = clean_path(mount.source);
      if (!clean) {
        refuse(
            fmt::format("{} is not a path of the host: write source as an absolute path without "
                        "'//', '.' and '..'",
                        quote(mount.source)));
      } else {
        mount.source = *clean;
      }
      // The engine puts such a label on in the way of the short syntax only, which makes the path.
      if (!mount.modes.empty() && !mount.create_host_path) {
        refuse("selinux needs create_host_path: true: the engine does the one only with the other");
      }
      break;
    }
    case MountKind::volume:
      if (!mount.source.empty() && !is_volume_name(mount.source)) {
        refuse(what_a_volume_name_is(mount.source));
      }
      break;
    case MountKind::tmpfs:
      if (!mount.source.empty()) refuse("a tmpfs has no source: remove it");
      break;
  }
}

std::optional<VolumeMount> decode_mount(const Value& value, const std::string& pointer,
                                        Problems& problems) {
  if (const std::string* text = value.as_string()) {
    std::string why;
    auto mount = parse_short_mount(*text, why);
    if (!mount) report(problems, pointer, value.at(), std::move(why));
    return mount;
  }
  if (value.as_map() == nullptr) {
    report(problems, pointer, value.at(),
           fmt::format("must be a string such as \"data:/var/lib/data\", or a map, not {}",
                       value.kind_name()));
    return std::nullopt;
  }
  const std::size_t before = problems.size();
  VolumeMount mount;
  decode_members(Fields<VolumeMount>(kRows), value, pointer, problems, mount);
  if (problems.size() != before) return std::nullopt;
  check_mount(value, pointer, problems, mount);
  if (problems.size() != before) return std::nullopt;
  return mount;
}

std::string description(const VolumeMount& mount) {
  return mount.is_short() ? quote(mount.text) : fmt::format("the one at {}", quote(mount.target));
}

// What a mount adds to its places and its access. It begins with a '+', and none of those does.
std::vector<std::string> traits_of(const VolumeMount& mount) {
  std::vector<std::string> traits;
  const auto add = [&](std::string_view trait) { traits.push_back(fmt::format("+{}", trait)); };
  for (const std::string& mode : mount.modes) {
    // The first is what the engine does anyway; the others do nothing on Linux.
    if (mode != "rprivate" && !is_consistency(mode)) add(mode);
  }
  if (!mount.propagation.empty() && mount.propagation != "rprivate") add(mount.propagation);
  if (mount.no_copy) add("nocopy");
  if (mount.kind == MountKind::tmpfs) add("tmpfs");
  if (mount.tmpfs_size.value_or(0) != 0) add(fmt::format("size={}", *mount.tmpfs_size));
  if (mount.tmpfs_mode) add(fmt::format("mode={:o}", *mount.tmpfs_mode));
  std::sort(traits.begin(), traits.end());
  return traits;
}

}  // namespace

std::string_view to_string(MountKind kind) { return name_of<MountKind>(kind, kKinds); }

std::optional<std::vector<VolumeMount>> VolumesForm::decode(const Value& value,
                                                            std::string_view pointer,
                                                            Problems& problems) {
  if (!require_list(value, "\"data:/var/lib/data\"", pointer, problems)) return std::nullopt;
  const List& list = *value.as_list();
  if (list.size() > kMaxVolumes) {
    report(problems, pointer, value.at(),
           fmt::format("{} volumes are more than the {} allowed", list.size(), kMaxVolumes));
    return std::nullopt;
  }
  const std::size_t before = problems.size();
  std::vector<VolumeMount> mounts;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string place = pointer_to(pointer, i);
    auto mount = decode_mount(list[i], place, problems);
    if (!mount) continue;
    const auto same = std::find_if(mounts.begin(), mounts.end(), [&](const VolumeMount& other) {
      return other.target == mount->target;
    });
    if (same != mounts.end()) {
      report(problems, place, list[i].at(),
             fmt::format("{} is mounted at the same place as {}: remove one", description(*mount),
                         description(*same)));
    }
    mounts.push_back(std::move(*mount));
  }
  if (problems.size() != before) return std::nullopt;
  return mounts;
}

Value VolumesForm::encode(const std::vector<VolumeMount>& mounts) {
  List list;
  for (const VolumeMount& mount : mounts) {
    list.push_back(mount.is_short() ? value_of(mount.text)
                                    : encode_object(Fields<VolumeMount>(kRows), mount));
  }
  return value_of(std::move(list));
}

void VolumesForm::add(std::string_view key, const std::vector<VolumeMount>& mounts,
                      Canonical& canonical) {
  if (mounts.empty()) return;
  std::map<std::string_view, const VolumeMount*> by_target;
  for (const VolumeMount& mount : mounts) by_target.emplace(mount.target, &mount);
  canonical.add_number(key, static_cast<std::int64_t>(by_target.size()));
  for (const auto& [target, mount] : by_target) {
    canonical.add(target, mount->source);
    canonical.add(mount->read_only ? "ro" : "rw");
    for (const std::string& trait : traits_of(*mount)) canonical.add(trait);
  }
}

}  // namespace genisys::state
