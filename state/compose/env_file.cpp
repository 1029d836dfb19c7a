#include "state/compose/env_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "state/text.hpp"

namespace genisys::state::compose {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1024} * 1024;  // of all values
constexpr std::size_t kMostProblems = 16;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

bool is_name_part(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

// What stands in such a file is as a rule secret: no message has a part of it, but for names.
class EnvFileParser {
 public:
  EnvFileParser(std::string_view text, const Lookup& lookup, Problems& problems, Problems& notices)
      : text_(text), positions_(text), lookup_(lookup), problems_(problems), notices_(notices) {}

  Pairs parse(EnvFormat format) {
    for (skip_space(); at_ < text_.size() && found_ < kMostProblems; skip_space()) {
      if (text_[at_] != '#') line(format);
      skip_line();
    }
    return std::move(pairs_);
  }

 private:
  void line(EnvFormat format) {
    const std::size_t begin = at_;
    if (format == EnvFormat::dotenv) skip_export();
    const std::size_t name_begin = at_;
    while (at_ < text_.size() && is_name_part(text_[at_])) ++at_;
    std::string name(text_.substr(name_begin, at_ - name_begin));
    skip_blanks();
    if (name.empty() || (!ends_here() && text_[at_] != '=')) {
      report(begin, "expected a line NAME=value");
      return;
    }
    if (ends_here()) {
      if (auto value = lookup_(name)) set(std::move(name), std::move(*value), begin);
      return;
    }
    ++at_;
    if (format == EnvFormat::raw) {
      set(std::move(name), std::string(rest_of_line()), begin);
    } else if (auto value = dotenv_value(begin)) {
      set(std::move(name), std::move(*value), begin);
    }
  }

  std::optional<std::string> dotenv_value(std::size_t begin) {
    skip_blanks();
    if (at_ == text_.size()) return std::string();
    if (text_[at_] == '\'' || text_[at_] == '"') return quoted_value();
    std::string_view rest = rest_of_line();
    for (std::size_t i = 0; i < rest.size(); ++i) {
      if (rest[i] == '#' && is_blank(text_[at_ + i - 1])) rest = rest.substr(0, i);
    }
    while (!rest.empty() && is_blank(rest.back())) rest.remove_suffix(1);
    return with_variables(rest, begin);
  }

  std::optional<std::string> quoted_value() {
    const std::size_t begin = at_;
    const char mark = text_[at_++];
    std::string written;
    for (; at_ < text_.size() && text_[at_] != mark; ++at_) {
      if (text_[at_] != '\\' || at_ + 1 == text_.size()) {
        written += text_[at_];
      } else if (mark == '"') {
        written += escaped(text_[++at_]);
      } else {
        if (text_[at_ + 1] == mark) ++at_;
        written += text_[at_];
      }
    }
    if (at_ == text_.size()) {
      report(begin, fmt::format("a value begins with {} and does not end: close it", mark));
      return std::nullopt;
    }
    ++at_;
    skip_blanks();
    if (!ends_here()) {
      report(at_, fmt::format("unexpected text behind the closing {}", mark));
      return std::nullopt;
    }
    if (mark == '\'') return written;
    return with_variables(written, begin);
  }

  // As the text of a template, in which a '$' that is meant as such is written twice.
  static std::string escaped(char c) {
    switch (c) {
      case 'n':
        return "\n";
      case 'r':
        return "\r";
      case 't':
        return "\t";
      case '\\':
      case '"':
        return {c};
      case '$':
        return "$$";
      default:
        return {'\\', c};
    }
  }

  std::optional<std::string> with_variables(std::string_view text, std::size_t begin) {
    const Lookup lookup = [this](const std::string& name) {
      auto value = lookup_(name);
      if (const auto above = pairs_.find(name); !value && above != pairs_.end()) {
        value = above->second;
      }
      return value;
    };
    Unfilled unfilled;
    auto result = interpolate(text, lookup, kMaxBytes - bytes_, unfilled);
    if (!result) {
      report(begin, unfilled.quotes_text ? kMalformedSecret : std::move(unfilled.why));
      return std::nullopt;
    }
    // Not its name: it may be the end of a password with a '$' in it.
    if (!result->unset.empty()) {
      notices_.push_back({"",
                          "a variable in the value is not set: it is taken for empty; write $$ for "
                          "a '$' that is meant as such",
                          positions_.at(begin)});
    }
    return std::move(result->text);
  }

  void set(std::string name, std::string value, std::size_t begin) {
    bytes_ += value.size();
    if (bytes_ > kMaxBytes) {
      report(begin, fmt::format("the values are more than the {} bytes allowed", kMaxBytes));
      bytes_ = kMaxBytes;
      return;
    }
    pairs_.insert_or_assign(std::move(name), std::move(value));
  }

  void skip_export() {
    constexpr std::string_view kExport = "export";
    const std::string_view rest = text_.substr(at_);
    if (!rest.starts_with(kExport) || rest.size() == kExport.size()) return;
    if (!is_blank(rest[kExport.size()])) return;
    at_ += kExport.size();
    skip_blanks();
  }
  void skip_space() {
    while (at_ < text_.size() && (is_blank(text_[at_]) || text_[at_] == '\n')) ++at_;
  }
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  void skip_line() {
    while (at_ < text_.size() && text_[at_] != '\n') ++at_;
  }
  bool ends_here() const { return at_ == text_.size() || text_[at_] == '\n' || text_[at_] == '#'; }
  std::string_view rest_of_line() const {
    std::string_view rest = text_.substr(at_);
    rest = rest.substr(0, rest.find('\n'));
    if (rest.ends_with('\r')) rest.remove_suffix(1);
    return rest;
  }
  void report(std::size_t offset, std::string message) {
    ++found_;
    problems_.push_back({"", std::move(message), positions_.at(offset)});
  }

  std::string_view text_;
  PositionFinder positions_;
  const Lookup& lookup_;
  Problems& problems_;
  Problems& notices_;
  std::size_t at_ = 0;
  std::size_t bytes_ = 0;
  std::size_t found_ = 0;
  Pairs pairs_;
};

}  // namespace

std::optional<Pairs> parse_env_file(std::string_view text, EnvFormat format, const Lookup& lookup,
                                    Problems& problems, Problems& notices) {
  if (text.find('\0') != std::string_view::npos || !is_utf8(text)) {
    problems.push_back({"", "not text in UTF-8: save the file in that encoding"});
    return std::nullopt;
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::size_t before = problems.size();
  auto pairs = EnvFileParser(text, lookup, problems, notices).parse(format);
  if (problems.size() != before) return std::nullopt;
  return pairs;
}

}  // namespace genisys::state::compose
