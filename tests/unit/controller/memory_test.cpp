#include "controller/memory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "tests/support/builders.hpp"

namespace genisys::controller {
namespace {

using state::Reason;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

docker::ContainerId id(char digit) { return *docker::ContainerId::parse(std::string(64, digit)); }

Moment moment() { return {.now = state::TimePoint(100h), .wall = state::WallTime(500000h)}; }

ServiceHistory a_history() {
  ServiceHistory history{.spec = "abc", .failures_in_a_row = 3, .backoff_resets = 2};
  history.settled = state::Generation{9};
  history.pulled = state::Revision{4};
  history.rollout = {.revision = state::Revision{5},
                     .state = state::RolloutState::rolled_back,
                     .complete = true,
                     .began = moment().wall - 90s,
                     .progressed = moment().now - 20s,
                     .stepped = moment().now - 10s,
                     .proven = 2,
                     .failed = {1, 3},
                     .reason = Reason::crash_loop,
                     .message = "slot 1: \"exited\"\nwith code 1",
                     .gave_up = state::Revision{4}};
  SlotHistory& slot = history.slots[7];
  slot.ladders[Reason::crash_loop] = {.failures = 4,
                                      .next_attempt = moment().now + 3s,
                                      .waited = 4s,
                                      .cause = Reason::exited,
                                      .message = "exited with code 1",
                                      .since = moment().wall - 8s};
  slot.ladders[Reason::port_taken] = {.failures = 1,
                                      .next_attempt = moment().now,
                                      .cause = Reason::port_taken,
                                      .message = "port is already allocated",
                                      .since = moment().wall,
                                      .holder = id('e')};
  slot.counted = id('a');
  slot.found_ill = {id('b')};
  slot.examined = {id('c'), id('d')};
  slot.burnt_incarnation = 3;
  return history;
}

TEST(Memory, RecallsAServiceAsItWas) {
  const ServiceHistory history = a_history();
  EXPECT_EQ(decode_service_memory(encode_memory(history, moment()), moment()), history);
}

TEST(Memory, RecallsAnImageThatCouldNotBePulled) {
  const ImageHistory image{.state = ImageState::failed,
                           .ladder = {.failures = 2,
                                      .next_attempt = moment().now + 1s,
                                      .waited = 1s,
                                      .cause = Reason::image_unavailable,
                                      .message = "unauthorized",
                                      .since = moment().wall},
                           .warning = ""};
  EXPECT_EQ(decode_image_memory(encode_memory(image, moment()), moment()), image);
}

struct ClockCase {
  const char* name;
  std::chrono::milliseconds wall_passed;
  state::Duration left;  // of 3 s, with 4 s waited in all
};

class WaitOver : public ::testing::TestWithParam<ClockCase> {};

TEST_P(WaitOver, ARestartGoesOnAndNeverGrows) {
  const std::string text = encode_memory(a_history(), moment());
  // The monotonic clock begins anew with the machine; only the wall clock goes on.
  const Moment later{.now = state::TimePoint(1h), .wall = moment().wall + GetParam().wall_passed};
  const auto recalled = decode_service_memory(text, later);
  ASSERT_TRUE(recalled);
  EXPECT_EQ(recalled->slots.at(7).ladders.at(Reason::crash_loop).next_attempt - later.now,
            GetParam().left);
}

INSTANTIATE_TEST_SUITE_P(Clocks, WaitOver,
                         ::testing::Values(ClockCase{"AtOnce", 0ms, 3s},
                                           ClockCase{"AfterAWhile", 2000ms, 1s},
                                           ClockCase{"LongAfter", 3600000ms, 0s},
                                           ClockCase{"WithTheClockSetBack", -3600000ms, 4s}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Memory, ADeadlineIsNotUsedUpByAClockThatWasSet) {
  const std::string text = encode_memory(a_history(), moment());
  for (const std::chrono::hours set : {-24h * 3650, 24h * 3650}) {
    const Moment later{.now = state::TimePoint(1h), .wall = moment().wall + set};
    const auto recalled = decode_service_memory(text, later);
    ASSERT_TRUE(recalled);
    EXPECT_EQ(recalled->rollout.progressed, later.now - 20s);
  }
}

TEST(Memory, BeginsAnewWhereTheTextCannotBeRead) {
  std::vector<std::string> lost;
  const History history = recall({{"service/web", encode_memory(a_history(), moment())},
                                  {"service/bad", "{\"spec\": 3}"},
                                  {"service/not a name", "{}"},
                                  {"image/app:1", "nonsense"},
                                  {"weather", "fine"}},
                                 moment(), lost);
  EXPECT_THAT(lost, ElementsAre("image/app:1", "service/bad", "service/not a name", "weather"));
  EXPECT_EQ(history.services.size(), 1U);
  EXPECT_THAT(history.images, IsEmpty());
}

TEST(Memory, TakesNoTimeThatNoClockSays) {
  const std::string far = std::to_string(std::numeric_limits<std::int64_t>::max());
  const std::string sane = encode_memory(a_history(), moment());
  for (const char* key : {"began", "progressed", "stepped", "next", "waited", "since"}) {
    for (const std::string& number : {far, "-" + far}) {
      std::string text = sane;
      const std::size_t begin = text.find(':', text.find('"' + std::string(key) + '"')) + 1;
      text.replace(begin, text.find_first_of(",}", begin) - begin, number);
      EXPECT_FALSE(decode_service_memory(text, moment())) << key << ' ' << number;
    }
  }
}

}  // namespace
}  // namespace genisys::controller
