// Builds a Value from the events of a parser, and holds it to the rules that all documents share:
// bounded depth, no duplicate key, strings that are UTF-8 without NUL.
//
// One per document. Any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "state/value.hpp"

namespace genisys::state {

class TreeBuilder {
 public:
  // `problems` must outlive the builder. A tree never gets deeper than `max_depth` maps and lists.
  TreeBuilder(std::size_t max_depth, Problems& problems)
      : max_depth_(max_depth), problems_(problems), problems_before_(problems.size()) {}

  // False when that is too deep: the problem is recorded, and the parser must stop.
  [[nodiscard]] bool open_map(Position at) { return open(Map{}, at); }
  [[nodiscard]] bool open_list(Position at) { return open(List{}, at); }
  void close();
  // Closes a list of exactly one item, and puts the item in its place: `(x)` turned out to be no
  // tuple.
  void close_as_item();

  // The next text is the key of a map's member.
  bool wants_key() const;
  void key(std::string text, Position at);
  void scalar(Value::Content content, Position at);

  // Records a problem at the place that the next value takes.
  void complain(std::string message, Position at);

  // The whole document; nothing when there was a problem.
  std::optional<Value> take();

 private:
  struct Frame {
    Value value;
    std::set<std::string, std::less<>> keys = {};
    std::optional<std::string> key = {};
    Position key_at = {};
  };

  bool open(Value::Content content, Position at);
  void put(Value value);
  void check_text(const std::string& text, Position at);
  std::string pointer() const;

  std::size_t max_depth_;
  Problems& problems_;
  std::size_t problems_before_;
  std::vector<Frame> open_;
  std::optional<Value> root_;
};

}  // namespace genisys::state
