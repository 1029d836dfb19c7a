#include "state/service_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "state/documents.hpp"
#include "state/file_entries.hpp"
#include "state/text.hpp"

namespace genisys::state {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{256} * 1024;

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

std::optional<Value> read(std::string_view text, Format format, std::uint32_t document,
                          Problems& problems) {
  switch (format) {
    case Format::python:
      return read_python_literals(text, problems, document);
    case Format::json:
      return read_json(text, problems, kMaxBytes, document);
    case Format::yaml:
      return read_yaml(text, problems, {.max_bytes = kMaxBytes, .document = document});
  }
  return std::nullopt;
}

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

void take_document(const Value& document, Format format, FileEntries& entries, Problems& problems) {
  const auto take_all = [&](const Map& services, const std::string& pointer) {
    const Naming naming = format == Format::python ? Naming::field : Naming::key;
    for (const Member& entry : services) {
      entries.take(entry, naming, pointer_to(pointer, entry.key));
    }
  };
  const Map* map = document.as_map();
  const Value* services = document.find("services");
  if (format != Format::python && services != nullptr) {
    check_compose_keys(*map, problems);
    if (const Map* members = services->as_map()) {
      take_all(*members, "/services");
    } else if (!services->is_null()) {
      problems.push_back(
          {"/services",
           fmt::format("must be a map from name to definition, not {}", services->kind_name()),
           services->at()});
    }
  } else if (map != nullptr) {
    take_all(*map, "");
  } else if (!document.is_null()) {
    problems.push_back(
        {"", fmt::format("must be a map from name to definition, not {}", document.kind_name()),
         document.at()});
  }
}

}  // namespace

std::optional<Declarations> read_service_files(std::span<const SourceFile> files,
                                               const Surroundings&, Problems& problems, Problems&) {
  const std::size_t before = problems.size();
  std::vector<std::string> paths;
  for (const SourceFile& file : files) paths.push_back(file.path);
  FileEntries entries(paths, problems);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const Format format = format_of(files[i].text, files[i].path);
    const auto document = read(files[i].text, format, static_cast<std::uint32_t>(i), problems);
    if (document) take_document(*document, format, entries, problems);
  }
  if (problems.size() != before) return std::nullopt;
  return Declarations{.entries = entries.entries()};
}

}  // namespace genisys::state
