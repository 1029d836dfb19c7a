#include "docker/target.hpp"

#include <gtest/gtest.h>

namespace genisys::docker {
namespace {

const ContainerId kId = *ContainerId::parse(std::string(64, 'a'));

TEST(ApiVersion, ReadsOnlyVersions) {
  EXPECT_EQ(ApiVersion::parse("1.41"), (ApiVersion{1, 41}));
  for (const char* text :
       {"", "1", "1.", ".1", "1.4x", "a.b", "1.4.1", "-1.4", "1.-4", "1.99999999999999999999"}) {
    EXPECT_FALSE(ApiVersion::parse(text)) << text;
  }
}

TEST(Negotiate, TakesTheLowerOfBoth) {
  EXPECT_EQ(*negotiate("1.41"), kLowestApi);
  EXPECT_EQ(negotiate("1.47")->str(), "1.47");
  EXPECT_EQ(*negotiate("1.55"), kHighestApi);
  EXPECT_EQ(*negotiate("2.0"), kHighestApi);
  EXPECT_EQ(negotiate("1.40").error().kind, ErrorKind::unsupported);
  EXPECT_EQ(negotiate("").error().kind, ErrorKind::protocol);
}

TEST(PercentEncode, LeavesOnlyUnreservedCharacters) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("/?#&=+ %\"\r\n\xc3\xa4"), "%2F%3F%23%26%3D%2B%20%25%22%0D%0A%C3%A4");
  EXPECT_EQ(percent_encode("a/b c", "/"), "a/b%20c");
}

TEST(Target, NamesEveryCall) {
  const std::string id = kId.str();
  EXPECT_EQ(target::list(true, {}), "/containers/json?all=1");
  EXPECT_EQ(target::list(false, {kId, kId}), "/containers/json?all=0&filters=%7B%22id%22%3A%5B%22" +
                                                 id + "%22%2C%22" + id + "%22%5D%7D");
  EXPECT_EQ(target::inspect("a/../b"), "/containers/a%2F..%2Fb/json");
  EXPECT_EQ(target::create("web-1"), "/containers/create?name=web-1");
  EXPECT_EQ(target::start(kId), "/containers/" + id + "/start");
  EXPECT_EQ(target::stop(kId, std::chrono::seconds(10)), "/containers/" + id + "/stop?t=10");
  EXPECT_EQ(target::stop(kId, std::chrono::seconds(-1)), "/containers/" + id + "/stop?t=0");
  EXPECT_EQ(target::remove(kId, false), "/containers/" + id + "?v=1&force=0");
  EXPECT_EQ(target::remove(kId, true), "/containers/" + id + "?v=1&force=1");
  EXPECT_EQ(target::logs(kId, 5), "/containers/" + id + "/logs?stdout=1&stderr=1&tail=5");
  EXPECT_EQ(target::image("reg:5000/a/b:1"), "/images/reg:5000/a/b:1/json");
  EXPECT_EQ(target::network("a/../b c"), "/networks/a%2F..%2Fb%20c");
  EXPECT_EQ(target::networks("a"), "/networks?filters=%7B%22name%22%3A%5B%22%5Ea%24%22%5D%7D");
  EXPECT_EQ(target::networks("a.\"\\"),
            "/networks?filters=" + percent_encode(R"({"name":["^a\\.\"\\\\$"]})"));
  EXPECT_EQ(target::connect("a?b"), "/networks/a%3Fb/connect");
  EXPECT_EQ(target::volume("a#b"), "/volumes/a%23b");
  EXPECT_EQ(versioned({1, 41}, "/info"), "/v1.41/info");
}

TEST(Target, PullsExactlyOneVersion) {
  EXPECT_EQ(target::pull("app:1"), "/images/create?fromImage=app&tag=1");
  EXPECT_EQ(target::pull("app"), "/images/create?fromImage=app&tag=latest");
  EXPECT_EQ(target::pull("reg:5000/app"), "/images/create?fromImage=reg:5000/app&tag=latest");
  EXPECT_EQ(target::pull("reg:5000/a/b:1.2"), "/images/create?fromImage=reg:5000/a/b&tag=1.2");
  EXPECT_EQ(target::pull("app@sha256:ab"), "/images/create?fromImage=app&tag=sha256:ab");
  EXPECT_EQ(target::pull("reg:5000/app:1@sha256:ab"),
            "/images/create?fromImage=reg:5000/app&tag=sha256:ab");
}

}  // namespace
}  // namespace genisys::docker
