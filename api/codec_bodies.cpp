#include "api/codec_bodies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "api/text.hpp"
#include "state/documents.hpp"
#include "state/text.hpp"

namespace genisys::api {
namespace {

// Above any slot that a target can lead to.
constexpr std::uint64_t kLastSlot = 1'000'000;

// A number or a string, as it was written.
const std::string& text_of(const state::Value& value) {
  const state::Number* number = value.as_number();
  return number ? number->text : *value.as_string();
}

// A whole number as a number or as a string of its decimal digits (what httpie sends for number=3).
// Appends what is wrong otherwise.
std::optional<std::uint64_t> decode_number(const state::Value& value, const std::string& pointer,
                                           state::Problems& problems) {
  const auto refuse = [&](std::string message) {
    problems.push_back({pointer, std::move(message), value.at()});
    return std::nullopt;
  };
  if (!value.as_number() && !value.as_string()) {
    return refuse(fmt::format("is {}; give a whole number such as 3", value.kind_name()));
  }
  const std::string& text = text_of(value);
  if (text.empty()) return refuse("is empty; give a whole number such as 3");
  if (text.front() == '-') {
    return refuse(fmt::format("{} is negative; give 0 or more", state::quote(text)));
  }
  if (!std::all_of(text.begin(), text.end(), is_digit)) {
    return refuse(
        fmt::format("{} is not a whole number; give decimal digits such as 3", state::quote(text)));
  }
  std::uint64_t result = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), result);
  // Digits that do not fit are more than anybody allows.
  return parsed.ec == std::errc{} ? result : std::numeric_limits<std::uint64_t>::max();
}

std::optional<std::uint32_t> decode_target(const state::Value& value, const std::string& pointer,
                                           std::uint32_t max_replicas, state::Problems& problems) {
  const std::optional<std::uint64_t> target = decode_number(value, pointer, problems);
  if (!target) return std::nullopt;
  if (*target <= max_replicas) return static_cast<std::uint32_t>(*target);
  problems.push_back({pointer,
                      fmt::format("{} is more than limits.replicas allows ({})",
                                  state::quote(text_of(value)), max_replicas),
                      value.at()});
  return std::nullopt;
}

void decode_slot(const state::Value& value, const std::string& pointer,
                 std::set<std::uint32_t>& slots, state::Problems& problems) {
  const std::optional<std::uint64_t> slot = decode_number(value, pointer, problems);
  if (!slot) return;
  if (*slot == 0 || *slot > kLastSlot) {
    problems.push_back({pointer,
                        fmt::format("{} is no slot; slots are numbered from 1, as the status "
                                    "shows them",
                                    state::quote(text_of(value))),
                        value.at()});
  } else if (!slots.insert(static_cast<std::uint32_t>(*slot)).second) {
    problems.push_back({pointer, fmt::format("slot {} is named twice", *slot), value.at()});
  }
}

std::set<std::uint32_t> decode_slots(const state::Value& value, state::Problems& problems) {
  std::set<std::uint32_t> slots;
  const state::List* list = value.as_list();
  if (list == nullptr) {
    problems.push_back(
        {"/remove", fmt::format("is {}; give a list of slots such as [1, 3]", value.kind_name()),
         value.at()});
    return slots;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    decode_slot((*list)[i], state::pointer_to("/remove", i), slots, problems);
  }
  return slots;
}

// The members of a body that must be an object such as `example`.
std::optional<state::Map> read_object(std::string_view body, std::string_view example,
                                      state::Problems& problems) {
  if (body.empty()) {
    problems.push_back({"", fmt::format("the body is empty; send an object such as {}", example)});
    return std::nullopt;
  }
  std::optional<state::Value> value = state::read_json(body, problems);
  if (!value) return std::nullopt;
  if (value->as_map() == nullptr) {
    problems.push_back(
        {"", fmt::format("the body is {}; send an object such as {}", value->kind_name(), example),
         value->at()});
    return std::nullopt;
  }
  return std::move(std::get<state::Map>(value->content()));
}

}  // namespace

std::optional<state::Definition> decode_definition_body(
    std::string_view body, const std::optional<state::ServiceName>& expected_name,
    state::Problems& problems) {
  std::optional<state::Map> members =
      read_object(body, R"({"name": "web", "image": "nginx:1.25"})", problems);
  if (!members) return std::nullopt;
  return state::decode_definition(state::Value(std::move(*members), {1, 1}), expected_name, "",
                                  problems);
}

std::optional<ScaleBody> decode_scale_body(std::string_view body, std::uint32_t max_replicas,
                                           state::Problems& problems) {
  const std::optional<state::Map> members = read_object(body, R"({"number": 3})", problems);
  if (!members) return std::nullopt;
  const std::size_t problems_before = problems.size();
  bool found = false;
  ScaleBody scale;
  for (const state::Member& member : *members) {
    if (member.key == "number") {
      found = true;
      scale.target = decode_target(member.value, "/number", max_replicas, problems).value_or(0);
    } else if (member.key == "remove") {
      scale.remove = decode_slots(member.value, problems);
    } else {
      problems.push_back(
          {state::pointer_to("", member.key),
           fmt::format("unknown key {}: a scale has 'number' and, if need be, 'remove'",
                       state::quote(member.key)),
           member.at});
    }
  }
  if (!found) problems.push_back({"/number", "is missing; give the number of containers to run"});
  if (problems.size() != problems_before) return std::nullopt;
  return scale;
}

std::optional<RollbackBody> decode_rollback_body(std::string_view body, state::Problems& problems) {
  RollbackBody rollback;
  if (body.empty()) return rollback;
  const std::optional<state::Map> members = read_object(body, R"({"revision": 3})", problems);
  if (!members) return std::nullopt;
  const std::size_t problems_before = problems.size();
  for (const state::Member& member : *members) {
    if (member.key == "revision") {
      const auto revision = decode_number(member.value, "/revision", problems);
      rollback.revision = state::Revision{revision.value_or(0)};
    } else {
      problems.push_back(
          {state::pointer_to("", member.key),
           fmt::format("unknown key {}: a rollback has only 'revision'", state::quote(member.key)),
           member.at});
    }
  }
  if (problems.size() != problems_before) return std::nullopt;
  return rollback;
}

std::optional<std::map<state::ServiceName, std::uint32_t>> decode_targets_body(
    std::string_view body, std::uint32_t max_replicas, state::Problems& problems) {
  const std::optional<state::Map> members = read_object(body, R"({"web": 3, "db": 1})", problems);
  if (!members) return std::nullopt;
  const std::size_t problems_before = problems.size();
  std::map<state::ServiceName, std::uint32_t> targets;
  for (const state::Member& member : *members) {
    const std::string pointer = state::pointer_to("", member.key);
    const std::optional<state::ServiceName> name = state::ServiceName::parse(member.key);
    if (!name) {
      problems.push_back({pointer,
                          fmt::format("{} is no name of a service: names match "
                                      "[a-zA-Z0-9][a-zA-Z0-9_.-]{{0,62}}",
                                      state::quote(member.key)),
                          member.at});
    }
    const std::optional<std::uint32_t> target =
        decode_target(member.value, pointer, max_replicas, problems);
    if (name && target) targets.emplace(*name, *target);
  }
  if (problems.size() != problems_before) return std::nullopt;
  return targets;
}

}  // namespace genisys::api
