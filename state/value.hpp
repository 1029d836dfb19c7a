// What a document says, before anybody decides what it means: the one tree into which JSON, YAML
// and the Python service file are read, so that definitions and configuration are decoded by one
// code.
//
// Pure values. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace genisys::state {

// Where in its document a value begins; line and column count from 1, and 0 means "not known".
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t document = 0;  // which of several, in the order in which they were read

  bool operator==(const Position&) const = default;
};

// One thing wrong with a document. `pointer` is a JSON pointer (RFC 6901), empty for the whole
// document; `message` begins in lower case and says what to do.
struct Problem {
  std::string pointer;
  std::string message;
  Position at = {};

  bool operator==(const Problem&) const = default;
};

// Readers and decoders append to it and go on, so that a user sees every mistake at once.
using Problems = std::vector<Problem>;

// A number is kept as it was written: nobody needs a floating point value here, and the text cannot
// overflow.
struct Number {
  std::string text;

  bool operator==(const Number&) const = default;
};

class Value;
struct Member;
using List = std::vector<Value>;
// In the order of the document; the readers have refused duplicate keys.
using Map = std::vector<Member>;

// A node of the tree, with the place it came from.
class Value {
 public:
  using Content = std::variant<std::monostate, bool, Number, std::string, List, Map>;

  Value();
  Value(Content content, Position at);
  Value(const Value&);
  Value(Value&&) noexcept;
  Value& operator=(const Value&);
  Value& operator=(Value&&) noexcept;
  ~Value();

  bool is_null() const { return std::holds_alternative<std::monostate>(content_); }
  const bool* as_bool() const { return std::get_if<bool>(&content_); }
  const Number* as_number() const { return std::get_if<Number>(&content_); }
  const std::string* as_string() const { return std::get_if<std::string>(&content_); }
  const List* as_list() const { return std::get_if<List>(&content_); }
  const Map* as_map() const { return std::get_if<Map>(&content_); }

  // The member of a map, or null when this is no map or has no such key.
  const Value* find(std::string_view key) const;

  // "a list", "a string", …: for messages.
  std::string_view kind_name() const;

  Position at() const { return at_; }
  Content& content() { return content_; }
  const Content& content() const { return content_; }

 private:
  Content content_;
  Position at_;
};

struct Member {
  std::string key;
  Value value;
  Position at;
};

// `token` appended to a JSON pointer, escaped as RFC 6901 says.
std::string pointer_to(std::string_view parent, std::string_view token);
std::string pointer_to(std::string_view parent, std::size_t position);

}  // namespace genisys::state
