// What a container may do: capabilities, options of security modules, namespaces of the host,
// limits of its processes.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "state/definition_fields.hpp"
#include "state/field_decoding.hpp"
#include "state/field_table.hpp"
#include "state/text.hpp"

namespace genisys::state {
namespace {

// capabilities(7), without CAP_; and all of them.
constexpr std::array<std::string_view, 42> kCapabilities = {"ALL",
                                                            "AUDIT_CONTROL",
                                                            "AUDIT_READ",
                                                            "AUDIT_WRITE",
                                                            "BLOCK_SUSPEND",
                                                            "BPF",
                                                            "CHECKPOINT_RESTORE",
                                                            "CHOWN",
                                                            "DAC_OVERRIDE",
                                                            "DAC_READ_SEARCH",
                                                            "FOWNER",
                                                            "FSETID",
                                                            "IPC_LOCK",
                                                            "IPC_OWNER",
                                                            "KILL",
                                                            "LEASE",
                                                            "LINUX_IMMUTABLE",
                                                            "MAC_ADMIN",
                                                            "MAC_OVERRIDE",
                                                            "MKNOD",
                                                            "NET_ADMIN",
                                                            "NET_BIND_SERVICE",
                                                            "NET_BROADCAST",
                                                            "NET_RAW",
                                                            "PERFMON",
                                                            "SETFCAP",
                                                            "SETGID",
                                                            "SETPCAP",
                                                            "SETUID",
                                                            "SYSLOG",
                                                            "SYS_ADMIN",
                                                            "SYS_BOOT",
                                                            "SYS_CHROOT",
                                                            "SYS_MODULE",
                                                            "SYS_NICE",
                                                            "SYS_PACCT",
                                                            "SYS_PTRACE",
                                                            "SYS_RAWIO",
                                                            "SYS_RESOURCE",
                                                            "SYS_TIME",
                                                            "SYS_TTY_CONFIG",
                                                            "WAKE_ALARM"};

// getrlimit(2), as the engine names them.
constexpr std::array<std::string_view, 15> kUlimits = {
    "core",   "cpu",   "data", "fsize",  "locks",  "memlock",    "msgqueue", "nice",
    "nofile", "nproc", "rss",  "rtprio", "rttime", "sigpending", "stack"};

constexpr std::array<std::string_view, 6> kSecurityOptions = {
    "no-new-privileges", "label", "apparmor", "seccomp", "systempaths", "credentialspec"};

std::string capability_of(std::string_view text) {
  std::string name(text);
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  if (name.starts_with("CAP_")) name.erase(0, 4);
  return name;
}

// "key=value" or "key:value"; what the engine's API does not take is refused.
bool check_security_option(std::string_view text, std::string& why) {
  const std::size_t end = std::min(text.find_first_of("=:"), text.size());
  const std::string_view key = text.substr(0, end);
  const std::string_view value = end == text.size() ? std::string_view() : text.substr(end + 1);
  if (std::find(kSecurityOptions.begin(), kSecurityOptions.end(), key) == kSecurityOptions.end()) {
    const std::string_view meant = nearest(key, kSecurityOptions);
    why = fmt::format("the option {} is not known: {}", quote(text),
                      meant.empty() ? "write such as no-new-privileges or seccomp=unconfined"
                                    : fmt::format("did you mean {}?", quote(meant)));
  } else if (key == "no-new-privileges") {
    if (value.empty() || value == "true" || value == "false") return true;
    why = fmt::format("{} must be no-new-privileges, true or false behind it", quote(text));
  } else if (key == "seccomp") {
    if (value == "unconfined" || value == "builtin" || value.starts_with('{')) return true;
    why = fmt::format(
        "{} names a file, which nobody reads: write seccomp=unconfined, seccomp=builtin, or the "
        "profile itself, as JSON, behind the '='",
        quote(text));
  } else if (key == "systempaths") {
    why = fmt::format("{} is not taken by the engine's API: leave it out", quote(text));
  } else if (key == "credentialspec") {
    why = fmt::format("{} belongs to engines on Windows: leave it out", quote(text));
  } else if (value.empty()) {
    why = fmt::format("{} needs a value behind a '='", quote(text));
  } else {
    return true;
  }
  return false;
}

// A text that is one of a few; `when_shared` answers "service:x" and "container:x".
std::optional<std::string> decode_namespace(const Value& value,
                                            std::span<const std::string_view> names,
                                            std::string_view pointer, Problems& problems) {
  auto text = decode_text(value, pointer, problems);
  if (!text || std::find(names.begin(), names.end(), *text) != names.end()) return text;
  if (text->starts_with("service:") || text->starts_with("container:")) {
    report(problems, pointer, value.at(),
           fmt::format("{} would tie a replica to one container of another service, which may be "
                       "replaced: leave it out",
                       quote(*text)));
  } else {
    report_choice(value, names, pointer, problems);
  }
  return std::nullopt;
}

std::optional<std::int64_t> decode_bound(const Value& value, std::string_view pointer,
                                         Problems& problems) {
  return decode_integer(value, -1, std::numeric_limits<std::int64_t>::max(), pointer, problems);
}

constexpr std::array kUlimitRows = {
    plain_field<&Ulimit::soft, Form<decode_bound, Integer>>("soft"),
    plain_field<&Ulimit::hard, Form<decode_bound, Integer>>("hard")};

std::optional<Ulimit> decode_ulimit(const Value& value, std::string_view pointer,
                                    Problems& problems) {
  if (value.as_map() == nullptr) {
    const auto bound = decode_bound(value, pointer, problems);
    if (!bound) return std::nullopt;
    return Ulimit{*bound, *bound};
  }
  const std::size_t before = problems.size();
  Ulimit limit;
  decode_members(Fields<Ulimit>(kUlimitRows), value, pointer, problems, limit);
  for (const auto& row : kUlimitRows) {
    const Value* found = value.find(row.key);
    if (found == nullptr || found->is_null()) {
      report(problems, pointer, value.at(), fmt::format("lacks {}: write both bounds", row.key));
    }
  }
  if (problems.size() != before) return std::nullopt;
  const bool is_above = limit.hard != -1 && (limit.soft == -1 || limit.soft > limit.hard);
  if (is_above) {
    report(problems, pointer, value.at(),
           fmt::format("the soft bound {} is above the hard one, {}", limit.soft, limit.hard));
    return std::nullopt;
  }
  return limit;
}

}  // namespace

std::optional<std::vector<std::string>> decode_capabilities(const Value& value,
                                                            std::string_view pointer,
                                                            Problems& problems) {
  if (!require_list(value, "\"NET_ADMIN\"", pointer, problems)) return std::nullopt;
  const auto texts = decode_texts(value, pointer, problems);
  if (!texts) return std::nullopt;
  const std::size_t before = problems.size();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < texts->size(); ++i) {
    std::string name = capability_of((*texts)[i]);
    const std::string place = pointer_to(pointer, i);
    const Position at = (*value.as_list())[i].at();
    if (std::find(kCapabilities.begin(), kCapabilities.end(), name) == kCapabilities.end()) {
      const std::string_view meant = nearest(name, kCapabilities);
      report(problems, place, at,
             fmt::format("{} is not a capability: {}", quote((*texts)[i]),
                         meant.empty() ? "write a name such as NET_ADMIN, or ALL"
                                       : fmt::format("did you mean {}?", quote(meant))));
    } else if (std::find(names.begin(), names.end(), name) != names.end()) {
      report(problems, place, at, fmt::format("{} is given twice: remove one", quote(name)));
    } else {
      names.push_back(std::move(name));
    }
  }
  if (problems.size() != before) return std::nullopt;
  return names;
}

