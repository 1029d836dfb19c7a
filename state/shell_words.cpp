#include "state/shell_words.hpp"

#include <cstddef>
#include <utility>

namespace genisys::state {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kEscapableInDoubleQuotes = "$`\"\\\n";

}  // namespace

std::optional<std::vector<std::string>> split_words(std::string_view text, std::string& why) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;  // '' is a word too, so an empty `word` does not tell
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at++];
    if (kBlanks.find(c) != std::string_view::npos) {
      if (in_word) words.push_back(std::exchange(word, {}));
      in_word = false;
      continue;
    }
    if (c == '\\') {
      if (at == text.size()) {
        why = "ends in a backslash: write \\\\ for a backslash itself";
        return std::nullopt;
      }
      const char next = text[at++];
      if (next == '\n') continue;  // a joined line, no word by itself
      word += next;
    } else if (c == '\'') {
      const std::size_t end = text.find('\'', at);
      if (end == std::string_view::npos) {
        why = "a single quote is not closed: add the closing ', or write \\' for an apostrophe";
        return std::nullopt;
      }
      word += text.substr(at, end - at);
      at = end + 1;
    } else if (c == '"') {
      bool closed = false;
      while (at < text.size() && !closed) {
        const char inner = text[at++];
        if (inner == '"') {
          closed = true;
        } else if (inner == '\\' && at < text.size() &&
                   kEscapableInDoubleQuotes.find(text[at]) != std::string_view::npos) {
          if (text[at] != '\n') word += text[at];
          ++at;
        } else {
          word += inner;
        }
      }
      if (!closed) {
        why = "a double quote is not closed: add the closing \"";
        return std::nullopt;
      }
    } else {
      word += c;
    }
    in_word = true;
  }
  if (in_word) words.push_back(std::move(word));
  return words;
}

}  // namespace genisys::state
