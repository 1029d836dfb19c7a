// The journal and the memory of every Store, on the real one and on the one that other tests use in
// its place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "tests/support/builders.hpp"
#include "tests/support/run_coro.hpp"
#include "tests/unit/state/store_kinds.hpp"

namespace genisys::state {
namespace {

using test::definition;
using test::name;
using test::run_coro;
using test::start;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

JournalEntry entry(std::string message, std::optional<ServiceName> service = {}) {
  JournalEntry result;
  result.service = std::move(service);
  result.action = "test";
  result.message = std::move(message);
  return result;
}

Change note(std::string message) {
  return [message = std::move(message)](Draft& draft) { draft.note(entry(message)); };
}

template <class Kind>
class StoreJournal : public ::testing::Test {
 protected:
  std::vector<std::string> messages(JournalQuery query = {}) {
    std::vector<std::string> found;
    for (const JournalEntry& each : run_coro(context, store->journal(std::move(query)))) {
      EXPECT_GT(each.id, last_read);
      last_read = each.id;
      found.push_back(each.message);
    }
    last_read = 0;
    return found;
  }

  void note_durably(const std::string& message, std::optional<ServiceName> service = {}) {
    const std::uint64_t before = store->last_entry();
    store->note(entry(message, std::move(service)));
    ASSERT_TRUE(run_coro(context, store->journal_grows(before, TimePoint::max())));
  }

