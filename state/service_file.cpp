#include "state/service_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "state/documents.hpp"
#include "state/text.hpp"

namespace genisys::state {
namespace {

enum class Format { python, json, yaml };

// The first line that says something, from its first character on.
std::string_view first_statement(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (;;) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n\f");
    if (begin == std::string_view::npos) return {};
    text.remove_prefix(begin);
    if (text[0] != '#') return text.substr(0, text.find_first_of("\r\n"));
    text.remove_prefix(std::min(text.find_first_of("\r\n"), text.size()));
  }
}

bool is_assignment(std::string_view line) {
  const auto is_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  const auto* const end = std::find_if_not(line.begin(), line.end(), is_name);
  if (end == line.begin()) return false;
  line.remove_prefix(static_cast<std::size_t>(end - line.begin()));
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return line.starts_with('=');
}

Format format_of(std::string_view text, std::string_view path) {
  if (path.ends_with(".py")) return Format::python;
  if (path.ends_with(".json")) return Format::json;
  if (path.ends_with(".yml") || path.ends_with(".yaml")) return Format::yaml;
  const std::string_view line = first_statement(text);
  if (line.starts_with('{')) return Format::json;
  return is_assignment(line) ? Format::python : Format::yaml;
}

std::optional<Value> read(std::string_view text, Format format, Problems& problems) {
  switch (format) {
    case Format::python:
      return read_python_literals(text, problems);
    case Format::json:
      return read_json(text, problems);
    case Format::yaml:
      return read_yaml(text, problems);
  }
  return std::nullopt;
}

// Takes `replicas`, the first target, out of an entry's `deploy`: it is no part of a definition.
// Nothing when it has none; what else `deploy` holds, or is, is the definition's business.
std::optional<std::uint32_t> take_replicas(Map& entry, const std::string& pointer,
                                           Problems& problems) {
  const auto deploy = std::find_if(entry.begin(), entry.end(),
                                   [](const Member& field) { return field.key == "deploy"; });
  Map* fields = deploy == entry.end() ? nullptr : std::get_if<Map>(&deploy->value.content());
  if (fields == nullptr) return std::nullopt;
  const auto found = std::find_if(fields->begin(), fields->end(),
                                  [](const Member& field) { return field.key == "replicas"; });
  if (found == fields->end()) return std::nullopt;
  const Value replicas = std::move(found->value);
  fields->erase(found);
  if (replicas.is_null()) return std::nullopt;
  std::uint32_t target = 0;
  if (const Number* number = replicas.as_number()) {
    const std::string& digits = number->text;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), target);
    if (error == std::errc{} && end == digits.data() + digits.size()) return target;
  }
  problems.push_back(
      {pointer + "/deploy/replicas", "must be an integer, 0 or more", replicas.at()});
  return std::nullopt;
}

class EntriesDecoder {
 public:
  EntriesDecoder(Format format, Problems& problems) : format_(format), problems_(problems) {}

  void take(const Map& services, const std::string& pointer) {
    for (const Member& member : services) take_entry(member, pointer_to(pointer, member.key));
  }

  std::vector<FileEntry> entries() { return std::move(entries_); }

 private:
  void take_entry(const Member& member, const std::string& pointer) {
    const auto expected = expected_name(member, pointer);
    if (!expected) return;
    const std::size_t before = problems_.size();

    std::optional<std::uint32_t> target;
    Value rest = member.value;
    if (Map* fields = std::get_if<Map>(&rest.content())) {
      target = take_replicas(*fields, pointer, problems_);
    }
    auto definition = decode_definition(rest, *expected, pointer, problems_);
    if (!definition || problems_.size() != before) return;

    if (const auto most = max_replicas(*definition); target && most && *target > *most) {
      problems_.push_back({pointer_to(pointer, "deploy") + "/replicas",
                           fmt::format("{} replicas are more than the {} that the published host "
                                       "ports allow",
                                       *target, *most),
                           member.at});
    }
    if (!names_.insert(definition->name).second) {
      problems_.push_back({pointer,
                           fmt::format("another entry has the name {} already: rename one",
                                       quote(definition->name.str())),
                           member.at});
    }
    entries_.push_back({.definition = std::move(*definition), .first_target = target});
  }

  // The name that the entry must have (outer: nothing when there was a problem; inner: nothing when
  // the entry itself says it).
  std::optional<std::optional<ServiceName>> expected_name(const Member& member,
                                                          const std::string& pointer) {
    const Value* own_name = member.value.find("name");
    const bool names_itself = own_name != nullptr && !own_name->is_null();
    if (format_ == Format::python && names_itself) return std::optional<ServiceName>();
    auto name = ServiceName::parse(member.key);
    if (name) return name;
    problems_.push_back(
        {pointer,
         fmt::format("{} is not a service name: write 1 to 63 letters, digits, '_', "
                     "'.' and '-', beginning with a letter or a digit",
                     quote(member.key)),
         member.at});
    return std::nullopt;
  }

  Format format_;
  Problems& problems_;
  std::set<ServiceName> names_;
  std::vector<FileEntry> entries_;
};

void check_compose_keys(const Map& document, Problems& problems) {
  for (const Member& member : document) {
    if (member.key == "services" || member.key == "version" || member.key.starts_with("x-"))
      continue;
    problems.push_back({pointer_to("", member.key),
                        fmt::format("unknown key {}: of a Compose file only services is supported",
                                    quote(member.key)),
                        member.at});
  }
}

}  // namespace

std::optional<std::vector<FileEntry>> read_service_file(std::string_view text,
                                                        std::string_view path, Problems& problems) {
  const std::size_t before = problems.size();
  const Format format = format_of(text, path);
  const auto document = read(text, format, problems);
  if (!document) return std::nullopt;
  EntriesDecoder decoder(format, problems);
  const Map* map = document->as_map();
  const Value* services = document->find("services");
  if (format != Format::python && services != nullptr) {
    check_compose_keys(*map, problems);
    if (const Map* entries = services->as_map()) {
      decoder.take(*entries, "/services");
    } else if (!services->is_null()) {
      problems.push_back(
          {"/services",
           fmt::format("must be a map from name to definition, not {}", services->kind_name()),
           services->at()});
    }
  } else if (map != nullptr) {
    decoder.take(*map, "");
  } else if (!document->is_null()) {
    problems.push_back(
        {"", fmt::format("must be a map from name to definition, not {}", document->kind_name()),
         document->at()});
  }
  if (problems.size() != before) return std::nullopt;
  return decoder.entries();
}

}  // namespace genisys::state
