// docs/definitions.md says what the tables in the code say.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "state/definition_table.hpp"
#include "state/documents.hpp"
#include "state/unsupported_keys.hpp"

namespace genisys::state {
namespace {

using testing::HasSubstr;

std::string page() {
  std::string why;
  bool missing = false;
  const auto text = read_file(GENISYS_SOURCE_DIR "/docs/definitions.md", 1 << 20, why, missing);
  EXPECT_TRUE(text) << why;
  return text.value_or("");
}

TEST(DefinitionsPage, HasEveryField) {
  const std::string text = page();
  for (const Fields<Definition>& table : {definition_fields(), deploy_fields()}) {
    for (const Field<Definition>& row : table) {
      EXPECT_THAT(text, HasSubstr(fmt::format("`{}`", row.key)));
    }
  }
}

TEST(DefinitionsPage, SaysWhatIsNotActedOnAndWhy) {
  const std::string text = page();
  for (const auto& table : {unsupported_service_keys(), unsupported_deploy_keys(),
                            unsupported_reservation_keys(), unsupported_healthcheck_keys(),
                            unsupported_network_keys(), unsupported_dependency_keys()}) {
    for (const UnsupportedKey& row : table) {
      const bool is_refused = row.treatment == Treatment::refused;
      EXPECT_THAT(text, HasSubstr(fmt::format("| `{}` | {} | {} |", row.key,
                                              is_refused ? "refused" : "dropped", row.reason)));
    }
  }
}

TEST(DefinitionsPage, HasNoFieldAmongTheKeysThatAreNotActedOn) {
  const auto keys = keys_of(definition_fields());
  for (const UnsupportedKey& row : unsupported_service_keys()) {
    EXPECT_THAT(keys, testing::Not(testing::Contains(row.key)));
  }
}

}  // namespace
}  // namespace genisys::state
