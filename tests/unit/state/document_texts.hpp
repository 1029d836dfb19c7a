// Values and problems as one line of text, so that tables can say what they expect.
#pragma once

#include <fmt/format.h>

#include <string>
#include <variant>

#include "state/value.hpp"

namespace genisys::state {

// Like JSON, with numbers as they were written.
inline std::string render(const Value& value) {
  struct Renderer {
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(bool truth) const { return truth ? "true" : "false"; }
    std::string operator()(const Number& number) const { return number.text; }
    std::string operator()(const std::string& text) const { return '"' + text + '"'; }
    std::string operator()(const List& list) const {
      std::string text;
      for (const Value& item : list) text += (text.empty() ? "" : ",") + render(item);
      return '[' + text + ']';
    }
    std::string operator()(const Map& map) const {
      std::string text;
      for (const Member& member : map) {
        text += (text.empty() ? "" : ",") + ('"' + member.key + "\":") + render(member.value);
      }
      return '{' + text + '}';
    }
  };
  return std::visit(Renderer{}, value.content());
}

// "line:column pointer: message", a line each.
inline std::string render(const Problems& problems) {
  std::string text;
  for (const Problem& problem : problems) {
    text += fmt::format("{}:{} {}: {}\n", problem.at.line, problem.at.column, problem.pointer,
                        problem.message);
  }
  return text;
}

}  // namespace genisys::state