std::optional<std::vector<std::string>> SecurityOptionsForm::decode(const Value& value,
                                                                    std::string_view pointer,
                                                                    Problems& problems) {
  if (!require_list(value, "\"no-new-privileges\"", pointer, problems)) return std::nullopt;
  auto texts = decode_texts(value, pointer, problems);
  if (!texts) return std::nullopt;
  const std::size_t before = problems.size();
  for (std::size_t i = 0; i < texts->size(); ++i) {
    std::string why;
    if (check_security_option((*texts)[i], why)) continue;
    report(problems, pointer_to(pointer, i), (*value.as_list())[i].at(), std::move(why));
  }
  if (problems.size() != before) return std::nullopt;
  return texts;
}

void SecurityOptionsForm::add(std::string_view key, const std::vector<std::string>& options,
                              Canonical& canonical) {
  std::vector<std::string> parts;
  for (std::string option : options) {
    if (option == "no-new-privileges") option += "=true";
    if (const std::size_t end = option.find_first_of("=:"); end != std::string::npos) {
      option[end] = '=';
    }
    // What the engine does anyway.
    if (option != "no-new-privileges=false") parts.push_back(std::move(option));
  }
  canonical.add_set(key, std::move(parts));
}

std::optional<std::string> decode_host_namespace(const Value& value, std::string_view pointer,
                                                 Problems& problems) {
  constexpr std::array<std::string_view, 1> kNames = {"host"};
  return decode_namespace(value, kNames, pointer, problems);
}

std::optional<std::string> decode_ipc(const Value& value, std::string_view pointer,
                                      Problems& problems) {
  constexpr std::array<std::string_view, 4> kNames = {"host", "private", "shareable", "none"};
  return decode_namespace(value, kNames, pointer, problems);
}

std::optional<std::string> decode_runtime(const Value& value, std::string_view pointer,
                                          Problems& problems) {
  auto text = decode_text(value, pointer, problems);
  const bool fits = !text || std::all_of(text->begin(), text->end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '/';
  });
  if (fits) return text;
  report(problems, pointer, value.at(),
         fmt::format("{} is not a runtime: write its name, such as runc", quote(*text)));
  return std::nullopt;
}

std::optional<std::map<std::string, Ulimit>> UlimitsForm::decode(const Value& value,
                                                                 std::string_view pointer,
                                                                 Problems& problems) {
  if (!require_map(value, "nofile", pointer, problems)) return std::nullopt;
  const std::size_t before = problems.size();
  check_keys(*value.as_map(), kUlimits, pointer, problems);
  std::map<std::string, Ulimit> limits;
  for (const std::string_view name : kUlimits) {
    const auto limit = decode_member(value, name, pointer, problems, decode_ulimit);
    if (limit) limits.emplace(name, *limit);
  }
  if (problems.size() != before) return std::nullopt;
  return limits;
}

Value UlimitsForm::encode(const std::map<std::string, Ulimit>& limits) {
  Map map;
  for (const auto& [name, limit] : limits) {
    if (limit.soft == limit.hard) {
      map.push_back({name, Integer::encode(limit.soft), {}});
      continue;
    }
    Map bounds;
    bounds.push_back({"soft", Integer::encode(limit.soft), {}});
    bounds.push_back({"hard", Integer::encode(limit.hard), {}});
    map.push_back({name, value_of(std::move(bounds)), {}});
  }
  return value_of(std::move(map));
}

void UlimitsForm::add(std::string_view key, const std::map<std::string, Ulimit>& limits,
                      Canonical& canonical) {
  std::vector<std::string> parts;
  for (const auto& [name, limit] : limits) {
    parts.push_back(fmt::format("{}={}:{}", name, limit.soft, limit.hard));
  }
  canonical.add_list(key, parts);
}

}  // namespace genisys::state
