#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>

#include "state/documents.hpp"
#include "state/text.hpp"
#include "state/tree_builder.hpp"

namespace genisys::state {
namespace {

constexpr std::size_t kMaxDepth = 20;
constexpr std::size_t kMaxBytes = std::size_t{64} * 1024;

Position position_of(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {static_cast<std::uint32_t>(mark.line) + 1, static_cast<std::uint32_t>(mark.column) + 1};
}

// Leaves the parser, which has no other way to be stopped; the problem has been recorded.
struct Stop {};

// 010 and 0x10 mean different numbers to different readers, so they stay text.
bool is_plain_integer(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || (text[0] == '0' && text.size() > 1)) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Value::Content plain_scalar(const std::string& text) {
  if (text == "true") return true;
  if (text == "false") return false;
  if (is_plain_integer(text)) return Number{text};
  return text;
}

// At the end of a line that is the last, the parser takes a string left open for closed. A comment
// after it changes nothing else, and makes the parser notice.
std::string with_noticed_end(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \t");
  if (last == std::string_view::npos || text[last] != '\n') return std::string(text);
  return std::string(text.substr(0, last + 1)) + '#';
}

// The tree is built from events and not by the library's loader: that one follows aliases into
// cycles and exponential trees, drops tags, and keeps duplicate keys.
class Handler : public YAML::EventHandler {
 public:
  Handler(std::string_view text, Problems& problems)
      : text_(text), problems_(problems), builder_(kMaxDepth, problems) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (begun_) refuse(describe_rest(mark), mark);
    begun_ = true;
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check_properties("", anchor, mark);
    if (builder_.wants_key()) refuse("a key must be text, not null", mark);
    builder_.scalar(std::monostate{}, position_of(mark));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    check_properties(tag, anchor, mark);
    const bool is_plain = tag == "?";
    if (builder_.wants_key()) {
      if (is_plain && text == "<<")
        refuse("merge keys are not supported: write the keys out", mark);
      builder_.key(text, position_of(mark));
    } else {
      builder_.scalar(is_plain ? plain_scalar(text) : Value::Content(text), position_of(mark));
    }
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor);
    if (!builder_.open_list(position_of(mark))) throw Stop{};
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor);
    if (!builder_.open_map(position_of(mark))) throw Stop{};
  }
  void OnSequenceEnd() override { builder_.close(); }
  void OnMapEnd() override { builder_.close(); }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse("aliases (*name) are not supported: write the value out", mark);
  }
  void OnAnchor(const YAML::Mark& mark, const std::string& name) override {
    refuse(fmt::format("anchors are not supported: remove {}", quote("&" + name)), mark);
  }

  std::optional<Value> take() {
    if (!begun_) builder_.scalar(std::monostate{}, {1, 1});
    return builder_.take();
  }

 private:
  [[noreturn]] void refuse(std::string message, const YAML::Mark& mark) {
    problems_.push_back({"", std::move(message), position_of(mark)});
    throw Stop{};
  }

  // "?" and "!" are what the parser makes up for plain and quoted scalars without a tag.
  void check_properties(const std::string& tag, YAML::anchor_t anchor, const YAML::Mark& mark) {
    if (anchor != YAML::NullAnchor) refuse("anchors (&name) are not supported: remove it", mark);
    if (!tag.empty() && tag != "?" && tag != "!") {
      refuse(fmt::format("tags are not supported: remove the tag {}", quote(tag)), mark);
    }
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    check_properties(tag, anchor, mark);
    if (builder_.wants_key()) refuse("a key must be text, not a list or a map", mark);
  }

  // The parser takes any token that cannot go on with the document for the next document.
  std::string describe_rest(const YAML::Mark& mark) const {
    const std::string_view rest =
        text_.substr(std::min(static_cast<std::size_t>(std::max(mark.pos, 0)), text_.size()));
    if (rest.starts_with("---")) return "a second document: only one is read";
    return fmt::format("unexpected {}", quote(rest.substr(0, rest.find('\n'))));
  }

  std::string_view text_;
  Problems& problems_;
  TreeBuilder builder_;
  bool begun_ = false;
};

}  // namespace

std::optional<Value> read_yaml(std::string_view text, Problems& problems) {
  if (text.size() > kMaxBytes) {
    problems.push_back(
        {"", fmt::format("{} bytes are more than the {} allowed", text.size(), kMaxBytes)});
    return std::nullopt;
  }
  if (text.find('\0') != std::string_view::npos || !is_utf8(text)) {
    problems.push_back({"", "not text in UTF-8: save the file in that encoding"});
    return std::nullopt;
  }
  Handler handler(text, problems);
  try {
    std::istringstream stream(with_noticed_end(text));
    YAML::Parser parser(stream);
    // The second round ends the loop at the latest: some tokens (a lone ',') are never consumed and
    // would make an endless row of documents, but the handler refuses a second one.
    while (parser.HandleNextDocument(handler)) {
    }
  } catch (const Stop&) {
    return std::nullopt;
  } catch (const YAML::Exception& error) {
    problems.push_back({"", fmt::format("not valid YAML: {}", error.msg), position_of(error.mark)});
    return std::nullopt;
  }
  return handler.take();
}

}  // namespace genisys::state
