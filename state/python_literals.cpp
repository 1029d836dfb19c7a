#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "state/documents.hpp"
#include "state/python_strings.hpp"
#include "state/text.hpp"
#include "state/tree_builder.hpp"

namespace genisys::state {
namespace {

// The map of variables is the outermost level, the values in it may be as deep as in JSON.
constexpr std::size_t kMaxDepth = 33;
constexpr std::size_t kMaxBytes = std::size_t{256} * 1024;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_part(char c) { return is_name_start(c) || is_digit(c); }

// Recursive descent; the tree builder bounds the depth. Functions that return false have recorded a
// problem that leaves no way to go on. A missing comma does: the items after it are read all the
// same.
class Parser {
 public:
  Parser(std::string_view source, Problems& problems, std::uint32_t document)
      : source_(source),
        problems_(problems),
        positions_(source, document),
        builder_(kMaxDepth, problems) {}

  std::optional<Value> parse() {
    if (!builder_.open_map(position(0))) return std::nullopt;
    for (skip_blank_lines(); at_ < source_.size(); skip_blank_lines()) {
      if (!assignment()) return std::nullopt;
    }
    builder_.close();
    return builder_.take();
  }

 private:
  enum class Inside { dict, other };

  bool assignment() {
    const std::size_t begin = at_;
    if (position(begin).column != 1) return refuse("an assignment must not be indented", begin);
    const std::string_view name = name_at(begin);
    at_ += name.size();
    skip_space();
    const bool is_assignment = peek() == '=' && peek(1) != '=';
    if (name.empty() || !is_assignment || name == "True" || name == "False" || name == "None") {
      return refuse(
          fmt::format("only assignments of literals, like web = {{…}}, are read, and nothing "
                      "is executed: remove the statement that begins with {}",
                      quote(token_at(begin))),
          begin);
    }
    builder_.key(std::string(name), position(begin));
    ++at_;
    skip_space();
    if (!value(Inside::other)) return false;
    skip_space();
    if (peek() == '#') skip_comment();
    if (at_ == source_.size() || peek() == '\n') return true;
    return refuse(
        fmt::format("expected the end of the line before {}: expressions are not evaluated",
                    quote(token_at(at_))),
        at_);
  }

  bool value(Inside inside) {
    if (begins_python_string(source_, at_)) return strings(inside);
    const char c = peek();
    if (c == '{') return dict();
    if (c == '[' || c == '(') return list(c);
    if (is_digit(c) || (c == '-' && is_digit(peek(1)))) return number();
    if (is_name_start(c)) return named_constant();
    if (at_ == source_.size()) return refuse("expected a value before the end of the file", at_);
    return refuse(fmt::format("expected a value before {}", quote(token_at(at_))), at_);
  }

  bool dict() {
    const std::size_t begin = at_;
    if (!builder_.open_map(position(begin))) return false;
    ++at_;
    ++brackets_;
    for (bool comma = true;;) {
      skip_space();
      if (at_ == source_.size()) return refuse("'{' is never closed", begin);
      if (peek() == '}') break;
      if (!comma && !missing_comma('}')) return false;
      if (!member()) return false;
      skip_space();
      comma = take(',');
    }
    ++at_;
    --brackets_;
    builder_.close();
    return true;
  }

  bool member() {
    const std::size_t begin = at_;
    if (!begins_python_string(source_, at_)) {
      return refuse(fmt::format("expected a key in quotes before {}", quote(token_at(at_))), at_);
    }
    std::string key;
    while (begins_python_string(source_, at_)) {
      if (!string_literal(key)) return false;
      skip_space();
    }
    if (peek() == ',' || peek() == '}') {
      return refuse(
          fmt::format("expected ':' and a value after the key {} (a set is not supported)",
                      quote(key)),
          at_);
    }
    if (!take(':')) {
      return refuse(fmt::format("expected ':' after the key {}", quote(key)), at_);
    }
    builder_.key(std::move(key), position(begin));
    skip_space();
    return value(Inside::dict);
  }

  bool list(char opening) {
    const std::size_t begin = at_;
    const char closing = opening == '[' ? ']' : ')';
    if (!builder_.open_list(position(begin))) return false;
    ++at_;
    ++brackets_;
    std::size_t items = 0;
    bool comma = true;
    for (;; ++items) {
      skip_space();
      if (at_ == source_.size()) return refuse(fmt::format("'{}' is never closed", opening), begin);
      if (peek() == closing) break;
      if (!comma && !missing_comma(closing)) return false;
      if (!value(Inside::other)) return false;
      skip_space();
      comma = take(',');
    }
    ++at_;
    --brackets_;
    if (opening == '(' && items == 1 && !comma) {
      builder_.close_as_item();
    } else {
      builder_.close();
    }
    return true;
  }

  // Something other than a comma or the closing bracket follows an item.
  bool missing_comma(char closing) {
    const std::string_view token = token_at(at_);
    const bool is_item = begins_python_string(source_, at_) || is_digit(peek()) || peek() == '{' ||
                         token == "True" || token == "False" || token == "None";
    if (is_item) {
      builder_.complain(fmt::format("expected ',' before {}", quote(token)), position(at_));
      return true;
    }
    return refuse(fmt::format("expected ',' or '{}' before {}: expressions are not evaluated",
                              closing, quote(token)),
                  at_);
  }

  // Adjacent literals are one string. In a dict the last of them may be the next member's key,
  // after a forgotten comma: `"name": "web" "image": …`; then it is left to be read as that.
  bool strings(Inside inside) {
    const Position begin = position(at_);
    std::string text;
    std::size_t length_before_last = 0;
    std::size_t last = at_;
    std::size_t literals = 0;
    std::size_t end = at_;
    while (begins_python_string(source_, at_)) {
      last = at_;
      length_before_last = text.size();
      if (!string_literal(text)) return false;
      ++literals;
      end = at_;
      skip_space();
    }
    if (inside == Inside::dict && literals > 1 && peek() == ':') {
      at_ = last;
      text.resize(length_before_last);
    } else {
      at_ = end;
    }
    builder_.scalar(std::move(text), begin);
    return true;
  }

