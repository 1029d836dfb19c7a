// A case of the corpus: a folder below tests/e2e/compose with a Compose file whose first lines say,
// as comments, what must come of it:
//
//   # about: …                 one line for the reader
//   # expect: same             the connector makes what docker-compose makes, or
//   # expect: refused: TEXT    it does not start and says TEXT (a line for each text)
//   # files: A B               instead of compose.yaml
//   # theirs: A B              docker-compose gets these instead: the same in words that it knows
//   # options: --compatibility further words for docker-compose
//   # docker-compose: refuses it too
//   # policy: KEY: VALUE       a line for the section `policy` of the configuration
//   # network: NAME            made before, as somebody else's; `volume:` likewise
//   # start: may fail          containers are compared, running or not
//   # except: PATH: REASON     a difference that is allowed in this case alone
//
// A case whose file cannot have comments has them in case.txt.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/document_difference.hpp"

namespace genisys::test {

struct ComposeCase {
  std::string about = {};
  // Empty: the same.
  std::vector<std::string> refusals = {};
  std::vector<std::string> files = {};
  std::vector<std::string> their_files = {};
  std::string options = {};
  bool refused_by_docker_compose = false;
  std::vector<std::string> policy = {};
  std::vector<std::string> networks = {};
  std::vector<std::string> volumes = {};
  bool start_may_fail = false;
  std::vector<Allowed> exceptions = {};
};

// The names of all cases, sorted; none when there is no such folder.
std::vector<std::string> compose_cases(const std::filesystem::path& corpus);

// `${PROJECT}` and `${FOLDER}` in the comments are replaced. Throws std::runtime_error when a
// comment is none of the above.
ComposeCase read_compose_case(const std::filesystem::path& folder, const std::string& project);

}  // namespace genisys::test
