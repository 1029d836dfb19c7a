#include "api/codec_journal.hpp"
#include "tests/support/builders.hpp"
#include "tests/unit/api/api_fixture.hpp"

namespace genisys::api {
namespace {

using state::EntryKind;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using namespace std::chrono_literals;

class EventsApi : public ApiTest {
 protected:
  EventsApi() { context_.event_keep_alive = 10s; }

  // An entry of the journal that is durable.
  std::uint64_t note(std::string_view service, std::string message = "") {
    const std::uint64_t last = store_.last_entry();
    state::JournalEntry entry{
        .kind = EntryKind::done, .action = "run", .message = std::move(message)};
    if (!service.empty()) entry.service = name(service);
    store_.note(std::move(entry));
    EXPECT_TRUE(test::run_coro(io_, store_.journal_grows(last, clock_.now() + 10s)));
    return store_.last_entry();
  }

  Stream follow(std::string_view target, std::optional<std::string> last_event_id = std::nullopt) {
    Request wanted = request(Method::get, target);
    wanted.last_event_id = std::move(last_event_id);
    Stream stream = std::get<Stream>(reply_to(std::move(wanted)));
    EXPECT_EQ(next(stream), "retry: 1000\n\n");
    return stream;
  }

  std::optional<std::string> next(Stream& stream) {
    return test::run_coro(io_, stream.source->next());
  }
  test::Started<std::optional<std::string>> start_next(Stream& stream) {
    auto started = test::start(io_, stream.source->next());
    test::run_ready(io_);
    return started;
  }

  std::string event_with_id(std::uint64_t id) {
    return event_of(test::run_coro(io_, store_.journal({.after = id - 1, .limit = 1})).front());
  }
};

TEST_F(EventsApi, ListsWhatHappenedToAServiceOldestFirst) {
  given("web", 2);
  note("web", "one");
  note("db", "other");
  note("web", "two");
  const Response response = get("/service/web/events");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_THAT(response.body, StartsWith(R"({"events":[{"id":)"));
  EXPECT_LT(response.body.find("\"one\""), response.body.find("\"two\""));
  EXPECT_THAT(response.body, HasSubstr(R"("kind":"wanted")"));
  EXPECT_THAT(response.body, HasSubstr(R"("by":"api")"));
  EXPECT_THAT(response.body, Not(HasSubstr("other")));
}

TEST_F(EventsApi, ListsTheNewestUpToTheLimit) {
  given("web");
  for (int i = 0; i < 105; ++i) note("web", "entry-" + std::to_string(i) + "-");
  EXPECT_THAT(get("/service/web/events").body, Not(HasSubstr("entry-4-")));
  EXPECT_THAT(get("/service/web/events").body, HasSubstr("entry-5-"));
  const std::string two = get("/service/web/events?limit=2").body;
  EXPECT_THAT(two, Not(HasSubstr("entry-102-")));
  EXPECT_LT(two.find("entry-103-"), two.find("entry-104-"));
  EXPECT_THAT(get("/service/web/events?limit=1000").body, HasSubstr("entry-0-"));
  for (const char* limit : {"0", "1001", "x"}) {
    EXPECT_EQ(get("/service/web/events?limit=" + std::string(limit)).status, 400) << limit;
  }
}

TEST_F(EventsApi, RemembersAServiceThatIsForgotten) {
  EXPECT_EQ(get("/service/web/events").status, 404);
  EXPECT_EQ(get("/service/-web/events").status, 404);
  note("web", "its last");
  const Response response = get("/service/web/events");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr("its last"));
}

TEST_F(EventsApi, AnswersAnEmptyListOfAServiceWithoutAHistory) {
  test::run_coro(io_, store_.commit([](state::Draft& draft) {
    draft.put({.definition = test::definition("web")});
  }));
  EXPECT_EQ(get("/service/web/events").body, R"({"events":[]})");
}

TEST_F(EventsApi, FollowsFromNowOnUnlessToldOtherwise) {
  note("web", "before");
  Stream stream = follow("/events");
  EXPECT_EQ(stream.content_type, "text/event-stream");
  auto waiting = start_next(stream);
  EXPECT_FALSE(waiting.done());
  const std::uint64_t id = note("web", "after");
  EXPECT_EQ(waiting.get(), event_with_id(id));
}

TEST_F(EventsApi, MissesNothingBetweenTheAnswerAndTheFirstRead) {
  Stream stream = follow("/events");
  const std::uint64_t id = note("web");
  EXPECT_EQ(next(stream), event_with_id(id));
}

TEST_F(EventsApi, ResumesAfterTheLastEventThatTheClientHad) {
  const std::uint64_t first = note("web", "one");
  const std::uint64_t second = note("db", "two");
  const std::uint64_t third = note("", "three");
  const std::string rest = event_with_id(second) + event_with_id(third);
  Stream by_header = follow("/events", std::to_string(first));
  EXPECT_EQ(next(by_header), rest);
  Stream by_query = follow("/events?after=" + std::to_string(first));
  EXPECT_EQ(next(by_query), rest);
  const std::uint64_t fourth = note("web", "four");
  EXPECT_EQ(next(by_query), event_with_id(fourth));
}

TEST_F(EventsApi, ReadsPageByPage) {
  for (int i = 0; i < 250; ++i) note("web");
  Stream stream = follow("/events?after=0");
  const auto events = [](const std::optional<std::string>& piece) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = piece->find("event: done", at)) != piece->npos; ++at) ++count;
    return count;
  };
  EXPECT_EQ(events(next(stream)), 100U);
  EXPECT_EQ(events(next(stream)), 100U);
  EXPECT_EQ(events(next(stream)), 50U);
  EXPECT_FALSE(start_next(stream).done());
}

