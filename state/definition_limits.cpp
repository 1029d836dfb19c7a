// How much of the machine a container may have.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "state/definition_fields.hpp"
#include "state/field_decoding.hpp"
#include "state/field_table.hpp"
#include "state/quantities.hpp"
#include "state/text.hpp"

namespace genisys::state {
namespace {

constexpr std::int64_t kMostShares = 262'144;  // Linux: cpu.shares
constexpr std::int64_t kMostPids = 4'194'304;  // Linux: PID_MAX_LIMIT
constexpr int kMostCpu = 8191;                 // Linux: NR_CPUS at its largest

// "0-1,3"
bool is_cpuset(std::string_view text) {
  const auto take_number = [&]() -> std::optional<int> {
    int number = 0;
    std::size_t digits = 0;
    for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
      number = number * 10 + (text[digits] - '0');
      if (number > kMostCpu) return std::nullopt;
    }
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
    return number;
  };
  for (;;) {
    const auto first = take_number();
    auto last = first;
    if (first && text.starts_with('-')) {
      text.remove_prefix(1);
      last = take_number();
    }
    if (!first || !last || *last < *first) return false;
    if (text.empty()) return true;
    if (text.front() != ',') return false;
    text.remove_prefix(1);
  }
}

using R = Resources;
constexpr std::array kLimitRows = {
    plain_field<&R::limit_nano_cpus, Form<decode_cpus, Cpus>>("cpus"),
    plain_field<&R::limit_memory, Form<decode_bytes, Bytes>>("memory"),
    plain_field<&R::limit_pids, Form<decode_pids, Integer>>("pids")};
constexpr std::array kReservationRows = {
    plain_field<&R::reserved_memory, Form<decode_bytes, Bytes>>("memory")};
constexpr std::array kRows = {
    nested_field<kLimitRows>("limits"),
    nested_field<kReservationRows, unsupported_reservation_keys>("reservations")};

}  // namespace

std::optional<std::int64_t> decode_cpus(const Value& value, std::string_view pointer,
                                        Problems& problems) {
  if (const std::string* text = text_of(value)) {
    if (const auto cpus = parse_cpus(*text)) return cpus;
  }
  report(problems, pointer, value.at(),
         fmt::format("{} is not a number of processors: write it like 0.5 or 2, with at most 9 "
                     "decimals",
                     shown(value)));
  return std::nullopt;
}

std::optional<std::int64_t> decode_bytes_or_none(const Value& value, std::string_view pointer,
                                                 Problems& problems) {
  const std::string* text = text_of(value);
  if (text != nullptr && *text == "-1") return -1;
  return decode_bytes(value, pointer, problems);
}

std::optional<std::int64_t> decode_swappiness(const Value& value, std::string_view pointer,
                                              Problems& problems) {
  return decode_integer(value, 0, 100, pointer, problems);
}

std::optional<std::int64_t> decode_cpu_shares(const Value& value, std::string_view pointer,
                                              Problems& problems) {
  return decode_integer(value, 0, kMostShares, pointer, problems);
}

std::optional<std::string> decode_cpuset(const Value& value, std::string_view pointer,
                                         Problems& problems) {
  const std::string* text = text_of(value);
  if (text != nullptr && text->empty()) return std::nullopt;
  if (text != nullptr && is_cpuset(*text)) return *text;
  report(problems, pointer, value.at(),
         fmt::format("{} is not a set of processors: write their numbers, such as \"0-1,3\"",
                     shown(value)));
  return std::nullopt;
}

std::optional<std::int64_t> decode_pids(const Value& value, std::string_view pointer,
                                        Problems& problems) {
  return decode_integer(value, -1, kMostPids, pointer, problems);
}

// Zero and -1 are no limit, which is another thing than the engine's own.
void PidsForm::add(std::string_view key, std::int64_t limit, Canonical& canonical) {
  canonical.add_number(key, limit == 0 ? -1 : limit);
}

std::optional<std::int64_t> decode_oom_score(const Value& value, std::string_view pointer,
                                             Problems& problems) {
  return decode_integer(value, -1000, 1000, pointer, problems);
}

std::optional<Resources> ResourcesForm::decode(const Value& value, std::string_view pointer,
                                               Problems& problems) {
  return decode_object(Fields<Resources>(kRows), value, pointer, problems);
}

Value ResourcesForm::encode(const Resources& resources) {
  return encode_object(Fields<Resources>(kRows), resources);
}

}  // namespace genisys::state
