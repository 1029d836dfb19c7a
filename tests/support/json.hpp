// JSON as a test reads it: status["slots"][0]["cause"].text(). What is not there is an exception
// that shows the whole document, and so a failure of the test, never a crash.
#pragma once

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace genisys::test {

// A value that keeps its document alive. Cheap to copy.
class Json {
 public:
  // Throws std::runtime_error with the text when it is no JSON.
  static Json parse(std::string_view text);

  // Throw std::runtime_error when this has no such member or element.
  Json operator[](std::string_view key) const;
  Json operator[](std::size_t position) const;
  bool has(std::string_view key) const;

  // Throw std::runtime_error when this is something else.
  bool boolean() const;
  std::int64_t number() const;
  std::string text() const;
  bool is_null() const;
  bool is_array() const;
  bool is_object() const;
  std::size_t size() const;               // of an array or object
  std::vector<Json> items() const;        // of an array
  std::vector<std::string> keys() const;  // of an object, in its order

  std::string dump() const;
  // Equal whatever the order of members.
  bool operator==(const Json& other) const;

 private:
  struct Node;
  explicit Json(std::shared_ptr<const Node> node) : node_(std::move(node)) {}

  std::shared_ptr<const Node> node_;
};

inline void PrintTo(const Json& json, std::ostream* out) { *out << json.dump(); }

}  // namespace genisys::test
