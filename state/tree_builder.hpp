// Builds a Value from the events of a parser, and holds it to the rules that all documents share:
// bounded depth, no duplicate key, strings that are UTF-8 without NUL. Knows YAML's merge keys.
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
  // Returns what was closed, in its place in the tree: to be looked at before the next call.
  const Value& close();
  // Closes a list of exactly one item, and puts the item in its place: `(x)` turned out to be no
  // tuple.
  void close_as_item();

  // The next text is the key of a map's member.
  bool wants_key() const;
  void key(std::string text, Position at);
  // The next value is not a member: its own members become the map's, as far as the map has none of
  // the same key when it is closed.
  void merge_key(Position at);
  void scalar(Value::Content content, Position at);
  // A value that is complete. The caller has seen to it that it fits: see depth().
  void value(Value value) { put(std::move(value)); }
  std::size_t depth() const { return open_.size(); }

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
    bool is_merging = false;           // `key` is the merge key
    std::optional<Value> merged = {};  // what stood behind it
  };

  bool open(Value::Content content, Position at);
  const Value& put(Value value);
  void merge(Frame& frame);
  void merge_map(Frame& frame, Value source);
  void check_text(const std::string& text, Position at);
  std::string pointer() const;

  std::size_t max_depth_;
  Problems& problems_;
  std::size_t problems_before_;
  std::vector<Frame> open_;
  std::optional<Value> root_;
};

}  // namespace genisys::state
