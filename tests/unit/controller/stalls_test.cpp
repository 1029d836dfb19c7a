#include "controller/stalls.hpp"

#include <gmock/gmock.h>

namespace genisys::controller {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

const state::TimePoint kBegin = state::TimePoint(seconds(1000));

UnderWay pass(std::string where) {
  return {.what = "the pass",
          .where = std::move(where),
          .since = kBegin,
          .bound = seconds(5),
          .is_essential = true};
}

UnderWay act(std::string what, state::TimePoint since = kBegin) {
  return {.what = std::move(what), .since = since, .bound = seconds(60)};
}

TEST(Stalls, AreNoneWithinTheBound) {
  Stalls stalls;
  EXPECT_THAT(stalls.look({pass("deciding")}, kBegin + seconds(5)).begun, IsEmpty());
  EXPECT_EQ(stalls.count(), 0U);
}

TEST(Stalls, AreToldOnceWithWhereAndAgainAtTheirEnd) {
  Stalls stalls;
  const auto begun = stalls.look({pass("looking at the engine")}, kBegin + seconds(6)).begun;
  EXPECT_THAT(begun, ElementsAre("the pass hangs for 6 s: looking at the engine"));
  EXPECT_THAT(stalls.look({pass("deciding")}, kBegin + seconds(7)).begun, IsEmpty());
  EXPECT_THAT(stalls.describe(kBegin + seconds(8)),
              ElementsAre("the pass hangs for 8 s: deciding"));

  const Stalls::News news = stalls.look({}, kBegin + seconds(9));
  EXPECT_THAT(news.ended, ElementsAre("the pass goes on, after 9 s of deciding"));
  EXPECT_EQ(stalls.count(), 0U);
  EXPECT_THAT(stalls.look({}, kBegin + seconds(10)).ended, IsEmpty());
}

TEST(Stalls, KeepApartWhatBeganAtAnotherTime) {
  Stalls stalls;
  stalls.look({act("[web] run slot 1")}, kBegin + seconds(61));
  const Stalls::News news =
      stalls.look({act("[web] run slot 1", kBegin + seconds(61))}, kBegin + seconds(62));
  EXPECT_THAT(news.begun, IsEmpty());
  EXPECT_THAT(news.ended, ElementsAre("[web] run slot 1 goes on, after 62 s"));
}

TEST(Stalls, AreEssentialWhenNothingGoesOnWithoutThem) {
  Stalls stalls;
  stalls.look({act("[web] run slot 1"), pass("deciding")}, kBegin + seconds(61));
  EXPECT_EQ(stalls.count(), 2U);
  EXPECT_THAT(stalls.essential(kBegin + seconds(61)),
              ElementsAre("the pass hangs for 61 s: deciding"));
}

// A pass that waits for a silent engine says nothing of what else hangs beside it.
TEST(Stalls, AreOursUnlessEachOfThemIsExcused) {
  UnderWay excused = pass("looking at the engine");
  excused.is_excused = true;
  const UnderWay writer{
      .what = "the writer", .since = kBegin, .bound = seconds(30), .is_essential = true};
  Stalls stalls;
  EXPECT_FALSE(stalls.is_ours());
  stalls.look({act("[web] run slot 1"), excused, writer}, kBegin + seconds(20));
  EXPECT_FALSE(stalls.is_ours()) << "only the pass hangs by now";
  stalls.look({excused, writer}, kBegin + seconds(31));
  EXPECT_TRUE(stalls.is_ours());
  stalls.look({excused}, kBegin + seconds(32));
  EXPECT_FALSE(stalls.is_ours());
  stalls.look({writer}, kBegin + seconds(33));
  EXPECT_TRUE(stalls.is_ours());
}

}  // namespace
}  // namespace genisys::controller