  std::uint64_t last_read = 0;
  test::ScratchDirectory directory;
  boost::asio::io_context context;
  decltype(Kind::make(context.get_executor(), directory)) store =
      Kind::make(context.get_executor(), directory);
};

TYPED_TEST_SUITE(StoreJournal, StoreKinds);

TYPED_TEST(StoreJournal, BeginsEmpty) {
  EXPECT_EQ(this->store->last_entry(), 0U);
  EXPECT_THAT(this->messages(), IsEmpty());
}

TYPED_TEST(StoreJournal, KeepsEveryFieldOfAnEntry) {
  JournalEntry full;
  full.at = kWall - 36h - 1ms;
  full.service = name("web");
  full.kind = EntryKind::failed;
  full.action = "run";
  full.slot = 4'000'000'000;
  full.container = std::string(64, 'a');
  full.reason = Reason::implausible;
  full.message = "it's \"broken\" \xE2\x80\xA6";
  full.by = "ops";
  full.end = ContainerEnd{.exit_code = 137,
                          .signal = 9,
                          .oom_killed = true,
                          .ran = 1500ms,
                          .log = std::string("line\n\0line", 10)};
  JournalEntry bare;
  bare.end = ContainerEnd{};
  this->store->note(full);
  run_coro(this->context, this->store->commit([&](Draft& draft) { draft.note(bare); }));

  full.id = 1;
  bare.id = 2;
  bare.at = kWall;
  EXPECT_THAT(run_coro(this->context, this->store->journal({})), ElementsAre(full, bare));
}

TYPED_TEST(StoreJournal, StampsTimeAndAuthor) {
  auto first = start(this->context, this->store->commit([](Draft& draft) {
    EXPECT_EQ(draft.now(), kWall);
    draft.act_as("api");
    draft.note(entry("one"));
    JournalEntry other = entry("two");
    other.by = "token";
    draft.note(other);
  }));
  // In the same batch, and yet by another author.
  auto second = start(this->context, this->store->commit(note("three")));
  auto third = start(this->context, this->store->commit(note("four")));
  first.get();
  second.get();
  third.get();
  std::vector<std::string> authors;
  for (const JournalEntry& each : run_coro(this->context, this->store->journal({}))) {
    EXPECT_EQ(each.at, kWall);
    authors.push_back(each.by);
  }
  EXPECT_THAT(authors, ElementsAre("api", "token", "", ""));
}

TYPED_TEST(StoreJournal, LetsInNoInvalidTextAndNoEndlessOne) {
  JournalEntry odd = entry("caf\xE9");
  odd.end = ContainerEnd{.log = "begin\xFF" + std::string(20'000, 'x') + "\xC3\xA9nd"};
  this->store->note(odd);
  JournalEntry even = entry(std::string(4095, 'm') + "\xC3\xA9");
  even.end = ContainerEnd{.log = std::string(9000, '\xFF')};
  this->store->note(even);
  run_coro(this->context, this->store->commit(note("last")));

  const std::vector<JournalEntry> found = run_coro(this->context, this->store->journal({}));
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].message, "caf\xEF\xBF\xBD");
  EXPECT_EQ(found[0].end->log, std::string(16 * 1024 - 4, 'x') + "\xC3\xA9nd");
  EXPECT_EQ(found[1].message, std::string(4095, 'm'));
  // Three bytes each, and whole ones only.
  EXPECT_EQ(found[1].end->log.size(), 16383U);
}

TYPED_TEST(StoreJournal, SelectsByServiceIdAndNumber) {
  for (int i = 1; i <= 5; ++i) {
    this->note_durably("w" + std::to_string(i), name("web"));
    this->note_durably("d" + std::to_string(i), name("db"));
  }
  this->note_durably("engine");
  using Choose = JournalQuery::Choose;
  EXPECT_EQ(this->messages().size(), 11U);
  EXPECT_THAT(this->messages({.service = name("web"), .limit = 2}), ElementsAre("w1", "w2"));
  EXPECT_THAT(this->messages({.service = name("web"), .limit = 2, .choose = Choose::newest}),
              ElementsAre("w4", "w5"));
  EXPECT_THAT(this->messages({.after = 8}), ElementsAre("w5", "d5", "engine"));
  EXPECT_THAT(this->messages({.after = 4, .limit = 2, .choose = Choose::newest}),
              ElementsAre("d5", "engine"));
  EXPECT_THAT(this->messages({.service = name("db"), .after = 8}), ElementsAre("d5"));
  EXPECT_THAT(this->messages({.service = name("none")}), IsEmpty());
  EXPECT_THAT(this->messages({.limit = 0}), IsEmpty());
  EXPECT_THAT(this->messages({.after = 11}), IsEmpty());
  EXPECT_THAT(this->messages({.after = UINT64_MAX}), IsEmpty());
}

TYPED_TEST(StoreJournal, ADraftsNoteSharesItsTransactionAndItsFate) {
  const std::uint64_t before = this->store->transactions();
  run_coro(this->context, this->store->commit([](Draft& draft) {
    draft.put({.definition = definition("web")});
    draft.note(entry("kept"));
  }));
  EXPECT_EQ(this->store->transactions(), before + 1);
  auto broken = start(this->context, this->store->commit([](Draft& draft) {
    draft.note(entry("half"));
    draft.remember("half", "x");
    draft.release("half");
    throw std::runtime_error("broken");
  }));
  EXPECT_THROW(broken.get(), std::runtime_error);
  this->note_durably("last");
  EXPECT_THAT(this->messages(), ElementsAre("kept", "last"));
  EXPECT_TRUE(this->store->snapshot()->memory.empty());
  EXPECT_TRUE(this->store->snapshot()->released.empty());
}

TYPED_TEST(StoreJournal, ANoteIsDurableWithALaterCommit) {
  auto first = start(this->context, this->store->commit(note("one")));
  test::run_ready(this->context);
  this->store->note(entry("two"));
  this->store->note(entry("three"));
  run_coro(this->context, this->store->commit(note("four")));
  EXPECT_TRUE(first.done());
  EXPECT_THAT(this->messages(), ElementsAre("one", "two", "three", "four"));
  EXPECT_EQ(this->store->last_entry(), 4U);
}

TYPED_TEST(StoreJournal, MayBeNotedFromWithinAChange) {
  run_coro(this->context, this->store->commit([this](Draft& draft) {
    this->store->note(entry("inner"));
    draft.note(entry("own"));
  }));
  EXPECT_THAT(this->messages(), ElementsAre("inner", "own"));
}

TYPED_TEST(StoreJournal, NotesAndMemoryTouchNoService) {
  int told = 0;
  this->store->on_durable([&](const std::set<ServiceName>&) { ++told; });
  this->note_durably("one");
  run_coro(this->context, this->store->commit([](Draft& draft) {
    draft.note(entry("two"));
    draft.remember("key", "text");
    draft.release("c1");
  }));
  EXPECT_EQ(told, 0);
  EXPECT_EQ(this->store->last_entry(), 2U);
}

TYPED_TEST(StoreJournal, NotesAloneLeaveTheSnapshotAsItIs) {
  const SnapshotPtr before = this->store->snapshot();
  this->note_durably("one");
  EXPECT_EQ(this->store->snapshot(), before);
}

TYPED_TEST(StoreJournal, RemembersForgetsAndReleases) {
  run_coro(this->context, this->store->commit([](Draft& draft) {
    draft.remember("a", "1");
    draft.remember("b", "2");
    draft.release("c1");
    draft.release("c2");
  }));
  run_coro(this->context, this->store->commit([](Draft& draft) {
    draft.remember("a", "3");
    draft.forget_memory("b");
    draft.unrelease("c1");
  }));
  const SnapshotPtr state = this->store->snapshot();
  EXPECT_THAT(state->memory, ElementsAre(std::pair<const std::string, std::string>("a", "3")));
  EXPECT_THAT(state->released, ElementsAre("c2"));

  const std::uint64_t before = this->store->transactions();
  run_coro(this->context, this->store->commit([](Draft& draft) {
    draft.remember("a", "3");
    draft.forget_memory("b");
    draft.release("c2");
    draft.unrelease("c1");
  }));
  EXPECT_EQ(this->store->transactions(), before);
}

TYPED_TEST(StoreJournal, WakesAllWhoWaitForIt) {
  const TimePoint never = TimePoint::max();
  auto first = start(this->context, this->store->journal_grows(0, never));
  auto second = start(this->context, this->store->journal_grows(0, never));
  auto later = start(this->context, this->store->journal_grows(1, never));
  test::run_ready(this->context);
  EXPECT_FALSE(first.done());
  this->note_durably("one");
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
  test::run_ready(this->context);
  EXPECT_FALSE(later.done());
  this->note_durably("two");
  EXPECT_TRUE(later.get());
  EXPECT_TRUE(run_coro(this->context, this->store->journal_grows(1, TimePoint::min())));
}

TYPED_TEST(StoreJournal, AWaitEndsAtItsDeadline) {
  EXPECT_FALSE(run_coro(this->context,
                        this->store->journal_grows(0, std::chrono::steady_clock::now() + 1ms)));
}

TYPED_TEST(StoreJournal, CloseWritesWhatWasNotedAndEndsTheWaits) {
  auto writing = start(this->context, this->store->commit(note("one")));
  auto waiting = start(this->context, this->store->journal_grows(9, TimePoint::max()));
  test::run_ready(this->context);
  auto blocking = start(this->context, this->store->commit(note("two")));
  this->store->note(entry("three"));
  run_coro(this->context, this->store->close());
  EXPECT_FALSE(waiting.get());
  writing.get();
  EXPECT_FALSE(run_coro(this->context, this->store->journal_grows(9, TimePoint::max())));
  EXPECT_GE(this->store->last_entry(), 2U);
  this->store->note(entry("too late"));
  EXPECT_EQ(this->store->lost_notes(), 1U);
  try {
    run_coro(this->context, this->store->journal({}));
    ADD_FAILURE() << "was read";
  } catch (const StoreError& error) {
    EXPECT_EQ(error.fault(), StoreFault::closed);
  }
}

TYPED_TEST(StoreJournal, MayEndWithReadersAndWaitersLeft) {
  auto reading = start(this->context, this->store->journal({}));
  auto waiting = start(this->context, this->store->journal_grows(0, TimePoint::max()));
  this->context.poll_one();
  this->context.poll_one();
  this->store->note(entry("lost or not"));
  this->store.reset();
  EXPECT_FALSE(waiting.get());
}

// ---- a disk that fails ----

class FailingJournal : public ::testing::Test {
 protected:
  std::vector<std::string> messages() const {
    std::vector<std::string> found;
    for (const JournalEntry& each : store.entries()) found.push_back(each.message);
    return found;
  }

