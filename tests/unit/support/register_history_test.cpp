#include "tests/support/register_history.hpp"

#include <gtest/gtest.h>

namespace genisys::test {
namespace {

constexpr auto kNever = RegisterHistory::kNever;

TEST(RegisterHistory, OfOneClientIsSound) {
  RegisterHistory history;
  history.read(0, 1, 2);
  history.write(1, 3, 4);
  history.read(1, 5, 6);
  history.write(2, 7, 8);
  history.read(2, 9, 10);
  EXPECT_EQ(history.contradiction(), std::nullopt);
  EXPECT_EQ(history.acknowledged(), 2U);
}

TEST(RegisterHistory, LetsOverlappingWritesComeInAnyOrder) {
  for (const std::uint64_t last : {1U, 2U}) {
    RegisterHistory history;
    history.write(1, 1, 10);
    history.write(2, 2, 9);
    history.read(last, 11, 12);
    history.read(last, 13, 14);
    EXPECT_EQ(history.contradiction(), std::nullopt);
  }
}

TEST(RegisterHistory, FindsALostWrite) {
  RegisterHistory history;
  history.write(1, 1, 2);
  history.write(2, 3, 4);
  history.read(1, 5, 6);
  EXPECT_NE(history.contradiction(), std::nullopt);
}

TEST(RegisterHistory, FindsAWriteThatCameBackFromTheDead) {
  RegisterHistory history;
  history.write(1, 1, 2);
  history.write(2, 3, 4);
  history.read(2, 5, 6);
  history.write(3, 7, 8);
  history.read(2, 9, 10);
  EXPECT_NE(history.contradiction(), std::nullopt);
}

TEST(RegisterHistory, FindsTheBeginningComeBack) {
  RegisterHistory history;
  history.write(1, 1, 2);
  history.read(0, 3, 4);
  EXPECT_NE(history.contradiction(), std::nullopt);
}

TEST(RegisterHistory, FindsReadsThatGoBack) {
  RegisterHistory history;
  history.write(1, 1, 100);
  history.read(1, 2, 3);
  history.read(0, 4, 5);
  EXPECT_NE(history.contradiction(), std::nullopt);
}

TEST(RegisterHistory, FindsWhatNobodyWrote) {
  RegisterHistory history;
  history.read(7, 1, 2);
  EXPECT_NE(history.contradiction(), std::nullopt);
  history.write(7, 3, 4);
  EXPECT_NE(history.contradiction(), std::nullopt);
}

TEST(RegisterHistory, TakesAnUnansweredWriteEitherWay) {
  RegisterHistory history;
  history.write(1, 1, 2);
  history.write(2, 3, kNever);
  history.read(1, 5, 6);
  EXPECT_EQ(history.contradiction(), std::nullopt);
  RegisterHistory seen = history;
  seen.read(2, 7, 8);
  seen.read(2, 9, 10);
  EXPECT_EQ(seen.contradiction(), std::nullopt);
  seen.read(1, 11, 12);
  EXPECT_NE(seen.contradiction(), std::nullopt);
}

}  // namespace
}  // namespace genisys::test
