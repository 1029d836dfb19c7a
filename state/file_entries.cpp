#include "state/file_entries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "state/text.hpp"

namespace genisys::state {
namespace {

// Takes `replicas`, the first target, out of an entry's `deploy`: it is no part of a definition.
// Nothing when it has none; what else `deploy` holds, or is, is the definition's business.
std::optional<std::uint32_t> take_replicas(Map& entry, const std::string& pointer,
                                           Problems& problems) {
  const auto deploy = std::find_if(entry.begin(), entry.end(),
                                   [](const Member& field) { return field.key == "deploy"; });
  Map* fields = deploy == entry.end() ? nullptr : std::get_if<Map>(&deploy->value.content());
  if (fields == nullptr) return std::nullopt;
  const auto found = std::find_if(fields->begin(), fields->end(),
                                  [](const Member& field) { return field.key == "replicas"; });
  if (found == fields->end()) return std::nullopt;
  const Value replicas = std::move(found->value);
  fields->erase(found);
  if (replicas.is_null()) return std::nullopt;
  std::uint32_t target = 0;
  if (const Number* number = replicas.as_number()) {
    const std::string& digits = number->text;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), target);
    if (error == std::errc{} && end == digits.data() + digits.size()) return target;
  }
  problems.push_back(
      {pointer + "/deploy/replicas", "must be an integer, 0 or more", replicas.at()});
  return std::nullopt;
}

}  // namespace

void FileEntries::take(const Member& entry, Naming naming, const std::string& pointer) {
  const Value* field = entry.value.find("name");
  const bool names_itself = naming == Naming::field && field != nullptr && !field->is_null();
  std::optional<ServiceName> expected;
  if (!names_itself) {
    expected = ServiceName::parse(entry.key);
    if (!expected) {
      problems_.push_back(
          {pointer,
           fmt::format("{} is not a service name: write 1 to 63 letters, digits, '_', "
                       "'.' and '-', beginning with a letter or a digit",
                       quote(entry.key)),
           entry.at});
      return;
    }
  }
  const std::size_t before = problems_.size();
  std::optional<std::uint32_t> target;
  Value rest = entry.value;
  if (Map* fields = std::get_if<Map>(&rest.content())) {
    target = take_replicas(*fields, pointer, problems_);
  }
  auto definition = decode_definition(rest, expected, pointer, problems_);
  if (!definition || problems_.size() != before) return;
  take_once(std::move(*definition), target, pointer, entry.at);
}

void FileEntries::take_once(Definition definition, std::optional<std::uint32_t> target,
                            const std::string& pointer, Position at) {
  if (const auto most = max_replicas(definition); target && most && *target > *most) {
    problems_.push_back({pointer + "/deploy/replicas",
                         fmt::format("{} replicas are more than the {} that the published host "
                                     "ports allow",
                                     *target, *most),
                         at});
  }
  const auto [first, is_first] = places_.emplace(definition.name, at);
  if (!is_first) {
    const Position place = first->second;
    std::string where = fmt::format("in line {}", place.line);
    if (place.document != at.document && place.document < paths_.size()) {
      where = fmt::format("at {}:{}:{}", paths_[place.document], place.line, place.column);
    }
    problems_.push_back({pointer,
                         fmt::format("another entry has the name {} already, {}: rename one",
                                     quote(definition.name.str()), where),
                         at});
  }
  entries_.push_back({.definition = std::move(definition), .first_target = target});
}

}  // namespace genisys::state
