// Service files: definitions kept beside the configuration, as YAML, JSON, the seed's Python file
// or Compose files.
//
// Pure: the caller has read the files, and gives what a Compose file asks for besides. Any thread.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "state/commands.hpp"
#include "state/shared_resources.hpp"

namespace genisys::state {

// `path` is absolute: messages name it, and its folder is where relative paths begin.
struct SourceFile {
  std::string path;
  std::string text;
};

// What a Compose file may ask for. Neither function may be empty.
struct Surroundings {
  // A variable of the connector's environment; nothing when it is not set.
  std::function<std::optional<std::string>(const std::string& name)> variable;
  // An env_file, or the .env beside the first file: the contract is read_file()'s.
  std::function<std::optional<std::string>(const std::string& path, std::string& why,
                                           bool& missing)>
      read;
};

// What the files say, taken together.
struct Declarations {
  std::vector<FileEntry> entries = {};  // in the order of the files
  SharedResources shared = {};          // what the entries use of it, and nothing else
};

// Reads the service files, one or several, in their order. A path tells the format by its
// extension: .py, .json, .yml or .yaml. With any other the content does: text that begins with '{'
// is JSON, text whose first line that is neither blank nor a comment reads `name =` is Python,
// everything else is YAML.
//
// JSON and YAML hold a map from service name to definition, or are Compose files: maps with the key
// `services`. In Python each assignment is one definition; its `name` field names the service, by
// default the variable does. A definition here may have a first target, `deploy: {replicas: N}`.
//
// Either all files are Compose files, or none. Compose files are merged into one project, a later
// file over an earlier one, and read as compose/project.hpp says. Of the others each adds its
// entries, and none may repeat a name.
//
// Appends every problem, with Position::document as the index of the file and its line and column,
// and returns nothing when there was one; no file, and files without entries, are fine. `notices`
// are about what was left out, in the same form.
std::optional<Declarations> read_service_files(std::span<const SourceFile> files,
                                               const Surroundings& surroundings, Problems& problems,
                                               Problems& notices);

}  // namespace genisys::state
