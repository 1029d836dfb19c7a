#include "state/map_reader.hpp"

#include <fmt/format.h>

#include <utility>

#include "state/field_decoding.hpp"
#include "state/text.hpp"

namespace genisys::state {

MapReader::MapReader(const Value& value, std::string pointer, Problems& problems)
    : value_(value), pointer_(std::move(pointer)), problems_(problems) {
  if (value.as_map() == nullptr && !value.is_null()) {
    report(problems, pointer_, value.at(), fmt::format("must be a map, not {}", value.kind_name()));
  }
}

const Value* MapReader::member(std::string_view key) {
  known_.push_back(key);
  const Value* found = value_.find(key);
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::string MapReader::text(std::string_view key) {
  const Value* found = member(key);
  if (found == nullptr) return {};
  if (const std::string* text = text_of(*found); text != nullptr && !has_control(*text)) {
    return *text;
  }
  complain(key, *found, "a string");
  return {};
}

bool MapReader::flag(std::string_view key) {
  const Value* found = member(key);
  if (found == nullptr) return false;
  if (const bool* flag = found->as_bool()) return *flag;
  const std::string* text = found->as_string();
  if (text != nullptr && (*text == "true" || *text == "false")) return *text == "true";
  complain(key, *found, "true or false");
  return false;
}

Pairs MapReader::pairs(std::string_view key) {
  const Value* found = member(key);
  if (found == nullptr) return {};
  Pairs pairs;
  if (const Map* map = found->as_map()) {
    for (const Member& pair : *map) add_member(pairs, pair, pointer_to(pointer_, key));
  } else if (const List* list = found->as_list()) {
    for (const Value& item : *list) add_item(pairs, item, pointer_to(pointer_, key));
  } else {
    complain(key, *found, "a map or a list of \"NAME=value\"");
  }
  return pairs;
}

std::vector<const Value*> MapReader::items(std::string_view key) {
  const Value* found = member(key);
  if (found == nullptr) return {};
  std::vector<const Value*> items;
  if (const List* list = found->as_list()) {
    items.reserve(list->size());
    for (const Value& item : *list) items.push_back(&item);
    return items;
  }
  complain(key, *found, "a list");
  return {};
}

void MapReader::report_member(std::string_view key, std::string message) {
  report(problems_, pointer_to(pointer_, key), value_.find(key)->at(), std::move(message));
}

void MapReader::refuse_others() {
  const Map* map = value_.as_map();
  if (map == nullptr) return;
  Map others = *map;
  std::erase_if(others, [](const Member& member) { return member.key.starts_with("x-"); });
  check_keys(others, known_, pointer_, problems_);
}

void MapReader::add_member(Pairs& pairs, const Member& pair, const std::string& pointer) {
  std::string text;
  if (const bool* flag = pair.value.as_bool()) {
    text = *flag ? "true" : "false";
  } else if (const std::string* scalar = text_of(pair.value)) {
    text = *scalar;
  } else if (!pair.value.is_null()) {
    report(problems_, pointer_to(pointer, pair.key), pair.value.at(),
           fmt::format("must be a string, a number or a boolean, not {}", pair.value.kind_name()));
  }
  pairs.insert_or_assign(pair.key, std::move(text));
}

void MapReader::add_item(Pairs& pairs, const Value& item, const std::string& pointer) {
  const std::string* text = item.as_string();
  if (text == nullptr) {
    report(problems_, pointer, item.at(),
           fmt::format("must be a string \"NAME=value\", not {}", item.kind_name()));
    return;
  }
  const std::size_t equals = text->find('=');
  pairs.insert_or_assign(text->substr(0, equals),
                         equals == std::string::npos ? "" : text->substr(equals + 1));
}

void MapReader::complain(std::string_view key, const Value& found, std::string_view wanted) {
  report_member(key, fmt::format("must be {}, not {}", wanted, found.kind_name()));
}

}  // namespace genisys::state
