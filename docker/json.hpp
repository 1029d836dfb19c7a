// Reads what an engine says as JSON, never trusting it: of this room's .cpp files only.
//
// Nothing here crashes, throws (but bad_alloc) or recurses, whatever the input. Numbers are kept as
// text, because this version of RapidJSON reads out of bounds when it converts certain short ones;
// the iterative parser is not bounded by the stack.
#pragma once

#include <rapidjson/document.h>

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace genisys::docker::json {

using Node = rapidjson::Value;

inline std::string_view view(const Node& text) {
  return {text.GetString(), text.GetStringLength()};
}

// One document in UTF-8 and nothing after it.
inline bool parse(std::string_view text, rapidjson::Document& document) {
  // The parser takes a NUL for the end and would overlook what follows.
  if (text.empty() || text.find('\0') != std::string_view::npos) return false;
  constexpr unsigned kFlags = rapidjson::kParseNumbersAsStringsFlag |
                              rapidjson::kParseIterativeFlag |
                              rapidjson::kParseValidateEncodingFlag;
  document.Parse<kFlags>(text.data(), text.size());
  return !document.HasParseError();
}

// Typed reads of members that check first. Missing and null read as empty; another type than the
// expected one is remembered as the problem, and reads as empty, too.
class Reader {
 public:
  bool ok() const { return problem_.empty(); }
  const std::string& problem() const { return problem_; }
  void fail(std::string_view key) {
    if (problem_.empty()) problem_ = key;
  }

  // The member, null when missing or null. `parent` may be null.
  const Node* find(const Node* parent, const char* key) {
    if (parent == nullptr) return nullptr;
    const auto member = parent->FindMember(key);
    if (member == parent->MemberEnd() || member->value.IsNull()) return nullptr;
    return &member->value;
  }

  const Node* object(const Node* parent, const char* key) {
    const Node* const node = find(parent, key);
    if (node == nullptr || node->IsObject()) return node;
    fail(key);
    return nullptr;
  }

  const Node* array(const Node* parent, const char* key) {
    const Node* const node = find(parent, key);
    if (node == nullptr || node->IsArray()) return node;
    fail(key);
    return nullptr;
  }

  std::string_view text(const Node* parent, const char* key) {
    const Node* const node = find(parent, key);
    return node == nullptr ? std::string_view() : text_of(*node, key);
  }

  std::string_view text_of(const Node& node, const char* key) {
    if (!node.IsString()) {
      fail(key);
      return {};
    }
    const std::string_view text = view(node);
    // An escaped lone surrogate passes the parser's validation, and comes out as invalid UTF-8.
    if (has_surrogate(text)) fail(key);
    return text;
  }

  bool flag(const Node* parent, const char* key) {
    const Node* const node = find(parent, key);
    if (node == nullptr) return false;
    if (!node->IsBool()) fail(key);
    return node->IsTrue();
  }

  // A whole number within the range of `Integer`.
  template <class Integer>
  Integer number(const Node* parent, const char* key) {
    const Node* const node = find(parent, key);
    Integer value{};
    if (node == nullptr) return value;
    const std::string_view digits = text_of(*node, key);
    const char* const end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, value);
    if (error == std::errc() && rest == end) return value;
    fail(key);
    return Integer{};
  }

 private:
  static bool has_surrogate(std::string_view text) {
    for (auto at = text.find('\xED'); at != std::string_view::npos;
         at = text.find('\xED', at + 1)) {
      if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xA0) return true;
    }
    return false;
  }

  std::string problem_;
};

}  // namespace genisys::docker::json
