// Shell scripts that a test puts first in PATH, for itself and the programs that it starts
// meanwhile.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/scratch_directory.hpp"

namespace genisys::test {

class ScriptsInPath {
 public:
  ScriptsInPath() : before_(::getenv("PATH")) {
    ::setenv("PATH", (folder_.path().string() + ":" + before_).c_str(), 1);
  }
  ScriptsInPath(const ScriptsInPath&) = delete;
  ScriptsInPath& operator=(const ScriptsInPath&) = delete;
  ~ScriptsInPath() { ::setenv("PATH", before_.c_str(), 1); }

  std::string file(const std::string& name) const { return folder_.file(name); }
  void add(const std::string& name, const std::string& commands) const {
    std::ofstream(file(name)) << "#!/bin/sh\n" << commands << "\n";
    std::filesystem::permissions(file(name), std::filesystem::perms::owner_all);
  }
  std::string read(const std::string& name) const {
    std::ifstream stream(file(name));
    return {std::istreambuf_iterator<char>(stream), {}};
  }

 private:
  const ScratchDirectory folder_;
  const std::string before_;
};

}  // namespace genisys::test
