// The health check of a definition, as Compose writes it.
#include <fmt/format.h>

#include <array>
#include <limits>

#include "state/definition_fields.hpp"
#include "state/field_decoding.hpp"
#include "state/text.hpp"

namespace genisys::state {
namespace {

constexpr std::array<std::string_view, 6> kKeys = {"test",         "interval", "timeout",
                                                   "start_period", "retries",  "disable"};
// Compose has it; the version of the Engine API that is spoken does not.
constexpr std::string_view kStartInterval = "start_interval";
// What the engine keeps it in.
constexpr std::uint32_t kMostRetries = std::numeric_limits<std::int32_t>::max();

using Test = std::vector<std::string>;

// {"NONE"}, {"CMD", word, …} or {"CMD-SHELL", line}.
std::optional<Test> decode_list(const Value& value, std::string_view pointer, Problems& problems) {
  auto words = decode_words(value, pointer, problems);
  if (!words) return std::nullopt;
  const auto refuse = [&](std::string message) {
    report(problems, pointer, value.at(), std::move(message));
    return std::nullopt;
  };
  const std::string_view kind = words->empty() ? std::string_view() : words->front();
  if (kind == "NONE") {
    if (words->size() > 1) return refuse("nothing follows NONE, which means that there is no test");
  } else if (kind == "CMD") {
    if (words->size() < 2 || (*words)[1].empty()) {
      return refuse("a program must follow CMD: [\"CMD\", \"curl\", \"-f\", \"http://localhost\"]");
    }
  } else if (kind == "CMD-SHELL") {
    if (words->size() != 2 || (*words)[1].empty()) {
      return refuse("one string must follow CMD-SHELL, the line that the shell runs");
    }
  } else {
    return refuse(
        "must begin with \"NONE\", \"CMD\" (the words of a command follow) or \"CMD-SHELL\" (a "
        "line for the shell follows)");
  }
  return words;
}

std::optional<Test> decode_test(const Value& value, std::string_view pointer, Problems& problems) {
  if (value.as_list() != nullptr) return decode_list(value, pointer, problems);
  const std::string* line = value.as_string();
  if (line == nullptr) {
    report(problems, pointer, value.at(),
           fmt::format("must be a string, which the shell runs, or a list of strings, not {}",
                       value.kind_name()));
  } else if (line->empty()) {
    report(problems, pointer, value.at(), "is empty: write the command that tests the container");
  } else if (has_nul(*line)) {
    report(problems, pointer, value.at(), "must not hold a NUL character");
  } else if (line->size() > kMaxTotalBytes) {
    report(problems, pointer, value.at(),
           fmt::format("{} bytes are more than the {} allowed", line->size(), kMaxTotalBytes));
  } else {
    return Test{"CMD-SHELL", *line};
  }
  return std::nullopt;
}

std::optional<bool> decode_flag(const Value& value, std::string_view pointer, Problems& problems) {
  if (const bool* flag = value.as_bool()) return *flag;
  report(problems, pointer, value.at(),
         fmt::format("must be true or false, not {}", value.kind_name()));
  return std::nullopt;
}

std::optional<std::uint32_t> decode_retries(const Value& value, std::string_view pointer,
                                            Problems& problems) {
  return decode_count(value, kMostRetries, pointer, problems);
}

void check_members(const Map& map, std::string_view pointer, Problems& problems) {
  Map others;
  for (const Member& member : map) {
    if (member.key == kStartInterval) {
      report(problems, pointer_to(pointer, member.key), member.at,
             "start_interval is not supported, the engine's API lacks it: leave it out, interval "
             "counts from the start on");
    } else {
      others.push_back(member);
    }
  }
  check_keys(others, kKeys, pointer, problems);
}

}  // namespace

std::optional<Healthcheck> decode_healthcheck(const Value& value, std::string_view pointer,
                                              Problems& problems) {
  const Map* map = value.as_map();
  if (map == nullptr) {
    report(problems, pointer, value.at(),
           fmt::format("must be a map such as {{\"test\": \"curl -f http://localhost\"}}, not {}",
                       value.kind_name()));
    return std::nullopt;
  }
  const std::size_t before = problems.size();
  check_members(*map, pointer, problems);
  auto test = decode_member(value, "test", pointer, problems, decode_test);
  const auto disable = decode_member(value, "disable", pointer, problems, decode_flag);
  Healthcheck check{
      .interval = decode_member(value, "interval", pointer, problems, decode_duration),
      .timeout = decode_member(value, "timeout", pointer, problems, decode_duration),
      .start_period = decode_member(value, "start_period", pointer, problems, decode_duration),
      .retries = decode_member(value, "retries", pointer, problems, decode_retries)};
  // Two ways to say the same, so they may stand together; a test that is disabled may not.
  const bool is_none = test && test->front() == "NONE";
  if (test && !is_none && disable.value_or(false)) {
    report(problems, pointer_to(pointer, "disable"), value.find("disable")->at(),
           "test and disable exclude each other: remove one");
  }
  if (problems.size() != before) return std::nullopt;
  check.disabled = is_none || disable.value_or(false);
  if (test && !is_none) check.test = std::move(*test);
  return check;
}

}  // namespace genisys::state
