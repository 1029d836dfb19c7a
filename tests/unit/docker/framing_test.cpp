#include "docker/framing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace genisys::docker {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> split(ObjectSplitter& splitter, std::string_view bytes) {
  std::vector<std::string> objects;
  splitter.feed(bytes);
  for (;;) {
    auto object = splitter.next();
    if (!object || !*object) return objects;
    objects.push_back(std::move(**object));
  }
}

TEST(ObjectSplitter, FindsObjectsWhereverThePiecesAreCut) {
  const std::string stream = "{\"a\":\"}\\\"{\"}\r\n{\"b\":[{},{}]}{}\n\x1e{\"c\":\"\\\\\"}\n";
  for (std::size_t first = 0; first <= stream.size(); ++first) {
    for (std::size_t second = first; second <= stream.size(); ++second) {
      ObjectSplitter splitter;
      std::vector<std::string> objects;
      for (const auto& piece :
           {stream.substr(0, first), stream.substr(first, second - first), stream.substr(second)}) {
        for (auto& object : split(splitter, piece)) objects.push_back(std::move(object));
      }
      EXPECT_THAT(objects,
                  ElementsAre("{\"a\":\"}\\\"{\"}", "{\"b\":[{},{}]}", "{}", "{\"c\":\"\\\\\"}"));
      EXPECT_FALSE(splitter.is_inside());
    }
  }
}

TEST(ObjectSplitter, KnowsThatAnObjectIsUnfinished) {
  ObjectSplitter splitter;
  EXPECT_TRUE(split(splitter, R"({"a":1)").empty());
  EXPECT_TRUE(splitter.is_inside());
}

TEST(ObjectSplitter, StopsForGoodAtWhatIsNoObject) {
  for (const char* bytes : {"x", "[1]", "}", "\"a\"", "1"}) {
    ObjectSplitter splitter;
    splitter.feed(bytes);
    EXPECT_EQ(splitter.next().error().kind, ErrorKind::protocol) << bytes;
    splitter.feed("{}");
    EXPECT_FALSE(splitter.next()) << bytes;
  }
}

TEST(ObjectSplitter, LimitsTheSizeOfAnObject) {
  ObjectSplitter splitter(10);
  EXPECT_THAT(split(splitter, R"({"a":"45"} {"a":"45"})"),
              ElementsAre(R"({"a":"45"})", R"({"a":"45"})"));
  splitter.feed(R"({"a":"45678)");
  EXPECT_FALSE(splitter.next());
}

std::string frame(char stream, std::string_view payload) {
  std::string out{stream,
                  0,
                  0,
                  0,
                  0,
                  0,
                  static_cast<char>(payload.size() >> 8),
                  static_cast<char>(payload.size() & 255)};
  return out += payload;
}

TEST(Demultiplex, JoinsBothStreams) {
  const std::string large(300, 'x');
  EXPECT_EQ(*demultiplex(frame(1, "out\n") + frame(2, "err\n") + frame(1, large)),
            "out\nerr\n" + large);
  EXPECT_EQ(*demultiplex(""), "");
}

TEST(Demultiplex, ReadsAFrameCutShortAsFarAsItGoes) {
  const std::string whole = frame(1, "abc") + frame(2, "def");
  EXPECT_EQ(*demultiplex(whole.substr(0, 5)), "");
  EXPECT_EQ(*demultiplex(whole.substr(0, 10)), "ab");
  EXPECT_EQ(*demultiplex(whole.substr(0, 15)), "abc");
  EXPECT_EQ(*demultiplex(whole.substr(0, 20)), "abcd");
}

TEST(Demultiplex, RefusesWhatIsNotInFrames) {
  EXPECT_FALSE(demultiplex("plain text of a terminal"));
  EXPECT_FALSE(demultiplex(frame(3, "x")));
  EXPECT_FALSE(demultiplex(frame(-1, "x")));
}

TEST(Tail, KeepsTheLastLines) {
  EXPECT_EQ(tail("a\nb\nc\n", 2, 100), "b\nc\n");
  EXPECT_EQ(tail("a\nb\nc", 2, 100), "b\nc");
  EXPECT_EQ(tail("a\nb\nc", 3, 100), "a\nb\nc");
  EXPECT_EQ(tail("a\nb\nc", 9, 100), "a\nb\nc");
  EXPECT_EQ(tail("\n\n\n", 2, 100), "\n\n");
  EXPECT_EQ(tail("\nabc", 5, 100), "\nabc");
  EXPECT_EQ(tail("a", 0, 100), "");
  EXPECT_EQ(tail("", 3, 100), "");
}

TEST(Tail, KeepsTheLastBytesFromALineOrACharacterOn) {
  EXPECT_EQ(tail("first\nsecond\n", 9, 9), "second\n");
  EXPECT_EQ(tail("abcdef", 9, 3), "def");
  EXPECT_EQ(tail("ää", 9, 3), "ä");
}

}  // namespace
}  // namespace genisys::docker
