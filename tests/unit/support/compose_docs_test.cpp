// docs/compose-compatibility.md shows what the comparison with docker-compose really does.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/compose_case.hpp"
#include "tests/support/compose_difference.hpp"

namespace genisys::test {
namespace {

const std::filesystem::path kSource = GENISYS_SOURCE_DIR;
const std::filesystem::path kCorpus = kSource / "tests/e2e/compose";

std::string documentation() {
  std::ifstream file(kSource / "docs/compose-compatibility.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(ComposeCompatibilityPage, ListsEveryCaseWithItsOutcome) {
  const std::string page = documentation();
  ASSERT_FALSE(compose_cases(kCorpus).empty());
  for (const std::string& name : compose_cases(kCorpus)) {
    const ComposeCase one = read_compose_case(kCorpus / name, "");
    const std::string line = fmt::format("| `{}` | {} | {} |", name, one.about,
                                         one.refusals.empty() ? "same" : "refused");
    EXPECT_NE(page.find(line), std::string::npos) << "it lacks the line " << line;
  }
}

TEST(ComposeCompatibilityPage, ListsEveryAllowedDifference) {
  const std::string page = documentation();
  for (const auto& allowed :
       {allowed_for_containers(), allowed_for_networks(), allowed_for_volumes()}) {
    for (const Allowed& one : allowed) {
      const std::string line = fmt::format("| `{}` | {} |", one.path, one.reason);
      EXPECT_NE(page.find(line), std::string::npos) << "it lacks the line " << line;
    }
  }
}

}  // namespace
}  // namespace genisys::test
