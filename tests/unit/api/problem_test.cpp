#include "api/problem.hpp"

#include <gtest/gtest.h>

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