TEST_F(EventsApi, FollowsOneService) {
  const std::uint64_t before = store_.last_entry();
  note("db", "not this");
  const std::uint64_t id = note("web", "this");
  note("db", "nor this");
  Stream stream = follow("/events?service=web&after=" + std::to_string(before));
  EXPECT_EQ(next(stream), event_with_id(id));
  auto waiting = start_next(stream);
  note("db", "nor that");
  EXPECT_FALSE(waiting.done());
  const std::uint64_t later = note("web", "that");
  EXPECT_EQ(waiting.get(), event_with_id(later));
}

TEST_F(EventsApi, SaysThatItIsAliveWhenNothingHappens) {
  context_.event_keep_alive = 5ms;
  Stream stream = follow("/events");
  EXPECT_EQ(next(stream), ": keep-alive\n\n");
  EXPECT_EQ(next(stream), ": keep-alive\n\n");
  const std::uint64_t id = note("web");
  EXPECT_EQ(next(stream), event_with_id(id));
}

TEST_F(EventsApi, EndsWhenTheStoreCloses) {
  Stream stream = follow("/events");
  auto waiting = start_next(stream);
  test::run_coro(io_, store_.close());
  EXPECT_EQ(waiting.get(), std::nullopt);
}

TEST_F(EventsApi, StartsAnewAfterAnIdOfAnotherJournal) {
  const std::uint64_t last = note("web");
  Stream stream = follow("/events", "1000000");
  EXPECT_EQ(next(stream), gap_event(last + 1));
  const std::uint64_t id = note("web");
  EXPECT_EQ(next(stream), event_with_id(id));
}

TEST_F(EventsApi, RefusesWhatItCannotFollow) {
  for (const char* target : {"/events?after=x", "/events?service=no name", "/events?servce=web"}) {
    EXPECT_EQ(get(target).status, 400) << target;
  }
  Request wanted = request(Method::get, "/events");
  wanted.last_event_id = "yesterday";
  EXPECT_EQ(send(std::move(wanted)).status, 400);
}

// ---- a journal that has lost its beginning ----

// A store whose journal begins where the test says, as a bounded one does in the end.
class TruncatedStore final : public state::Store {
 public:
  explicit TruncatedStore(state::Store& whole) : whole_(whole) {}

