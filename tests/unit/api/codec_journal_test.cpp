#include "api/codec_journal.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace genisys::api {
namespace {

using namespace std::chrono_literals;
using state::ContainerEnd;
using state::EntryKind;
using state::JournalEntry;

// 2024-05-01T10:20:30.456Z
constexpr state::WallTime kTime{1'714'558'830'456ms};

TEST(JournalCodec, LeavesOutWhatAnEntryDoesNotHave) {
  const JournalEntry entry{.id = 7, .at = kTime, .kind = EntryKind::seen, .action = "engine"};
  EXPECT_EQ(encode_entry(entry),
            R"({"id":7,"at":"2024-05-01T10:20:30.456Z","kind":"seen","action":"engine"})");
}

TEST(JournalCodec, EncodesAnEntryWithEverything) {
  const JournalEntry entry{.id = 8,
                           .at = kTime,
                           .service = state::ServiceName::parse("web"),
                           .kind = EntryKind::failed,
                           .action = "run",
                           .slot = 3,
                           .container = "ab12",
                           .reason = state::Reason::crash_loop,
                           .message = "exited with \"1\"",
                           .by = "api",
                           .end = ContainerEnd{.exit_code = 1}};
  EXPECT_EQ(encode_entry(entry),
            R"({"id":8,"at":"2024-05-01T10:20:30.456Z","service":"web","kind":"failed",)"
            R"("action":"run","slot":3,"container":"ab12","reason":"CrashLoop",)"
            R"("message":"exited with \"1\"","by":"api",)"
            R"("end":{"exit_code":1,"oom_killed":false,"log":[]}})");
}

TEST(JournalCodec, EncodesHowAContainerEnded) {
  EXPECT_EQ(encode_end({.exit_code = 137,
                        .signal = 9,
                        .oom_killed = true,
                        .ran = 1250ms,
                        .log = "first\n\r\nthird \"x\"\tü\r\nlast"}),
            R"({"exit_code":137,"signal":9,"oom_killed":true,"ran_seconds":1.25,)"
            R"("log":["first","","third \"x\"\tü","last"]})");
  EXPECT_EQ(encode_end({.log = "one\n"}), R"({"exit_code":0,"oom_killed":false,"log":["one"]})");
}

TEST(JournalCodec, ListsEntriesInTheOrderGiven) {
  EXPECT_EQ(encode_entries({}), R"({"events":[]})");
  const JournalEntry first{.id = 1, .at = kTime, .action = "run"};
  const JournalEntry second{.id = 2, .at = kTime, .action = "stop"};
  EXPECT_EQ(encode_entries({first, second}),
            R"({"events":[)" + encode_entry(first) + "," + encode_entry(second) + "]}");
}

TEST(JournalCodec, MakesAnEventOfAnEntryOnOneLine) {
  const JournalEntry entry{.id = 9,
                           .at = kTime,
                           .kind = EntryKind::failed,
                           .action = "run",
                           .message = "two\nlines\r",
                           .end = ContainerEnd{.log = "a\nb"}};
  EXPECT_EQ(event_of(entry),
            "id: 9\nevent: failed\ndata: "
            R"({"id":9,"at":"2024-05-01T10:20:30.456Z","kind":"failed","action":"run",)"
            R"("message":"two\nlines\r","end":{"exit_code":0,"oom_killed":false,"log":["a","b"]}})"
            "\n\n");
}

TEST(JournalCodec, SaysOfAGapWhereItEnds) {
  EXPECT_EQ(gap_event(41), "id: 40\nevent: gap\ndata: {\"oldest\":41}\n\n");
}

}  // namespace
}  // namespace genisys::api
