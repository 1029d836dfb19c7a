// env_file and environment of a service, as one map.
#include <fmt/format.h>

#include <map>
#include <utility>
#include <vector>

#include "state/compose/members.hpp"
#include "state/compose/service.hpp"
#include "state/field_decoding.hpp"
#include "state/text.hpp"

namespace genisys::state::compose {
namespace {

struct EnvFile {
  std::string path;
  EnvFormat format = EnvFormat::dotenv;
  bool required = true;
  Position at = {};
};

std::optional<EnvFile> read_long_form(const Value& value, const std::string& pointer,
                                      Problems& problems) {
  const std::size_t before = problems.size();
  EnvFile file{.at = value.at()};
  for (const Member& member : *value.as_map()) {
    const std::string place = pointer_to(pointer, member.key);
    const std::string* text = member.value.as_string();
    if (member.value.is_null() || member.key.starts_with("x-")) continue;
    if (member.key == "path" && text != nullptr) {
      file.path = *text;
    } else if (member.key == "required" && member.value.as_bool() != nullptr) {
      file.required = *member.value.as_bool();
    } else if (member.key == "format" && text != nullptr && *text == "raw") {
      file.format = EnvFormat::raw;
    } else {
      report(problems, place, member.at,
             "an env_file has a path, required (true or false) and format (raw)");
    }
  }
  if (file.path.empty() && problems.size() == before) {
    report(problems, pointer, value.at(), "has no path: name the file");
  }
  if (problems.size() != before) return std::nullopt;
  return file;
}

std::optional<EnvFile> read_item(const Value& value, const std::string& pointer,
                                 Problems& problems) {
  if (const std::string* text = value.as_string(); text != nullptr && !text->empty()) {
    return EnvFile{.path = *text, .at = value.at()};
  }
  if (value.as_map() != nullptr) return read_long_form(value, pointer, problems);
  report(problems, pointer, value.at(), "must be a path, or a map with the key path");
  return std::nullopt;
}

std::vector<EnvFile> read_list(const Value& value, const std::string& pointer, Problems& problems) {
  std::vector<EnvFile> files;
  const auto add = [&](const Value& item, const std::string& place) {
    if (auto file = read_item(item, place, problems)) files.push_back(std::move(*file));
  };
  if (const List* list = value.as_list()) {
    for (std::size_t i = 0; i < list->size(); ++i) add((*list)[i], pointer_to(pointer, i));
  } else if (!value.is_null()) {
    add(value, pointer);
  }
  return files;
}

// Names to their members; a name that is set twice has its last value.
using Environment = std::map<std::string, Member>;

void take_env_files(const Value& value, const std::string& pointer, const ServiceContext& context,
                    Environment& environment) {
  for (const EnvFile& file : read_list(value, pointer, context.problems)) {
    const std::string path = absolute_path(context.project.folder, file.path);
    const auto pairs =
        context.variables.read_env_file(path, file.format, file.required, pointer, file.at);
    if (!pairs) continue;
    for (const auto& [name, text] : *pairs) {
      environment.insert_or_assign(name, Member{name, Value(text, file.at), file.at});
    }
  }
}

// A name without a value has that of the variable, or is not set at all, whatever the files say.
void take_variable(Member member, const Variables& variables, Environment& environment) {
  if (member.value.is_null()) {
    const auto value = variables.value(member.key);
    if (!value) {
      environment.erase(member.key);
      return;
    }
    member.value.content() = *value;
  }
  std::string name = member.key;
  environment.insert_or_assign(std::move(name), std::move(member));
}

// False when the list is not one of texts, which decode_definition() tells.
bool take_list(const List& list, const Variables& variables, Environment& environment) {
  for (const Value& item : list) {
    const std::string* text = item.as_string();
    if (text == nullptr) return false;
    const std::size_t equals = text->find('=');
    Value value(std::monostate{}, item.at());
    if (equals != std::string::npos) value.content() = text->substr(equals + 1);
    take_variable({text->substr(0, equals), std::move(value), item.at()}, variables, environment);
  }
  return true;
}

}  // namespace

void resolve_environment(Map& service, const std::string& pointer, const ServiceContext& context) {
  Environment environment;
  const auto files = take_member(service, "env_file");
  if (files) take_env_files(files->value, pointer_to(pointer, "env_file"), context, environment);
  Value* given = find_value(service, "environment");
  const bool is_given = given != nullptr && !given->is_null();
  if (!is_given && environment.empty()) return;
  if (is_given) {
    if (const Map* map = given->as_map()) {
      for (const Member& member : *map) take_variable(member, context.variables, environment);
    } else if (given->as_list() == nullptr ||
               !take_list(*given->as_list(), context.variables, environment)) {
      return;
    }
  }
  Map all;
  for (auto& [name, member] : environment) all.push_back(std::move(member));
  const Position at = is_given ? given->at() : files->at;
  set_member(service, "environment", Value(std::move(all), at), at);
}

}  // namespace genisys::state::compose
