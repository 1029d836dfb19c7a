// Files that nobody should write, and what `--check` says of them.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace genisys::test {

struct FileCase {
  std::string name;
  // By name, in a folder of their own; genisys-connector.yml is the configuration.
  std::map<std::string, std::string> files;
  std::string says;  // in what is written
  // For what looks worse than it is.
  bool is_fine = false;
};
using FileCases = std::vector<FileCase>;

FileCases yaml_cases();
FileCases configuration_cases();
FileCases compose_cases();
FileCases other_file_cases();
// Small texts that ask for much.
FileCases bomb_cases();

}  // namespace genisys::test
