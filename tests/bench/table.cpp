#include "tests/bench/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>
#include <utility>

namespace genisys::bench {
namespace {

constexpr std::size_t kColumns = 6;
using Cells = std::array<std::string, kColumns>;

Cells cells(const Row& row) {
  return {row.what,   row.ours,   row.other.empty() ? "–" : row.other,
          row.figure, row.target, row.met ? "✓" : "✗"};
}

// In characters, all of which are one column wide here.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

void print_line(const Cells& line, std::span<const std::size_t> widths) {
  for (std::size_t i = 0; i < kColumns; ++i) {
    fmt::print("| {}{} ", line[i], std::string(widths[i] - width(line[i]), ' '));
  }
  fmt::print("|\n");
}

}  // namespace

void Table::add(Row row) {
  fmt::print(stderr, "    {} {}: {} (target {})\n", row.met ? "✓" : "✗", row.what, row.figure,
             row.target);
  rows_.push_back(std::move(row));
}

void Table::note(std::string text) {
  fmt::print(stderr, "      {}\n", text);
  notes_.push_back(std::move(text));
}

void Table::print() const {
  std::vector<Cells> lines{{"what", "connector", "other side", "figure", "target", ""}};
  std::ranges::transform(rows_, std::back_inserter(lines), cells);
  std::array<std::size_t, kColumns> widths{};
  for (const Cells& line : lines) {
    for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], width(line[i]));
  }
  print_line(lines.front(), widths);
  Cells rule;
  for (std::size_t i = 0; i < kColumns; ++i) rule[i] = std::string(widths[i], '-');
  print_line(rule, widths);
  for (const Cells& line : std::span(lines).subspan(1)) print_line(line, widths);
  if (!notes_.empty()) fmt::print("\n");
  for (const std::string& note : notes_) fmt::print("- {}\n", note);
}

}  // namespace genisys::bench
