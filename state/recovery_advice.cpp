#include "state/recovery_advice.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <exception>
#include <initializer_list>
#include <optional>

#include "state/state_backup.hpp"

namespace genisys::state {

namespace {

bool exists(const std::string& file) { return ::access(file.c_str(), F_OK) == 0; }

// For a shell.
std::string quoted(const std::string& file) {
  std::string text = "'";
  for (const char c : file) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::string free_name(const std::string& wanted) {
  std::string name = wanted;
  for (int i = 1; exists(name); ++i) name = fmt::format("{}.{}", wanted, i);
  return name;
}

std::string how_old(const std::string& file) {
  struct stat status = {};
  if (::stat(file.c_str(), &status) != 0) return "of unknown age";
  const std::time_t written = status.st_mtim.tv_sec;
  std::tm utc = {};
  ::gmtime_r(&written, &utc);
  const auto seconds = std::time(nullptr) - written;
  const auto age = [&]() -> std::string {
    if (seconds < 0) return "in the future";
    if (seconds < 120) return fmt::format("{} s ago", seconds);
    if (seconds < 7200) return fmt::format("{} min ago", seconds / 60);
    if (seconds < 172800) return fmt::format("{} h ago", seconds / 3600);
    return fmt::format("{} days ago", seconds / 86400);
  };
  return fmt::format("of {:%Y-%m-%dT%H:%M:%SZ}, {}", utc, age());
}

bool is_whole(const std::string& copy) {
  if (!exists(copy)) return false;
  try {
    check_copy(copy);
    return true;
  } catch (const std::exception&) {
    // The next one may be.
    return false;
  }
}

std::optional<std::string> best_backup(const std::string& state_file) {
  for (const std::string& copy : {backup_of(state_file), older_backup_of(state_file)}) {
    if (is_whole(copy)) return copy;
  }
  return std::nullopt;
}

// Takes the file out of the way with what belongs to it: its log would be applied to another file.
std::string out_of_the_way(const std::string& state_file, const std::string& aside) {
  std::string commands;
  for (const char* const suffix : {"", "-wal", "-journal"}) {
    const std::string file = state_file + suffix;
    if (!exists(file)) continue;
    if (!commands.empty()) commands += " && ";
    commands += fmt::format("mv {} {}", quoted(file), quoted(aside + suffix));
  }
  return commands;
}

std::string replace_by(const std::string& copy, const std::string& state_file,
                       const std::string& aside) {
  const std::string away = out_of_the_way(state_file, aside);
  return fmt::format("`{}{}cp -p {} {}`", away, away.empty() ? "" : " && ", quoted(copy),
                     quoted(state_file));
}

}  // namespace

std::string advice_for_damaged(const std::string& state_file) {
  const std::string aside = free_name(state_file + ".damaged");
  if (const auto copy = best_backup(state_file)) {
    return fmt::format("bring back the automatic backup ({}) with {}", how_old(*copy),
                       replace_by(*copy, state_file, aside));
  }
  return fmt::format(
      "there is no automatic backup that is whole: put a copy back in its place, or move it away "
      "to start with no services, with `{}`",
      out_of_the_way(state_file, aside));
}

std::string advice_for_newer(const std::string& state_file, int newest) {
  for (int version = newest; version > 0; --version) {
    const std::string copy = schema_copy_of(state_file, version);
    if (!exists(copy)) continue;
    return fmt::format("use the newer program again, or go back to what was before it ({}) with {}",
                       how_old(copy),
                       replace_by(copy, state_file, free_name(state_file + ".newer")));
  }
  return "use the newer program again, or a copy from before it";
}

std::string advice_for_lost(const std::string& state_file) {
  std::string away;
  for (const std::string& file :
       {backup_of(state_file), older_backup_of(state_file), state_file + "-wal"}) {
    if (!exists(file)) continue;
    if (!away.empty()) away += " && ";
    away += fmt::format("mv {} {}", quoted(file), quoted(free_name(file + ".old")));
  }
  if (away.empty()) return "";
  std::string advice;
  if (const auto copy = best_backup(state_file)) {
    advice = fmt::format("bring back the automatic backup ({}) with {}, or ", how_old(*copy),
                         replace_by(*copy, state_file, free_name(state_file + ".empty")));
  }
  return fmt::format("{}start with no services, and with no container known, after `{}`", advice,
                     away);
}

}  // namespace genisys::state
