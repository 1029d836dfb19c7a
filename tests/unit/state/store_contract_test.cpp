// What every Store does, on the real one and on the one that other tests use in its place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
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

Change put(std::string service, std::uint32_t desired) {
  return [service = std::move(service), desired](Draft& draft) {
    draft.put({.definition = definition(service), .desired = desired});
  };
}

template <class Kind>
class StoreContract : public ::testing::Test {
 protected:
  std::optional<std::uint32_t> desired(const std::string& service) const {
    const Service* found = store->snapshot()->find(name(service));
    return found != nullptr ? found->desired : std::nullopt;
  }

  test::ScratchDirectory directory;
  boost::asio::io_context context;
  decltype(Kind::make(context.get_executor(), directory)) store =
      Kind::make(context.get_executor(), directory);
};

TYPED_TEST_SUITE(StoreContract, StoreKinds);

TYPED_TEST(StoreContract, BeginsEmptyWithAnInstance) {
  EXPECT_EQ(this->store->snapshot()->instance.size(), 36U);
  EXPECT_TRUE(this->store->snapshot()->services.empty());
}

TYPED_TEST(StoreContract, ShowsAChangeOnceItIsAcknowledgedAndNotBefore) {
  const SnapshotPtr before = this->store->snapshot();
  auto writing = start(this->context, this->store->commit(put("web", 2)));
  EXPECT_EQ(this->store->snapshot(), before);
  writing.get();
  EXPECT_EQ(this->desired("web"), 2U);
  EXPECT_TRUE(before->services.empty());
}

TYPED_TEST(StoreContract, RunsEachChangeOnceOnTheStateOfThoseBeforeIt) {
  run_coro(this->context, this->store->commit(put("web", 0)));
  std::vector<test::Started<void>> writers;
  for (int i = 0; i < 1000; ++i) {
    writers.push_back(start(this->context, this->store->commit([](Draft& draft) {
      Service service = *draft.find(name("web"));
      service.desired = *service.desired + 1;
      service.generation = next(service.generation);
      draft.put(std::move(service));
    })));
  }
  for (auto& writer : writers) writer.get();
  EXPECT_EQ(this->desired("web"), 1000U);
}

TYPED_TEST(StoreContract, GroupsConcurrentWriters) {
  const std::uint64_t before = this->store->transactions();
  std::vector<test::Started<void>> writers;
  for (std::uint32_t i = 0; i < 400; ++i) {
    writers.push_back(
        start(this->context, this->store->commit(put("web-" + std::to_string(i), i))));
  }
  for (auto& writer : writers) writer.get();
  EXPECT_EQ(this->store->snapshot()->services.size(), 400U);
  EXPECT_LE(this->store->transactions() - before, 20U);
}

TYPED_TEST(StoreContract, ResumesWritersInTheOrderOfTheirWrites) {
  std::vector<int> order;
  const auto write = [](Store& to, int who,
                        std::vector<int>& done) -> boost::asio::awaitable<void> {
    co_await to.commit(put("web", static_cast<std::uint32_t>(who)));
    done.push_back(who);
  };
  std::vector<test::Started<void>> writers;
  for (int i = 1; i <= 5; ++i) {
    writers.push_back(start(this->context, write(*this->store, i, order)));
  }
  for (auto& writer : writers) writer.get();
  EXPECT_THAT(order, ElementsAre(1, 2, 3, 4, 5));
}

TYPED_TEST(StoreContract, AcknowledgesWhatTouchesNothingWithoutATransaction) {
  run_coro(this->context, this->store->commit(put("web", 1)));
  const std::uint64_t before = this->store->transactions();
  const SnapshotPtr snapshot = this->store->snapshot();
  bool was_run = false;
  run_coro(this->context, this->store->commit(
                              [&](Draft& draft) { was_run = draft.find(name("web")) != nullptr; }));
  EXPECT_TRUE(was_run);
  EXPECT_EQ(this->store->transactions(), before);
  EXPECT_EQ(this->store->snapshot(), snapshot);
}

TYPED_TEST(StoreContract, AcknowledgesWhatTouchesNothingAfterWhatItWasDecidedUpon) {
  auto first = start(this->context, this->store->commit(put("web", 1)));
  bool saw_it = false;
  auto second = start(this->context, this->store->commit([&](Draft& draft) {
    saw_it = draft.find(name("web")) != nullptr;
  }));
  second.get();
  EXPECT_TRUE(saw_it);
  EXPECT_TRUE(first.done());
  EXPECT_EQ(this->desired("web"), 1U);
}

TYPED_TEST(StoreContract, TellsTheListenerBeforeTheWriter) {
  std::vector<std::string> order;
  this->store->on_durable([&](const std::set<ServiceName>& names) {
    EXPECT_EQ(this->desired("web"), 1U);
    for (const ServiceName& each : names) order.push_back(each.str());
  });
  run_coro(this->context, this->store->commit(put("web", 1)));
  order.push_back("acknowledged");
  run_coro(this->context, this->store->commit([](Draft&) {}));
  EXPECT_THAT(order, ElementsAre("web", "acknowledged"));
}