  boost::asio::io_context context;
  fakes::MemoryStore store{context.get_executor()};
};

TEST_F(FailingJournal, KeepsItsNotesForALaterBatch) {
  store.fail_next(1, StoreFault::full);
  store.note(entry("one"));
  test::run_ready(context);
  EXPECT_THAT(messages(), IsEmpty());
  store.note(entry("two"));
  test::run_ready(context);
  EXPECT_THAT(messages(), ElementsAre("one", "two"));
  EXPECT_EQ(store.last_entry(), 2U);
}

TEST_F(FailingJournal, HarmsNoWriteAndFollowsTheFirstThatSucceeds) {
  store.fail_next(1, StoreFault::full);
  store.note(entry("one"));
  test::run_ready(context);
  run_coro(context, store.commit(note("a write")));
  test::run_ready(context);
  EXPECT_THAT(messages(), ElementsAre("a write", "one"));
}

TEST_F(FailingJournal, FailsNobodyWhoChangesNothing) {
  store.fail_next(1, StoreFault::full);
  store.hold();
  auto first = start(context, store.commit(note("one")));
  test::run_ready(context);
  store.note(entry("two"));
  auto idle = start(context, store.commit([](Draft&) {}));
  test::run_ready(context);
  store.release();
  EXPECT_THROW(first.get(), StoreError);
  EXPECT_NO_THROW(idle.get());
  test::run_ready(context);
  store.release();
  test::run_ready(context);
  EXPECT_THAT(messages(), ElementsAre("two"));
}

TEST_F(FailingJournal, ANotesFailureIsNotItsDraftsSecondChance) {
  store.fail_next(1, StoreFault::full);
  EXPECT_THROW(run_coro(context, store.commit(note("refused"))), StoreError);
  run_coro(context, store.commit(note("taken")));
  EXPECT_THAT(messages(), ElementsAre("taken"));
}

TEST_F(FailingJournal, LosesTheOldestBeyondAThousandAndCountsThem) {
  store.fail_next(100'000, StoreFault::unavailable);
  for (int i = 0; i < 1300; ++i) {
    store.note(entry(std::to_string(i)));
    test::run_ready(context);
  }
  EXPECT_EQ(store.lost_notes(), 300U);
  store.fail_next(0, StoreFault::unavailable);
  run_coro(context, store.commit(note("a write")));
  test::run_ready(context);
  ASSERT_EQ(messages().size(), 1001U);
  EXPECT_EQ(messages().at(1), "300");
  EXPECT_EQ(messages().back(), "1299");
}

TEST_F(FailingJournal, CloseTriesOnceAndEnds) {
  store.hold();
  auto writing = start(context, store.commit(note("one")));
  test::run_ready(context);
  store.note(entry("two"));
  store.fail_next(2, StoreFault::full);
  auto closing = start(context, store.close());
  test::run_ready(context);
  EXPECT_FALSE(closing.done());
  store.release();
  EXPECT_NO_THROW(closing.get());
  EXPECT_THROW(writing.get(), StoreError);
  EXPECT_EQ(store.lost_notes(), 1U);
}

}  // namespace
}  // namespace genisys::state