  bool string_literal(std::string& text) {
    const PythonString literal = read_python_string(source_, at_);
    if (!literal.problem.empty()) return refuse(literal.problem, literal.problem_at);
    text += literal.value;
    at_ = literal.end;
    return true;
  }

  bool number() {
    const std::size_t begin = at_;
    if (peek() == '-') ++at_;
    const bool leading_zero = peek() == '0' && is_digit(peek(1));
    skip_digits();
    bool complete = true;
    if (peek() == '.') {
      ++at_;
      complete = skip_digits();
    }
    if (complete && (peek() == 'e' || peek() == 'E')) {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      complete = skip_digits();
    }
    if (leading_zero || !complete || is_name_part(peek()) || peek() == '.') {
      while (is_name_part(peek()) || peek() == '.') ++at_;
      return refuse(
          fmt::format("the number {} is not supported: write a plain decimal, or text in quotes",
                      quote(source_.substr(begin, at_ - begin))),
          begin);
    }
    builder_.scalar(Number{std::string(source_.substr(begin, at_ - begin))}, position(begin));
    return true;
  }

  bool skip_digits() {
    const std::size_t begin = at_;
    while (is_digit(peek())) ++at_;
    return at_ > begin;
  }

  bool named_constant() {
    const std::size_t begin = at_;
    const std::string_view name = name_at(begin);
    at_ += name.size();
    if (name == "True" || name == "False") {
      builder_.scalar(name == "True", position(begin));
    } else if (name == "None") {
      builder_.scalar(std::monostate{}, position(begin));
    } else {
      std::string_view advice = "write its value, nothing is executed";
      if (name == "true") advice = "write True";
      if (name == "false") advice = "write False";
      if (name == "null") advice = "write None";
      return refuse(fmt::format("{} is not a literal: {}", quote(name), advice), begin);
    }
    return true;
  }

  bool refuse(std::string message, std::size_t offset) {
    problems_.push_back({"", std::move(message), position(offset)});
    return false;
  }

  Position position(std::size_t offset) { return positions_.at(offset); }

  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  std::string_view name_at(std::size_t offset) const {
    if (offset >= source_.size() || !is_name_start(source_[offset])) return {};
    std::size_t end = offset;
    while (end < source_.size() && is_name_part(source_[end])) ++end;
    return source_.substr(offset, end - offset);
  }

  // What stands at `offset`, for a message.
  std::string_view token_at(std::size_t offset) const {
    if (offset >= source_.size()) return "the end of the file";
    if (const std::string_view name = name_at(offset); !name.empty()) return name;
    const std::string_view rest = source_.substr(offset);
    if (begins_python_string(source_, offset)) {
      // A key is named; what a value says is not repeated: it may be a password.
      const PythonString literal = read_python_string(source_, offset);
      const std::size_t behind = source_.find_first_not_of(" \t", literal.end);
      const bool is_key =
          literal.problem.empty() && behind != std::string_view::npos && source_[behind] == ':';
      return is_key ? rest.substr(0, literal.end - offset) : "a text";
    }
    std::size_t length = 1;
    if (is_digit(rest[0])) {
      while (length < rest.size() && (is_name_part(rest[length]) || rest[length] == '.')) ++length;
    } else {
      while (length < rest.size() && (static_cast<unsigned char>(rest[length]) & 0xC0U) == 0x80U) {
        ++length;
      }
    }
    return rest.substr(0, length);
  }

  void skip_comment() { at_ = std::min(source_.find('\n', at_), source_.size()); }

  void skip_blank_lines() {
    while (at_ < source_.size()) {
      if (peek() == '#') {
        skip_comment();
      } else if (peek() == ' ' || peek() == '\t' || peek() == '\f' || peek() == '\n') {
        ++at_;
      } else {
        return;
      }
    }
  }

  // Within brackets a line's end and a comment are space as well.
  void skip_space() {
    for (;;) {
      if (peek() == ' ' || peek() == '\t' || peek() == '\f' || (brackets_ > 0 && peek() == '\n')) {
        ++at_;
      } else if (peek() == '\\' && peek(1) == '\n') {
        at_ += 2;
      } else if (brackets_ > 0 && peek() == '#') {
        skip_comment();
      } else {
        return;
      }
    }
  }

  std::string_view source_;
  Problems& problems_;
  PositionFinder positions_;
  TreeBuilder builder_;
  std::size_t at_ = 0;
  std::size_t brackets_ = 0;
};

// As Python reads a source file: every kind of line end is "\n".
std::string with_plain_line_ends(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') {
      plain += text[i];
    } else if (i + 1 == text.size() || text[i + 1] != '\n') {
      plain += '\n';
    }
  }
  return plain;
}

}  // namespace

std::optional<Value> read_python_literals(std::string_view text, Problems& problems,
                                          std::uint32_t document) {
  if (text.size() > kMaxBytes) {
    problems.push_back(
        {"",
         fmt::format("{} bytes are more than the {} allowed", text.size(), kMaxBytes),
         {.document = document}});
    return std::nullopt;
  }
  if (text.find('\0') != std::string_view::npos || !is_utf8(text)) {
    problems.push_back(
        {"", "not text in UTF-8: save the file in that encoding", {.document = document}});
    return std::nullopt;
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::string source = with_plain_line_ends(text);
  return Parser(source, problems, document).parse();
}

}  // namespace genisys::state