TYPED_TEST(StoreContract, AChangeThatThrowsFailsItsWriterAlone) {
  auto first = start(this->context, this->store->commit(put("db", 1)));
  auto broken = start(this->context, this->store->commit([](Draft& draft) {
    draft.put({.definition = definition("half")});
    throw std::runtime_error("broken");
  }));
  auto last = start(this->context, this->store->commit(put("web", 1)));
  EXPECT_NO_THROW(first.get());
  EXPECT_THROW(broken.get(), std::runtime_error);
  EXPECT_NO_THROW(last.get());
  EXPECT_EQ(this->store->snapshot()->find(name("half")), nullptr);
  EXPECT_EQ(this->desired("web"), 1U);
}

TYPED_TEST(StoreContract, ReservesIndexesThatFollowEachOther) {
  auto first = start(this->context, this->store->reserve_indexes(100));
  auto second = start(this->context, this->store->reserve_indexes(50));
  EXPECT_EQ(first.get(), Index{1});
  EXPECT_EQ(second.get(), Index{101});
  EXPECT_EQ(run_coro(this->context, this->store->reserve_indexes(1)), Index{151});
}

TYPED_TEST(StoreContract, ACancelledWaitBreaksNothing) {
  for (int round = 0; round < 20; ++round) {
    auto first = start(this->context, this->store->commit(put("web", 1)));
    boost::asio::cancellation_signal cancel;
    auto frame_bound = std::make_unique<int>(0);
    bool ended = false;
    boost::asio::co_spawn(
        this->context, this->store->commit([touched = frame_bound.get()](Draft& draft) {
          ++*touched;
          draft.put({.definition = definition("cancelled")});
        }),
        boost::asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr) {
          frame_bound.reset();
          ended = true;
        }));
    for (int step = 0; step < round % 5; ++step) this->context.poll_one();
    cancel.emit(boost::asio::cancellation_type::terminal);
    auto last = start(this->context, this->store->commit(put("web", 3)));
    first.get();
    last.get();
    test::run_ready(this->context);
    EXPECT_TRUE(ended);
    EXPECT_EQ(this->desired("web"), 3U);
  }
}

TYPED_TEST(StoreContract, CloseKeepsWhatIsBeingWrittenAndFailsTheRest) {
  auto writing = start(this->context, this->store->commit(put("web", 1)));
  auto queued = start(this->context, this->store->commit(put("web", 2)));
  auto closing = start(this->context, this->store->close());
  closing.get();
  EXPECT_NO_THROW(writing.get());
  for (int i = 0; i < 2; ++i) {
    try {
      i == 0 ? queued.get() : run_coro(this->context, this->store->commit(put("web", 3)));
      ADD_FAILURE() << "was acknowledged";
    } catch (const StoreError& error) {
      EXPECT_EQ(error.fault(), StoreFault::closed);
    }
  }
  EXPECT_EQ(this->desired("web"), 1U);
  run_coro(this->context, this->store->close());
}

TYPED_TEST(StoreContract, MayEndWithWritersWaiting) {
  auto writing = start(this->context, this->store->commit(put("web", 1)));
  auto queued = start(this->context, this->store->commit(put("web", 2)));
  this->context.poll_one();
  this->context.poll_one();
  this->store.reset();
  EXPECT_NO_THROW(writing.get());
  EXPECT_THROW(queued.get(), StoreError);
}

TEST(MemoryStoreTest, FailsWhenTold) {
  boost::asio::io_context context;
  fakes::MemoryStore store(context.get_executor());
  store.fail_next(1, StoreFault::full);
  auto first = start(context, store.commit(put("web", 1)));
  try {
    first.get();
    ADD_FAILURE() << "was acknowledged";
  } catch (const StoreError& error) {
    EXPECT_EQ(error.fault(), StoreFault::full);
  }
  EXPECT_TRUE(store.snapshot()->services.empty());
  EXPECT_NO_THROW(run_coro(context, store.commit(put("web", 1))));
}

TEST(MemoryStoreTest, HoldsItsAnswersUntilTold) {
  boost::asio::io_context context;
  fakes::MemoryStore store(context.get_executor());
  store.hold();
  auto first = start(context, store.commit(put("web", 1)));
  auto second = start(context, store.commit(put("db", 1)));
  test::run_ready(context);
  EXPECT_FALSE(first.done());
  EXPECT_TRUE(store.snapshot()->services.empty());
  store.release();
  first.get();
  second.get();
  EXPECT_EQ(store.snapshot()->services.size(), 2U);
}

}  // namespace
}  // namespace genisys::state
