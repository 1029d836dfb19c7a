// The table that a run ends with: one row per target, both sides of each comparison in it.
//
// Pure but for what goes to standard output. Main thread.
#pragma once

#include <string>
#include <vector>

namespace genisys::bench {

struct Row {
  std::string what;
  std::string ours;
  std::string other;   // the other side of the comparison; empty: there is none
  std::string figure;  // what the target is about: a ratio, a size
  std::string target;
  bool met = false;
};

class Table {
 public:
  // Also says on standard error that it is there: a whole run takes minutes.
  void add(Row row);
  // A sentence below the table: where the time went, what a figure rests on.
  void note(std::string text);
  // Markdown, on standard output.
  void print() const;

 private:
  std::vector<Row> rows_;
  std::vector<std::string> notes_;
};

}  // namespace genisys::bench
