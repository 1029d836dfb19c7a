#include "tests/support/json.hpp"

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <stdexcept>
#include <utility>

namespace genisys::test {

struct Json::Node {
  std::shared_ptr<const rapidjson::Document> document;
  const rapidjson::Value* value;
};

namespace {

std::string text_of(const rapidjson::Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

void require(bool holds, std::string_view what, const rapidjson::Value& value) {
  if (!holds) throw std::runtime_error(fmt::format("{}: {}", what, text_of(value)));
}

rapidjson::Value key_of(std::string_view key) {
  return rapidjson::Value(
      rapidjson::StringRef(key.data(), static_cast<rapidjson::SizeType>(key.size())));
}

}  // namespace

Json Json::parse(std::string_view text) {
  auto document = std::make_shared<rapidjson::Document>();
  document->Parse(text.data(), text.size());
  if (document->HasParseError()) throw std::runtime_error(fmt::format("no JSON: '{}'", text));
  const rapidjson::Value* value = document.get();
  return Json(std::make_shared<const Node>(Node{std::move(document), value}));
}

Json Json::operator[](std::string_view key) const {
  require(has(key), fmt::format("no member '{}'", key), *node_->value);
  return Json(std::make_shared<const Node>(
      Node{node_->document, &node_->value->FindMember(key_of(key))->value}));
}

Json Json::operator[](std::size_t position) const {
  require(node_->value->IsArray() && position < node_->value->Size(),
          fmt::format("no element {}", position), *node_->value);
  return Json(std::make_shared<const Node>(
      Node{node_->document, &(*node_->value)[static_cast<rapidjson::SizeType>(position)]}));
}

bool Json::has(std::string_view key) const {
  return node_->value->IsObject() &&
         node_->value->FindMember(key_of(key)) != node_->value->MemberEnd();
}

bool Json::boolean() const {
  require(node_->value->IsBool(), "no boolean", *node_->value);
  return node_->value->GetBool();
}

std::int64_t Json::number() const {
  require(node_->value->IsInt64(), "no whole number", *node_->value);
  return node_->value->GetInt64();
}

std::string Json::text() const {
  require(node_->value->IsString(), "no string", *node_->value);
  return {node_->value->GetString(), node_->value->GetStringLength()};
}

bool Json::is_null() const { return node_->value->IsNull(); }

bool Json::is_array() const { return node_->value->IsArray(); }

bool Json::is_object() const { return node_->value->IsObject(); }

std::size_t Json::size() const {
  if (node_->value->IsArray()) return node_->value->Size();
  require(node_->value->IsObject(), "neither array nor object", *node_->value);
  return node_->value->MemberCount();
}

std::vector<Json> Json::items() const {
  require(node_->value->IsArray(), "no array", *node_->value);
  std::vector<Json> items;
  for (const rapidjson::Value& item : node_->value->GetArray()) {
    items.push_back(Json(std::make_shared<const Node>(Node{node_->document, &item})));
  }
  return items;
}

std::vector<std::string> Json::keys() const {
  require(node_->value->IsObject(), "no object", *node_->value);
  std::vector<std::string> keys;
  for (const auto& member : node_->value->GetObject()) {
    keys.emplace_back(member.name.GetString(), member.name.GetStringLength());
  }
  return keys;
}

std::string Json::dump() const { return text_of(*node_->value); }

bool Json::operator==(const Json& other) const { return *node_->value == *other.node_->value; }

}  // namespace genisys::test
