// What else of files a container has: file systems in memory, and devices of the host.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "state/definition_fields.hpp"
#include "state/field_decoding.hpp"
#include "state/field_table.hpp"
#include "state/mount_rules.hpp"
#include "state/text.hpp"

namespace genisys::state {
namespace {

constexpr std::array<std::string_view, 7> kTmpfsSettings = {"size",      "mode",      "uid", "gid",
                                                            "nr_inodes", "nr_blocks", "mpol"};
constexpr std::array<std::string_view, 25> kTmpfsOptions = {
    "size",     "mode",       "uid",      "gid",        "nr_inodes", "nr_blocks", "mpol",
    "ro",       "rw",         "suid",     "nosuid",     "dev",       "nodev",     "exec",
    "noexec",   "sync",       "async",    "dirsync",    "atime",     "noatime",   "diratime",
    "defaults", "nodiratime", "relatime", "strictatime"};

bool is_setting(std::string_view name) {
  return std::find(kTmpfsSettings.begin(), kTmpfsSettings.end(), name) != kTmpfsSettings.end();
}

bool check_tmpfs_options(std::string_view options, std::string& why) {
  for (;;) {
    const std::string_view option = options.substr(0, options.find(','));
    const std::size_t equals = option.find('=');
    const std::string_view name = option.substr(0, equals);
    if (std::find(kTmpfsOptions.begin(), kTmpfsOptions.end(), name) == kTmpfsOptions.end()) {
      const std::string_view meant = nearest(name, kTmpfsOptions);
      why = fmt::format("the option {} is not known: {}", quote(name),
                        meant.empty() ? "write such as size=64m or noexec"
                                      : fmt::format("did you mean {}?", quote(meant)));
      return false;
    }
    const bool has_value = equals != std::string_view::npos && equals + 1 < option.size();
    if (is_setting(name) != has_value || (!has_value && equals != std::string_view::npos)) {
      why = is_setting(name) ? fmt::format("the option {} needs a value, as in size=64m", name)
                             : fmt::format("the option {} takes no value", name);
      return false;
    }
    if (option.size() == options.size()) return true;
    options.remove_prefix(option.size() + 1);
  }
}

// The rows of a device in the long syntax.
std::optional<std::string> decode_path(const Value& value, std::string_view pointer,
                                       Problems& problems) {
  auto text = decode_text(value, pointer, problems);
  if (!text) return std::nullopt;
  auto path = clean_path(*text);
  if (!path) {
    report(problems, pointer, value.at(),
           fmt::format("{} is not a device: write an absolute path, such as /dev/ttyUSB0",
                       quote(*text)));
  }
  return path;
}

std::optional<std::string> decode_permissions(const Value& value, std::string_view pointer,
                                              Problems& problems) {
  auto text = decode_text(value, pointer, problems);
  if (!text) return std::nullopt;
  std::string sorted = *text;
  std::sort(sorted.begin(), sorted.end());
  const bool is_set = std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end() &&
                      sorted.find_first_not_of("mrw") == std::string::npos;
  if (is_set) return text;
  report(problems, pointer, value.at(),
         fmt::format("{} are no permissions: write r, w and m, each once, such as \"rwm\"",
                     quote(*text)));
  return std::nullopt;
}

constexpr std::array kDeviceRows = {
    plain_field<&DeviceMapping::host, Form<decode_path, Text>>("source"),
    plain_field<&DeviceMapping::container, Form<decode_path, Text>>("target"),
    plain_field<&DeviceMapping::permissions, Form<decode_permissions, Text>>("permissions")};

// "host[:container[:permissions]]" as the map that means the same.
Value long_device(const Value& value, const std::string& text) {
  Map map;
  std::string_view rest = text;
  for (const auto& row : kDeviceRows) {
    // What is left, colons and all, is the last one's.
    const bool is_last = row.key == kDeviceRows.back().key;
    const std::string_view part = is_last ? rest : rest.substr(0, rest.find(':'));
    map.push_back({std::string(row.key), Value(std::string(part), value.at()), value.at()});
    if (part.size() == rest.size()) break;
    rest.remove_prefix(part.size() + 1);
  }
  return Value(std::move(map), value.at());
}

std::optional<DeviceMapping> decode_device(const Value& value, const std::string& pointer,
                                           Problems& problems) {
  const std::string* text = value.as_string();
  if (text == nullptr && value.as_map() == nullptr) {
    report(problems, pointer, value.at(),
           fmt::format("must be a string such as \"/dev/ttyUSB0:/dev/ttyUSB0:rw\", not {}",
                       value.kind_name()));
    return std::nullopt;
  }
  const std::size_t before = problems.size();
  DeviceMapping device;
  if (text == nullptr) {
    decode_members(Fields<DeviceMapping>(kDeviceRows), value, pointer, problems, device);
  } else {
    Problems within;
    decode_members(Fields<DeviceMapping>(kDeviceRows), long_device(value, *text), "", within,
                   device);
    for (Problem& problem : within) report(problems, pointer, value.at(), problem.message);
  }
  if (problems.size() != before) return std::nullopt;
  if (device.host.empty()) {
    report(problems, pointer, value.at(), "names no device: write a path, such as /dev/ttyUSB0");
    return std::nullopt;
  }
  if (device.container.empty()) device.container = device.host;
  return device;
}

std::string text_of_device(const DeviceMapping& device) {
  return fmt::format("{}:{}:{}", device.host, device.container, device.permissions);
}

}  // namespace

std::string tmpfs_target(std::string_view tmpfs) {
  return clean_path(tmpfs.substr(0, tmpfs.find(':'))).value_or("");
}

std::optional<std::vector<std::string>> decode_tmpfs(const Value& value, std::string_view pointer,
                                                     Problems& problems) {
  const std::size_t before = problems.size();
  auto texts = decode_texts(value, pointer, problems);
  if (!texts) return std::nullopt;
  for (std::size_t i = 0; i < texts->size(); ++i) {
    const std::string& text = (*texts)[i];
    const std::size_t colon = text.find(':');
    std::string why;
    const bool fits = clean_target(std::string_view(text).substr(0, colon), why) &&
                      (colon == std::string::npos ||
                       check_tmpfs_options(std::string_view(text).substr(colon + 1), why));
    const bool is_list = value.as_list() != nullptr;
    if (!fits) {
      report(problems, is_list ? pointer_to(pointer, i) : std::string(pointer),
             is_list ? (*value.as_list())[i].at() : value.at(), std::move(why));
    }
  }
  if (problems.size() != before) return std::nullopt;
  return texts;
}

std::optional<std::vector<DeviceMapping>> DevicesForm::decode(const Value& value,
                                                              std::string_view pointer,
                                                              Problems& problems) {
  if (!require_list(value, "\"/dev/ttyUSB0\"", pointer, problems)) return std::nullopt;
  const std::size_t before = problems.size();
  const List& list = *value.as_list();
  std::vector<DeviceMapping> devices;
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto device = decode_device(list[i], pointer_to(pointer, i), problems);
    if (!device) continue;
    const bool is_taken = std::any_of(devices.begin(), devices.end(), [&](const auto& other) {
      return other.container == device->container;
    });
    if (is_taken) {
      report(
          problems, pointer_to(pointer, i), list[i].at(),
          fmt::format("{} is given to the container twice: remove one", quote(device->container)));
    }
    devices.push_back(std::move(*device));
  }
  if (problems.size() != before) return std::nullopt;
  return devices;
}

Value DevicesForm::encode(const std::vector<DeviceMapping>& devices) {
  List list;
  for (const DeviceMapping& device : devices) list.push_back(value_of(text_of_device(device)));
  return value_of(std::move(list));
}

void DevicesForm::add(std::string_view key, const std::vector<DeviceMapping>& devices,
                      Canonical& canonical) {
  std::vector<std::string> texts;
  for (DeviceMapping device : devices) {
    std::sort(device.permissions.begin(), device.permissions.end());
    texts.push_back(text_of_device(device));
  }
  canonical.add_set(key, std::move(texts));
}

}  // namespace genisys::state
