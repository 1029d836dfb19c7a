// The health check of a definition, as Compose writes it.
#include <fmt/format.h>

#include <array>
#include <limits>

#include "state/definition_fields.hpp"
#include "state/field_decoding.hpp"
#include "state/field_table.hpp"
#include "state/text.hpp"

namespace genisys::state {
namespace {

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

std::optional<std::uint32_t> decode_retries(const Value& value, std::string_view pointer,
                                            Problems& problems) {
  return decode_count(value, kMostRetries, pointer, problems);
}

using H = Healthcheck;
constexpr std::array kRows = {
    plain_field<&H::test, Form<decode_test, TextList>>("test"),
    plain_field<&H::disabled, Form<decode_flag, Flag>>("disable"),
    plain_field<&H::interval, Form<decode_duration, Duration>>("interval"),
    plain_field<&H::timeout, Form<decode_duration, Duration>>("timeout"),
    plain_field<&H::start_period, Form<decode_duration, Duration>>("start_period"),
    plain_field<&H::retries, Form<decode_retries, Integer>>("retries")};

}  // namespace

std::optional<Healthcheck> HealthcheckForm::decode(const Value& value, std::string_view pointer,
                                                   Problems& problems) {
  auto check = decode_object(Fields<Healthcheck>(kRows), value, pointer, problems,
                             unsupported_healthcheck_keys());
  if (!check || check->test.empty()) return check;
  // Two ways to say the same, so they may stand together; a test that is disabled may not.
  if (check->test.front() == "NONE") {
    check->disabled = true;
    check->test.clear();
  } else if (check->disabled) {
    report(problems, pointer_to(pointer, "disable"), value.find("disable")->at(),
           "test and disable exclude each other: remove one");
    return std::nullopt;
  }
  return check;
}

Value HealthcheckForm::encode(const Healthcheck& check) {
  return encode_object(Fields<Healthcheck>(kRows), check);
}

// Zero means the image's or the engine's own, as does a field that is unset.
void HealthcheckForm::add(std::string_view key, const Healthcheck& check, Canonical& canonical) {
  if (check.disabled) {
    canonical.add(key, "disabled");
    return;
  }
  const std::array<std::int64_t, 4> numbers = {
      check.interval.value_or(std::chrono::milliseconds(0)).count(),
      check.timeout.value_or(std::chrono::milliseconds(0)).count(),
      check.start_period.value_or(std::chrono::milliseconds(0)).count(),
      std::int64_t{check.retries.value_or(0)}};
  if (check.test.empty() && numbers == std::array<std::int64_t, 4>{}) return;
  canonical.add(key);
  for (const std::int64_t number : numbers) canonical.add(std::to_string(number));
  canonical.add(std::to_string(check.test.size()));
  for (const std::string& word : check.test) canonical.add(word);
}

}  // namespace genisys::state
