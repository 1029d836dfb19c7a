// Compose files as tests write them, and surroundings that exist in memory only.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "state/service_file.hpp"
#include "tests/unit/state/document_texts.hpp"

namespace genisys::state {

// Files below /srv/shop, read as service files in their order.
struct ComposeFiles {
  std::vector<std::string> texts;
  std::map<std::string, std::string> environment = {};
  std::map<std::string, std::string> files = {};  // by absolute path
  std::string extension = ".yaml";
  Problems problems = {};
  Problems notices = {};

  std::optional<Declarations> read() {
    std::vector<SourceFile> sources;
    for (const std::string& text : texts) {
      sources.push_back({fmt::format("/srv/shop/{}{}", sources.size(), extension), text});
    }
    const Surroundings surroundings{
        .variable = [this](const std::string& name) { return find(environment, name); },
        .read =
            [this](const std::string& path, std::string& why, bool& missing) {
              auto text = find(files, path);
              missing = !text;
              if (missing) why = "cannot open " + path + ": No such file or directory";
              return text;
            }};
    return read_service_files(sources, surroundings, problems, notices);
  }

 private:
  static std::optional<std::string> find(const std::map<std::string, std::string>& map,
                                         const std::string& key) {
    const auto found = map.find(key);
    if (found == map.end()) return std::nullopt;
    return found->second;
  }
};

}  // namespace genisys::state
