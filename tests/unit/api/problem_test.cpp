#include "api/problem.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace genisys::api {
namespace {

TEST(Problem, TellsStatusTitleAndDetail) {
  const Response response = problem(404, "no service \"web\"");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(response.body, R"({"status":404,"title":"Not Found","detail":"no service \"web\""})");
}

TEST(Problem, ListsEveryErrorWithItsPointer) {
  const Response response =
      problem(400, "invalid",
              {{.pointer = "/image", .message = "needs a tag"},
               {.pointer = "", .message = "no", .at = {.line = 2, .column = 5}}});
  EXPECT_EQ(response.body, R"({"status":400,"title":"Bad Request","detail":"invalid","errors":[)"
                           R"({"pointer":"/image","message":"needs a tag"},)"
                           R"({"pointer":"","message":"no","line":2,"column":5}]})");
}

TEST(Problem, CountsTheErrorsThatAreTooManyToList) {
  const state::Problems errors(50'000, {.pointer = "/a", .message = "no"});
  const std::string body = problem(400, "invalid", errors).body;
  EXPECT_LT(body.size(), 34'000u);
  EXPECT_THAT(body, testing::ContainsRegex(R"(\{"pointer":"","message":"4[0-9]+ more"\}\]\})"));
}

TEST(Problem, PointsAroundAPlaceThatIsTooLongToName) {
  const std::string body =
      problem(400, "invalid",
              {{.pointer = "/environment/" + std::string(100'000, 'k'), .message = "no"}})
          .body;
  EXPECT_THAT(body, testing::HasSubstr(R"({"pointer":"/environment","message":"no"})"));
}

TEST(Problem, EscapesControlCharactersAndKeepsUtf8) {
  EXPECT_EQ(problem(400, "\x01\nü").body,
            "{\"status\":400,\"title\":\"Bad Request\",\"detail\":\"\\u0001\\nü\"}");
}

TEST(Problem, HasATitleForEveryStatusInUseAndOneForOthers) {
  EXPECT_EQ(status_title(507), "Insufficient Storage");
  EXPECT_EQ(status_title(599), "Unknown");
}

}  // namespace
}  // namespace genisys::api
