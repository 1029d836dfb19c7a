#include "state/service_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "state/compose/project.hpp"
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

std::optional<Value> read_document(std::string_view text, Format format, std::uint32_t document,
                                   std::vector<Position>& plain_templates, Problems& problems) {
  switch (format) {
    case Format::python:
      return read_python_literals(text, problems, document);
    case Format::json:
      return read_json(text, problems, kMaxBytes, document);
    case Format::yaml:
      return read_yaml(
          text, problems,
          {.max_bytes = kMaxBytes, .document = document, .plain_templates = &plain_templates});
  }
  return std::nullopt;
}

struct Read {
  Value document;
  Format format;
  std::vector<Position> plain_templates = {};
};

bool is_compose(const Read& read) {
  return read.format != Format::python && read.document.find("services") != nullptr;
}

void take_definitions(const Read& read, FileEntries& entries, Problems& problems) {
  const Value& document = read.document;
  const Naming naming = read.format == Format::python ? Naming::field : Naming::key;
  if (const Map* map = document.as_map()) {
    for (const Member& entry : *map) entries.take(entry, naming, pointer_to("", entry.key));
  } else if (!document.is_null()) {
    problems.push_back(
        {"", fmt::format("must be a map from name to definition, not {}", document.kind_name()),
         document.at()});
  }
}

// A file beside Compose files that is none.
void refuse_other_kind(const Read& read, std::uint32_t index, Problems& problems) {
  Position at = read.document.at();
  at.document = index;
  problems.push_back(
      {"",
       "the files are Compose files, or none of them is, and this one has no services: put its "
       "definitions below services, or name it alone",
       at});
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return {};
  return path.substr(0, std::max<std::size_t>(slash, 1));
}

}  // namespace

std::optional<Declarations> read_service_files(std::span<const SourceFile> files,
                                               const Surroundings& surroundings, Problems& problems,
                                               Problems& notices) {
  const std::size_t before = problems.size();
  std::vector<std::string> paths;
  std::vector<Read> documents;
  for (const SourceFile& file : files) {
    const auto index = static_cast<std::uint32_t>(paths.size());
    paths.push_back(file.path);
    Read read{.document = {}, .format = format_of(file.text, file.path)};
    auto document = read_document(file.text, read.format, index, read.plain_templates, problems);
    if (!document) continue;
    read.document = std::move(*document);
    documents.push_back(std::move(read));
  }
  // Which files are Compose files is not known of one that cannot be read.
  if (problems.size() != before) return std::nullopt;

  FileEntries entries(paths, problems);
  Declarations declarations;
  if (std::none_of(documents.begin(), documents.end(), is_compose)) {
    for (const Read& read : documents) take_definitions(read, entries, problems);
  } else {
    std::vector<compose::Source> sources;
    for (std::size_t i = 0; i < documents.size(); ++i) {
      Read& read = documents[i];
      const bool may_extend =
          read.format != Format::python && compose::may_extend_project(read.document);
      if (is_compose(read) || may_extend) {
        sources.push_back({std::move(read.document), std::move(read.plain_templates)});
      } else {
        refuse_other_kind(read, static_cast<std::uint32_t>(i), problems);
      }
    }
    if (problems.size() == before) {
      declarations.shared = compose::read_project(std::move(sources), folder_of(files[0].path),
                                                  surroundings, entries, problems, notices);
    }
  }
  if (problems.size() != before) return std::nullopt;
  declarations.entries = entries.entries();
  return declarations;
}

}  // namespace genisys::state
