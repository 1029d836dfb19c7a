#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cctype>

#include "state/documents.hpp"
#include "state/text.hpp"
#include "state/tree_builder.hpp"

namespace genisys::state {
namespace {

constexpr std::size_t kMaxDepth = 32;

// The parser's own stack grows on the heap (iterative), so that nesting ends here and not in a
// crash; numbers are never converted, since the conversion reads out of bounds for some exponents
// (CVE-2024-38517).
constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag |
                            rapidjson::kParseValidateEncodingFlag;

// Passes the parser's events on, each with its place. The parser tells where it is after a scalar
// only, so the beginning of a value is found by going on from the end of the one before.
class Handler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Handler> {
 public:
  Handler(std::string_view text, const rapidjson::MemoryStream& stream, Problems& problems,
          std::uint32_t document)
      : text_(text), stream_(stream), positions_(text, document), builder_(kMaxDepth, problems) {}

  // What is not overridden below is a conversion that the flags rule out.
  bool Default() { return false; }

  bool Null() { return scalar(std::monostate{}); }
  bool Bool(bool value) { return scalar(value); }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
    return scalar(Number{std::string(text, length)});
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    return scalar(std::string(text, length));
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    const Position at = begin();
    cursor_ = stream_.Tell();
    builder_.key(std::string(text, length), at);
    return true;
  }
  bool StartObject() { return builder_.open_map(begin_bracket()); }
  bool StartArray() { return builder_.open_list(begin_bracket()); }
  bool EndObject(rapidjson::SizeType) { return end_bracket(); }
  bool EndArray(rapidjson::SizeType) { return end_bracket(); }

  Position position_at(std::size_t offset) { return positions_.at(offset); }
  std::optional<Value> take() { return builder_.take(); }

 private:
  Position begin() {
    cursor_ = std::min(text_.find_first_not_of(" \t\r\n,:", cursor_), text_.size());
    return positions_.at(cursor_);
  }
  Position begin_bracket() {
    const Position at = begin();
    ++cursor_;
    return at;
  }
  bool end_bracket() {
    begin_bracket();
    builder_.close();
    return true;
  }
  bool scalar(Value::Content content) {
    const Position at = begin();
    cursor_ = stream_.Tell();
    builder_.scalar(std::move(content), at);
    return true;
  }

  std::string_view text_;
  const rapidjson::MemoryStream& stream_;
  std::size_t cursor_ = 0;
  PositionFinder positions_;
  TreeBuilder builder_;
};

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

rapidjson::SizeType length(const std::string& text) {
  return static_cast<rapidjson::SizeType>(text.size());
}

struct WriteContent {
  Writer& writer;

  void operator()(std::monostate) const { writer.Null(); }
  void operator()(bool value) const { writer.Bool(value); }
  void operator()(const Number& number) const {
    writer.RawValue(number.text.data(), number.text.size(), rapidjson::kNumberType);
  }
  void operator()(const std::string& text) const { writer.String(text.data(), length(text)); }
  void operator()(const List& list) const {
    writer.StartArray();
    for (const Value& item : list) std::visit(*this, item.content());
    writer.EndArray();
  }
  void operator()(const Map& map) const {
    writer.StartObject();
    for (const Member& member : map) {
      writer.Key(member.key.data(), length(member.key));
      std::visit(*this, member.value.content());
    }
    writer.EndObject();
  }
};

std::string describe(const rapidjson::ParseResult& result, std::string_view text) {
  std::string reason = rapidjson::GetParseError_En(result.Code());
  reason[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(reason[0])));
  if (reason.ends_with('.')) reason.pop_back();
  const std::string_view rest = text.substr(std::min(result.Offset(), text.size()));
  if (rest.empty()) return fmt::format("not valid JSON: {}, at the end of the text", reason);
  return fmt::format("not valid JSON: {}, before {}", reason, quote_first(rest));
}

}  // namespace

std::string write_json(const Value& value) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  std::visit(WriteContent{writer}, value.content());
  return {buffer.GetString(), buffer.GetSize()};
}

std::optional<Value> read_json(std::string_view text, Problems& problems, std::size_t max_bytes,
                               std::uint32_t document) {
  if (text.size() > max_bytes) {
    problems.push_back(
        {"",
         fmt::format("{} bytes are more than the {} allowed", text.size(), max_bytes),
         {.document = document}});
    return std::nullopt;
  }
  // The parser takes a NUL for the end of the text, and would accept whatever follows.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    problems.push_back({"", "not valid JSON: a NUL byte", PositionFinder(text, document).at(nul)});
    return std::nullopt;
  }
  if (text.starts_with("\xEF\xBB\xBF")) {
    problems.push_back(
        {"", "not valid JSON: begins with a byte order mark, remove it", {1, 1, document}});
    return std::nullopt;
  }
  rapidjson::MemoryStream stream(text.data(), text.size());
  Handler handler(text, stream, problems, document);
  rapidjson::Reader reader;
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, handler);
  // On termination it was the handler that stopped, and it has said why.
  if (result.IsError() && result.Code() != rapidjson::kParseErrorTermination) {
    problems.push_back(
        {"", describe(result, text), handler.position_at(std::min(result.Offset(), text.size()))});
  }
  if (result.IsError()) return std::nullopt;
  return handler.take();
}

}  // namespace genisys::state
