// Reads what an engine says as JSON, never trusting it, and writes what it is told: of this room's
// .cpp files and their own headers only.
//
// Nothing here crashes, throws (but bad_alloc) or recurses, whatever the input. Numbers are kept as
// text, because this version of RapidJSON reads out of bounds when it converts certain short ones;
// the iterative parser is not bounded by the stack.
#pragma once

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <charconv>
#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

// Writes one document, from left to right. Begins with an object that is open, and take() closes
// it. The overloads of if_said() write nothing for what is empty or unset.
class Writer {
 public:
  Writer() { writer_.StartObject(); }

  void begin_object(std::string_view key) {
    this->key(key);
    writer_.StartObject();
  }
  void begin_object() { writer_.StartObject(); }  // in an array
  void end_object() { writer_.EndObject(); }
  void begin_array(std::string_view key) {
    this->key(key);
    writer_.StartArray();
  }
  void end_array() { writer_.EndArray(); }

  void text(std::string_view key, std::string_view text) {
    this->key(key);
    value(text);
  }
  void flag(std::string_view key, bool flag) {
    this->key(key);
    writer_.Bool(flag);
  }
  void number(std::string_view key, std::int64_t number) {
    this->key(key);
    writer_.Int64(number);
  }
  void words(std::string_view key, const std::vector<std::string>& words) {
    begin_array(key);
    for (const std::string& word : words) value(word);
    end_array();
  }
  void pairs(std::string_view key, const std::map<std::string, std::string>& pairs) {
    begin_object(key);
    for (const auto& [name, text] : pairs) this->text(name, text);
    end_object();
  }
  // A set, as the Engine API writes one: an object whose keys count alone.
  template <class Keys>
  void set(std::string_view key, const Keys& keys) {
    begin_object(key);
    for (const std::string& member : keys) {
      begin_object(member);
      end_object();
    }
    end_object();
  }

  void if_said(std::string_view key, const std::string& text) {
    if (!text.empty()) this->text(key, text);
  }
  void if_said(std::string_view key, const std::vector<std::string>& words) {
    if (!words.empty()) this->words(key, words);
  }
  void if_said(std::string_view key, const std::map<std::string, std::string>& pairs) {
    if (!pairs.empty()) this->pairs(key, pairs);
  }
  // Not for what converts to bool by chance.
  template <std::same_as<bool> Flag>
  void if_said(std::string_view key, Flag flag) {
    if (flag) this->flag(key, true);
  }
  void if_said(std::string_view key, const std::optional<bool>& flag) {
    if (flag) this->flag(key, *flag);
  }
  void if_said(std::string_view key, const std::optional<std::int64_t>& number) {
    if (number) this->number(key, *number);
  }

  // Once.
  std::string take() {
    writer_.EndObject();
    return {buffer_.GetString(), buffer_.GetSize()};
  }

 private:
  void value(std::string_view text) {
    writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }
  void key(std::string_view key) {
    writer_.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
  }

  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

}  // namespace genisys::docker::json
