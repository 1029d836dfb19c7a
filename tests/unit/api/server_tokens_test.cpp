// A server that takes tokens, and takes others while it runs.
#include <gmock/gmock.h>

#include "tests/unit/api/server_fixture.hpp"

namespace genisys::api {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

Tokens tokens(std::string_view text) {
  state::Problems problems;
  return Tokens::parse(text, problems).value();
}

constexpr std::string_view kBoth = "one:one-0123456789ab\ntwo:two-0123456789ab:read-only\n";

std::string get(const std::string& target, const std::string& token) {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token +
         "\r\n\r\n";
}

int status_with(const RunningServer& server, const std::string& token) {
  return status_of(server.connect().send(get("/", token)).read_answer());
}

TEST(ServerTokens, AreNeeded) {
  RunningServer server({.tokens = tokens(kBoth)});
  const std::string refused = server.connect().send(kGood).read_answer();
  EXPECT_EQ(status_of(refused), 401);
  EXPECT_THAT(refused, HasSubstr("\r\nWWW-Authenticate: Bearer realm=\"genisys-connector\"\r\n"));
  EXPECT_EQ(handled, 0);
  EXPECT_EQ(status_with(server, "one-0123456789ab"), 200);
  EXPECT_EQ(status_with(server, "two-0123456789ab"), 200);
  EXPECT_EQ(status_with(server, "six-0123456789ab"), 401);
}

TEST(ServerTokens, CountFromTheNextRequestOn) {
  RunningServer server({.tokens = tokens(kBoth)});
  RawClient kept = server.connect();
  EXPECT_EQ(status_of(kept.send(get("/", "one-0123456789ab")).read_answer()), 200);
  server.use_tokens(tokens("six:six-0123456789ab"));
  EXPECT_EQ(status_of(kept.send(get("/", "one-0123456789ab")).read_answer()), 401);
  EXPECT_EQ(status_with(server, "six-0123456789ab"), 200);
}

TEST(ServerTokens, EndStreamsOfThoseThatAreGone) {
  RunningServer server({.tokens = tokens(kBoth)});
  RawClient one = server.connect();
  one.send(get("/silent", "one-0123456789ab")).read_until("begin\n");
  RawClient two = server.connect();
  two.send(get("/ticks", "two-0123456789ab")).read_until("tick\n");
  server.use_tokens(tokens("one:new-0123456789ab\ntwo:two-0123456789ab:read-only\n"));
  EXPECT_THAT(one.read_all(), EndsWith("\r\n0\r\n\r\n"));
  for (int i = 0; i < 3; ++i) EXPECT_THAT(two.read_until("tick\n"), EndsWith("tick\n"));
}

}  // namespace
}  // namespace genisys::api
