#include "state/compose/interpolation.hpp"

#include <fmt/format.h>

#include <utility>

#include "state/text.hpp"

namespace genisys::state::compose {
namespace {

constexpr std::size_t kMaxDepth = 20;

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

std::string_view name_at(std::string_view text) {
  if (text.empty() || !is_name_start(text[0])) return {};
  std::size_t end = 1;
  while (end < text.size() && (is_name_start(text[end]) || (text[end] >= '0' && text[end] <= '9')))
    ++end;
  return text.substr(0, end);
}

// Where the brace ends that `text` begins with; every brace within needs its own end.
std::size_t closing_brace(std::string_view text) {
  std::size_t open = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{') ++open;
    if (text[i] == '}' && --open == 0) return i;
  }
  return std::string_view::npos;
}

class Writer {
 public:
  Writer(const Lookup& lookup, std::size_t max_bytes, Unfilled& unfilled)
      : lookup_(lookup), max_bytes_(max_bytes), unfilled_(unfilled) {}

  // False when there was a problem. The depth of words is bounded.
  bool write(std::string_view text, std::size_t depth) {
    while (!text.empty()) {
      const std::size_t dollar = text.find('$');
      if (!put(text.substr(0, dollar))) return false;
      if (dollar == std::string_view::npos) return true;
      text.remove_prefix(dollar);
      const std::size_t taken = write_variable(text, depth);
      if (taken == 0) return false;
      text.remove_prefix(taken);
    }
    return true;
  }

  Interpolated take() { return std::move(result_); }

 private:
  // Of a text that begins with '$': how much of it was written; 0 when there was a problem.
  std::size_t write_variable(std::string_view text, std::size_t depth) {
    if (text.starts_with("$$")) return put("$") ? 2 : 0;
    if (!text.starts_with("${")) {
      const std::string_view name = name_at(text.substr(1));
      if (name.empty()) return refuse(text.substr(0, text.find(' ')));
      return put_value(std::string(name)) ? 1 + name.size() : 0;
    }
    const std::size_t end = closing_brace(text.substr(1));
    if (end == std::string_view::npos) {
      unfilled_.quotes_text = true;
      unfilled_.why =
          fmt::format("{} has no '}}' at its end: write it, or $$ for a '$' that is meant as such",
                      quote(text));
      return 0;
    }
    const std::string_view whole = text.substr(0, end + 2);
    return write_braced(whole, depth) ? whole.size() : 0;
  }

  bool write_braced(std::string_view whole, std::size_t depth) {
    std::string_view rest = whole.substr(2, whole.size() - 3);
    const std::string name(name_at(rest));
    rest.remove_prefix(name.size());
    if (name.empty()) return refuse(whole) != 0;
    if (rest.empty()) return put_value(name);
    auto value = lookup_(name);
    if (rest.starts_with(':')) {
      rest.remove_prefix(1);
      if (value && value->empty()) value.reset();
    }
    const std::string_view word = rest.substr(rest.empty() ? 0 : 1);
    if (rest.starts_with('-')) return value ? put(*value) : write_word(word, depth);
    if (rest.starts_with('+')) return !value || write_word(word, depth);
    if (!rest.starts_with('?')) return refuse(whole) != 0;
    if (value) return put(*value);
    Writer message(lookup_, max_bytes_, unfilled_);
    if (!message.write_word(word, depth)) return false;
    unfilled_.why = fmt::format("the variable {} must be set{}{}", quote(name),
                                word.empty() ? "" : ": ", to_shown(message.result_.text));
    return false;
  }

  bool write_word(std::string_view word, std::size_t depth) {
    if (depth < kMaxDepth) return write(word, depth + 1);
    unfilled_.why = fmt::format("variables nested deeper than {} levels", kMaxDepth);
    return false;
  }

  bool put_value(const std::string& name) {
    if (const auto value = lookup_(name)) return put(*value);
    result_.unset.push_back(name);
    return true;
  }

  bool put(std::string_view text) {
    result_.text += text;
    if (result_.text.size() <= max_bytes_) return true;
    unfilled_.why = "the values of variables make the text too long";
    return false;
  }

  std::size_t refuse(std::string_view what) {
    unfilled_.quotes_text = true;
    unfilled_.why = fmt::format(
        "{} is no variable: write it like ${{NAME}} or ${{NAME:-default}}, or $$ for a '$' that is "
        "meant as such",
        quote(what));
    return 0;
  }

  // Of what a user wrote for a person to read: without the quotes that quote() adds.
  static std::string to_shown(std::string_view text) {
    const std::string quoted = quote(text);
    return quoted.substr(1, quoted.size() - 2);
  }

  const Lookup& lookup_;
  std::size_t max_bytes_;
  Unfilled& unfilled_;
  Interpolated result_;
};

}  // namespace

std::optional<Interpolated> interpolate(std::string_view text, const Lookup& lookup,
                                        std::size_t max_bytes, Unfilled& unfilled) {
  Writer writer(lookup, max_bytes, unfilled);
  if (!writer.write(text, 0)) return std::nullopt;
  return writer.take();
}

}  // namespace genisys::state::compose
