#include "state/tree_builder.hpp"

#include <fmt/format.h>

#include <utility>

#include "state/text.hpp"

namespace genisys::state {
namespace {

// A hostile document is one long list of mistakes; its answer need not be.
constexpr std::size_t kMostProblems = 16;

}  // namespace

bool TreeBuilder::open(Value::Content content, Position at) {
  if (open_.size() >= max_depth_) {
    problems_.push_back({"", fmt::format("nested deeper than {} levels", max_depth_), at});
    return false;
  }
  open_.push_back(Frame{.value = Value(std::move(content), at)});
  return true;
}

const Value& TreeBuilder::close() {
  merge(open_.back());
  Value done = std::move(open_.back().value);
  open_.pop_back();
  return put(std::move(done));
}

void TreeBuilder::close_as_item() {
  Value item = std::move(std::get<List>(open_.back().value.content()).front());
  open_.pop_back();
  put(std::move(item));
}

bool TreeBuilder::wants_key() const {
  return !open_.empty() && open_.back().value.as_map() != nullptr && !open_.back().key;
}

void TreeBuilder::key(std::string text, Position at) {
  Frame& frame = open_.back();
  const bool is_new = frame.keys.insert(text).second;
  frame.key = std::move(text);
  frame.key_at = at;
  if (!is_new) {
    complain(fmt::format("duplicate key {}: remove one of the two", quote(*frame.key)), at);
  }
  check_text(*frame.key, at);
}

void TreeBuilder::merge_key(Position at) {
  Frame& frame = open_.back();
  const bool is_first = !frame.merged;
  frame.key = "<<";
  frame.key_at = at;
  frame.is_merging = true;
  if (!is_first) complain("a second merge key: write one, with a list of maps", at);
}

void TreeBuilder::scalar(Value::Content content, Position at) {
  if (const auto* text = std::get_if<std::string>(&content)) check_text(*text, at);
  put(Value(std::move(content), at));
}

void TreeBuilder::complain(std::string message, Position at) {
  if (problems_.size() - problems_before_ >= kMostProblems) return;
  problems_.push_back({pointer(), std::move(message), at});
}

std::optional<Value> TreeBuilder::take() {
  if (problems_.size() != problems_before_) return std::nullopt;
  return std::move(root_);
}

const Value& TreeBuilder::put(Value value) {
  if (open_.empty()) {
    root_ = std::move(value);
    return *root_;
  }
  Frame& frame = open_.back();
  if (auto* list = std::get_if<List>(&frame.value.content())) {
    list->push_back(std::move(value));
    return list->back();
  }
  std::string key = std::move(*frame.key);
  frame.key.reset();
  if (frame.is_merging) {
    frame.is_merging = false;
    frame.merged = std::move(value);
    return *frame.merged;
  }
  auto& map = std::get<Map>(frame.value.content());
  map.push_back({std::move(key), std::move(value), frame.key_at});
  return map.back().value;
}

// At the end of the map, when it is known what it says itself.
void TreeBuilder::merge(Frame& frame) {
  if (!frame.merged) return;
  if (auto* list = std::get_if<List>(&frame.merged->content())) {
    for (Value& source : *list) merge_map(frame, std::move(source));
  } else {
    merge_map(frame, std::move(*frame.merged));
  }
}

void TreeBuilder::merge_map(Frame& frame, Value source) {
  auto* members = std::get_if<Map>(&source.content());
  if (members == nullptr) {
    complain(fmt::format("a merge key takes a map or a list of maps, not {}", source.kind_name()),
             source.at());
    return;
  }
  auto& map = std::get<Map>(frame.value.content());
  for (Member& member : *members) {
    if (frame.keys.insert(member.key).second) map.push_back(std::move(member));
  }
}

void TreeBuilder::check_text(const std::string& text, Position at) {
  if (text.find('\0') != std::string::npos) {
    complain("a NUL character is not allowed in text", at);
  } else if (!is_utf8(text)) {
    complain(
        fmt::format("{} is not valid Unicode: an escape names half a surrogate pair", quote(text)),
        at);
  }
}

std::string TreeBuilder::pointer() const {
  std::string pointer;
  for (const Frame& frame : open_) {
    if (frame.key) {
      // A key may be what the problem is about.
      pointer = pointer_to(pointer, to_utf8(*frame.key));
    } else if (const List* list = frame.value.as_list()) {
      pointer = pointer_to(pointer, list->size());
    }
  }
  return pointer;
}

}  // namespace genisys::state
