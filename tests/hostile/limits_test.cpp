// What docs/security.md says of limits is what happens.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>

#include "tests/hostile/cases.hpp"
#include "tests/hostile/target.hpp"

namespace genisys::test {
namespace {

struct Limit {
  const char* line;  // of the table
  // A request in which the limited thing has this size.
  std::function<std::string(std::size_t)> request;
  std::size_t refused_above;  // 0: never
  int refused_with;
  std::size_t closed_above;  // 0: never
};

std::string fields(std::size_t count) {  // besides Host and Connection
  std::string text;
  for (std::size_t i = 2; i < count; ++i) text += "X-" + std::to_string(i) + ": a\r\n";
  return text;
}

std::vector<Limit> limits() {
  return {
      {"| target (path and query) | 1024 bytes | 414 | 2048 bytes |",
       [](std::size_t size) { return get("/" + times(size - 1, "a")); }, 1024, 414, 2048},
      {"| value of a field | 4096 bytes | 431 | 8191 bytes |",
       [](std::size_t size) { return get("/", "X-A: " + times(size, "a") + "\r\n"); }, 4096, 431,
       8191},
      {"| name of a field | – | – | 256 bytes |",
       [](std::size_t size) { return get("/", times(size, "a") + ": a\r\n"); }, 0, 0, 256},
      {"| fields | 64 | 431 | 100 |", [](std::size_t size) { return get("/", fields(size)); }, 64,
       431, 100},
      {"| body | 262144 bytes | 413 | 1048576 bytes |",
       [](std::size_t size) { return post("/service", times(size, " ")); }, 262'144, 413,
       1'048'576},
      // Where it is no more a question of depth it is one of what a scale is: 400 as well.
      {"| nesting of a body | 32 levels | 400 | – |",
       [](std::size_t size) { return post("/service", times(size, "[") + times(size, "]")); }, 32,
       400, 0},
  };
}

TEST(Limits, AreWhereTheManualSays) {
  std::ifstream file(GENISYS_SOURCE_DIR "/docs/security.md");
  const std::string manual{std::istreambuf_iterator<char>(file), {}};
  Target target;
  for (const Limit& limit : limits()) {
    SCOPED_TRACE(limit.line);
    EXPECT_THAT(manual, testing::HasSubstr("\n" + std::string(limit.line) + "\n"));
    const auto outcome = [&](std::size_t size) {
      return target.exchange(limit.request(size)).statuses();
    };
    if (limit.refused_above > 0) {
      if (limit.refused_with != 400) {
        EXPECT_THAT(outcome(limit.refused_above),
                    testing::ElementsAre(testing::AnyOf(200, 400, 404)));
      }
      EXPECT_THAT(outcome(limit.refused_above + 1), testing::ElementsAre(limit.refused_with));
    }
    if (limit.closed_above > 0) {
      EXPECT_THAT(outcome(limit.closed_above),
                  testing::ElementsAre(limit.refused_with == 0 ? 200 : limit.refused_with));
      EXPECT_THAT(outcome(limit.closed_above + 1), testing::IsEmpty());
    }
  }
}

}  // namespace
}  // namespace genisys::test
