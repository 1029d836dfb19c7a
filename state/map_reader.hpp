// Reads the members of one map, one after the other, and knows then which of them nobody asked for.
//
// Appends what is wrong to the problems it was given, at the pointer of the map. A null member is
// one that is not there. Outlived by the value and the problems. Pure. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "state/definition_parts.hpp"
#include "state/value.hpp"

namespace genisys::state {

class MapReader {
 public:
  // What is neither a map nor null is a problem; it then reads as a map without members.
  MapReader(const Value& value, std::string pointer, Problems& problems);

  // Null when it is not there.
  const Value* member(std::string_view key);
  // A string without control characters, or a number as it was written. Empty when it is not there
  // or wrong.
  std::string text(std::string_view key);
  // false when it is not there or wrong.
  bool flag(std::string_view key);
  // A map, or a list of "NAME=value".
  Pairs pairs(std::string_view key);
  // None when it is not there or wrong.
  std::vector<const Value*> items(std::string_view key);

  // A problem with the member, which is there.
  void report_member(std::string_view key, std::string message);

  // To be called last: what was not asked for is a problem, but for extensions (x-…), which mean
  // nothing.
  void refuse_others();

  const std::string& pointer() const { return pointer_; }

 private:
  void add_member(Pairs& pairs, const Member& pair, const std::string& pointer);
  void add_item(Pairs& pairs, const Value& item, const std::string& pointer);
  void complain(std::string_view key, const Value& found, std::string_view wanted);

  const Value& value_;
  std::string pointer_;
  Problems& problems_;
  std::vector<std::string_view> known_;
};

}  // namespace genisys::state
