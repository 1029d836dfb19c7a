// The text from which a spec's hash is made.
//
// Pure. Any thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace genisys::state {

// Every part stands with its length, so that no two different lists of parts give one text. Only
// what is set is added, so that the hashes of old definitions survive fields to come: the parts of
// an old definition, and their order, must never change.
class Canonical {
 public:
  void add(std::string_view part) {
    text_ += std::to_string(part.size());
    text_ += ':';
    text_ += part;
    text_ += ',';
  }
  void add(std::string_view key, std::string_view part) {
    add(key);
    add(part);
  }
  void add_number(std::string_view key, std::int64_t number) { add(key, std::to_string(number)); }
  // In their order; nothing when there are none.
  void add_list(std::string_view key, const std::vector<std::string>& parts) {
    if (parts.empty()) return;
    add_number(key, static_cast<std::int64_t>(parts.size()));
    for (const std::string& part : parts) add(part);
  }
  // Where the order means nothing.
  void add_set(std::string_view key, std::vector<std::string> parts) {
    std::sort(parts.begin(), parts.end());
    add_list(key, parts);
  }

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace genisys::state