  state::SnapshotPtr snapshot() const override { return whole_.snapshot(); }
  boost::asio::awaitable<void> commit(state::Change change) override {
    return whole_.commit(std::move(change));
  }
  boost::asio::awaitable<state::Index> reserve_indexes(std::uint64_t count) override {
    return whole_.reserve_indexes(count);
  }
  void on_durable(std::function<void(const std::set<state::ServiceName>&)>) override {}
  void note(state::JournalEntry entry) override { whole_.note(std::move(entry)); }
  boost::asio::awaitable<std::vector<state::JournalEntry>> journal(
      state::JournalQuery query) override {
    query.after = std::max(query.after, oldest - 1);
    return whole_.journal(query);
  }
  std::uint64_t last_entry() const override { return whole_.last_entry(); }
  boost::asio::awaitable<bool> journal_grows(std::uint64_t seen,
                                             state::TimePoint deadline) override {
    return whole_.journal_grows(seen, deadline);
  }

  std::uint64_t oldest = 1;

 private:
  state::Store& whole_;
};

class TruncatedJournal : public EventsApi {
 protected:
  TruncatedJournal() {
    for (int i = 0; i < 3; ++i) {
      note("web");
      note("db");
    }
  }
  Stream follow_truncated(std::string_view target) {
    Stream stream =
        std::get<Stream>(dispatch(routes(), truncated_context_, request(Method::get, target)));
    EXPECT_EQ(next(stream), "retry: 1000\n\n");
    return stream;
  }

  TruncatedStore truncated_{store_};
  Context truncated_context_{.store = truncated_,
                             .board = board_,
                             .clock = clock_,
                             .preview = {},
                             .metrics_text = {},
                             .version = "1.2.3"};
};

TEST_F(TruncatedJournal, HasNoGapWhereTheReaderHasAllThatIsGone) {
  truncated_.oldest = 4;
  Stream stream = follow_truncated("/events?after=3");
  EXPECT_EQ(next(stream), event_with_id(4) + event_with_id(5) + event_with_id(6));
}

TEST_F(TruncatedJournal, TellsAReaderThatSomeAreGone) {
  truncated_.oldest = 4;
  Stream stream = follow_truncated("/events?after=2");
  EXPECT_EQ(next(stream), gap_event(4) + event_with_id(4) + event_with_id(5) + event_with_id(6));
}

TEST_F(TruncatedJournal, TellsAReaderThatAllAreGone) {
  truncated_.oldest = 7;
  Stream stream = follow_truncated("/events?after=2");
  EXPECT_EQ(next(stream), gap_event(7));
  const std::uint64_t id = note("web");
  EXPECT_EQ(next(stream), event_with_id(id));
}

TEST_F(TruncatedJournal, TellsAReaderOfOneServiceWhatMayHaveBeenOfIt) {
  truncated_.oldest = 4;  // of "db", as is 6
  Stream stream = follow_truncated("/events?service=web&after=2");
  EXPECT_EQ(next(stream), gap_event(4) + event_with_id(5));
}

TEST_F(TruncatedJournal, TellsAReaderOfOneServiceOfNoGapWhereOnlyOthersAre) {
  Stream stream = follow_truncated("/events?service=web&after=1");
  EXPECT_EQ(next(stream), event_with_id(3) + event_with_id(5));
  auto waiting = start_next(stream);
  note("db");
  note("db");
  // What it has seen pass by may go without a word.
  test::run_ready(io_);
  truncated_.oldest = 9;
  const std::uint64_t id = note("web");
  EXPECT_EQ(waiting.get(), event_with_id(id));
}

TEST_F(TruncatedJournal, TellsAReaderThatFellBehindWhileItWasServed) {
  for (int i = 0; i < 200; ++i) note("web");
  Stream stream = follow_truncated("/events?after=0");
  next(stream);
  truncated_.oldest = 150;
  EXPECT_THAT(*next(stream), StartsWith(gap_event(150) + event_with_id(150)));
}

}  // namespace
}  // namespace genisys::api
