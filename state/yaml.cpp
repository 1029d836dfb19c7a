#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

#include "state/copy_budget.hpp"
#include "state/documents.hpp"
#include "state/text.hpp"
#include "state/tree_builder.hpp"

namespace genisys::state {
namespace {

constexpr std::size_t kMaxDepth = 20;

// Leaves the parser, which has no other way to be stopped; the problem has been recorded.
struct Stop {};

// 010 and 0x10 mean different numbers to different readers, so they stay text.
bool is_plain_integer(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || (text[0] == '0' && text.size() > 1)) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// At the end of a line that is the last, the parser takes a string left open for closed. A comment
// after it changes nothing else, and makes the parser notice.
std::string with_noticed_end(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \t");
  if (last == std::string_view::npos || text[last] != '\n') return std::string(text);
  return std::string(text.substr(0, last + 1)) + '#';
}

// The values that have a name, for their aliases. What is kept and what is copied is spent.
class Anchors {
 public:
  // False when that is one copy too many.
  [[nodiscard]] bool keep(YAML::anchor_t anchor, const Value& value) {
    const ValueSize size = size_of(value);
    if (!budget_.spend(size)) return false;
    anchored_.insert_or_assign(anchor, Anchored{value, size});
    return true;
  }
  [[nodiscard]] bool spend(const ValueSize& size) { return budget_.spend(size); }

  struct Anchored {
    Value value;
    ValueSize size;
  };
  // Null for one that is not complete yet.
  const Anchored* find(YAML::anchor_t anchor) const {
    const auto found = anchored_.find(anchor);
    return found == anchored_.end() ? nullptr : &found->second;
  }

 private:
  std::map<YAML::anchor_t, Anchored> anchored_;
  CopyBudget budget_;
};

// The tree is built from events and not by the library's loader: that one follows aliases into
// cycles and exponential trees, drops tags, and keeps duplicate keys.
class Handler : public YAML::EventHandler {
 public:
  Handler(std::string_view text, const YamlRules& rules, Problems& problems)
      : text_(text), rules_(rules), problems_(problems), builder_(kMaxDepth, problems) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (begun_) refuse(describe_rest(mark), mark);
    begun_ = true;
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (builder_.wants_key()) refuse("a key must be text, not null", mark);
    put_scalar(std::monostate{}, anchor, mark);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    check_tag(tag, mark);
    const bool is_plain = tag == "?";
    const Position at = position_of(mark);
    if (builder_.wants_key()) {
      keep(anchor, Value(is_plain ? resolve_plain_scalar(text) : text, at), mark);
      if (is_plain && text == "<<") {
        builder_.merge_key(at);
      } else {
        builder_.key(text, at);
      }
      return;
    }
    if (is_plain && rules_.plain_templates != nullptr && text.find('$') != std::string::npos) {
      rules_.plain_templates->push_back(at);
    }
    put_scalar(is_plain ? resolve_plain_scalar(text) : Value::Content(text), anchor, mark);
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
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

  // Of an unknown name the parser itself complains.
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (builder_.wants_key()) refuse("a key must be text, not an alias: write it out", mark);
    const Anchors::Anchored* named = anchors_.find(anchor);
    if (named == nullptr) refuse("an alias within the value that it names has no end", mark);
    if (builder_.depth() + named->size.depth > kMaxDepth) {
      refuse(fmt::format("nested deeper than {} levels", kMaxDepth), mark);
    }
    if (!anchors_.spend(named->size)) refuse_copies(mark);
    builder_.value(named->value);
  }
  void OnAnchor(const YAML::Mark&, const std::string&) override {}

  std::optional<Value> take() {
    if (!begun_) builder_.scalar(std::monostate{}, {1, 1, rules_.document});
    return builder_.take();
  }

  Position position_of(const YAML::Mark& mark) const {
    if (mark.is_null()) return {.document = rules_.document};
    return {static_cast<std::uint32_t>(mark.line) + 1, static_cast<std::uint32_t>(mark.column) + 1,
            rules_.document};
  }

 private:
  [[noreturn]] void refuse(std::string message, const YAML::Mark& mark) {
    problems_.push_back({"", std::move(message), position_of(mark)});
    throw Stop{};
  }
  [[noreturn]] void refuse_copies(const YAML::Mark& mark) {
    refuse(fmt::format("anchors and aliases copy more than {} values or {} bytes: name smaller "
                       "parts, or write them out",
                       CopyBudget::kMaxValues, CopyBudget::kMaxBytes),
           mark);
  }

  // "?" and "!" are what the parser makes up for plain and quoted scalars without a tag.
  void check_tag(const std::string& tag, const YAML::Mark& mark) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    if (tag == "!reset" || tag == "!override") {
      refuse(fmt::format("the tag {} of Compose is not supported: files that are merged cannot "
                         "take anything away, change the file that has it",
                         quote(tag)),
             mark);
    }
    refuse(fmt::format("tags are not supported: remove the tag {}", quote(tag)), mark);
  }

  void keep(YAML::anchor_t anchor, const Value& value, const YAML::Mark& mark) {
    if (anchor != YAML::NullAnchor && !anchors_.keep(anchor, value)) refuse_copies(mark);
  }

  void put_scalar(Value::Content content, YAML::anchor_t anchor, const YAML::Mark& mark) {
    const Position at = position_of(mark);
    if (anchor != YAML::NullAnchor) keep(anchor, Value(content, at), mark);
    builder_.scalar(std::move(content), at);
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    check_tag(tag, mark);
    if (builder_.wants_key()) refuse("a key must be text, not a list or a map", mark);
    open_.emplace_back(anchor, mark);
  }
  void close() {
    const Value& closed = builder_.close();
    const auto [anchor, mark] = open_.back();
    open_.pop_back();
    keep(anchor, closed, mark);
  }

  // The parser takes any token that cannot go on with the document for the next document.
  std::string describe_rest(const YAML::Mark& mark) const {
    const std::string_view rest =
        text_.substr(std::min(static_cast<std::size_t>(std::max(mark.pos, 0)), text_.size()));
    if (rest.starts_with("---")) return "a second document: only one is read";
    return fmt::format("unexpected {}", quote_first(rest));
  }

  std::string_view text_;
  const YamlRules& rules_;
  Problems& problems_;
  TreeBuilder builder_;
  Anchors anchors_;
  std::vector<std::pair<YAML::anchor_t, YAML::Mark>> open_;
  bool begun_ = false;
};

}  // namespace

Value::Content resolve_plain_scalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") {
    return std::monostate{};
  }
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (is_plain_integer(text)) return Number{text};
  return text;
}

std::optional<Value> read_yaml(std::string_view text, Problems& problems, const YamlRules& rules) {
  const Position nowhere{.document = rules.document};
  if (text.size() > rules.max_bytes) {
    problems.push_back(
        {"", fmt::format("{} bytes are more than the {} allowed", text.size(), rules.max_bytes),
         nowhere});
    return std::nullopt;
  }
  if (text.find('\0') != std::string_view::npos || !is_utf8(text)) {
    problems.push_back({"", "not text in UTF-8: save the file in that encoding", nowhere});
    return std::nullopt;
  }
  Handler handler(text, rules, problems);
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
    problems.push_back({"", fmt::format("not valid YAML: {}", to_utf8(error.msg)),
                        handler.position_of(error.mark)});
    return std::nullopt;
  }
  return handler.take();
}

}  // namespace genisys::state
