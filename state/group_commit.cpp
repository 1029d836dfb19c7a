#include "state/group_commit.hpp"

#include <utility>

namespace genisys::state {

namespace {

// Bounds how long one batch keeps the logic thread and the first of its writers waiting.
constexpr std::size_t kBatchLimit = 512;

}  // namespace

struct GroupCommit::Request {
  Request(const boost::asio::any_io_executor& executor, Change wanted, std::uint64_t count)
      : change(std::move(wanted)), index_count(count), done(executor) {}

  Change change;              // empty for a reservation, and once it ran or was withdrawn
  std::uint64_t index_count;  // 0: no reservation
  Index first_index{0};
  bool withdrawn = false;
  std::exception_ptr failure = {};
  OneShot done;
};

// A change refers to what its caller has on the coroutine frame: when the frame goes, nobody may
// run it.
struct GroupCommit::Withdrawal {
  explicit Withdrawal(Request& target) : request(target) {}
  Withdrawal(const Withdrawal&) = delete;
  Withdrawal& operator=(const Withdrawal&) = delete;
  ~Withdrawal() {
    request.withdrawn = true;
    request.change = nullptr;
  }
  Request& request;
};

struct GroupCommit::InFlight {
  std::vector<std::shared_ptr<Request>> requests;
  SnapshotPtr next;
  std::uint64_t index_mark;
  std::set<ServiceName> touched;
};

GroupCommit::GroupCommit(boost::asio::any_io_executor executor, SnapshotPtr durable,
                         std::uint64_t index_mark, Write write)
    : executor_(std::move(executor)),
      durable_(std::move(durable)),
      index_mark_(index_mark),
      write_(std::move(write)) {}

GroupCommit::~GroupCommit() = default;

void GroupCommit::on_durable(std::function<void(const std::set<ServiceName>&)> listener) {
  listener_ = std::move(listener);
}

boost::asio::awaitable<void> GroupCommit::commit(Change change) {
  auto request = std::make_shared<Request>(executor_, std::move(change), 0);
  co_await submit(std::move(request));
}

boost::asio::awaitable<Index> GroupCommit::reserve_indexes(std::uint64_t count) {
  auto request = std::make_shared<Request>(executor_, nullptr, count);
  co_await submit(request);
  co_return request->first_index;
}

boost::asio::awaitable<void> GroupCommit::submit(std::shared_ptr<Request> request) {
  const Withdrawal withdrawal(*request);
  if (closed_) throw StoreError(StoreFault::closed, "the store is closed");
  queue_.push_back(request);
  pump();
  co_await request->done.wait_until();
  if (request->failure) std::rethrow_exception(request->failure);
}

void GroupCommit::pump() {
  while (in_flight_ == nullptr && !queue_.empty()) {
    Draft draft(*durable_);
    std::uint64_t mark = index_mark_;
    std::vector<std::shared_ptr<Request>> requests;
    while (!queue_.empty() && requests.size() < kBatchLimit) {
      const std::shared_ptr<Request> request = std::move(queue_.front());
      queue_.pop_front();
      if (request->withdrawn) continue;
      if (request->change) {
        const Draft::Mark before = draft.mark();
        const Change change = std::exchange(request->change, nullptr);
        try {
          change(draft);
        } catch (...) {
          // Its own writer gets it; the others of the batch must not notice.
          draft.roll_back_to(before);
          request->failure = std::current_exception();
        }
      }
      if (request->index_count > 0) {
        request->first_index = Index{mark + 1};
        mark += request->index_count;
      }
      requests.push_back(request);
    }

    if (!draft.changed() && mark == index_mark_) {
      finish(requests, std::nullopt);
      continue;
    }

    WriteBatch batch;
    batch.steps = draft.steps();
    for (const ServiceName& name : draft.touched_file_entries()) {
      batch.file_entries.emplace(name, draft.state().file_entries.at(name));
    }
    if (mark != index_mark_) batch.index_mark = mark;
    in_flight_ = std::make_unique<InFlight>(
        InFlight{std::move(requests), std::make_shared<const Snapshot>(draft.state()), mark,
                 draft.touched_services()});
    write_(std::move(batch));
  }
}

void GroupCommit::settle(const std::optional<WriteFailure>& failure) {
  const std::unique_ptr<InFlight> batch = std::exchange(in_flight_, nullptr);
  if (batch == nullptr) return;
  if (!failure) {
    durable_ = batch->next;
    index_mark_ = batch->index_mark;
    if (listener_ && !batch->touched.empty()) listener_(batch->touched);
  }
  finish(batch->requests, failure);
  pump();
  if (in_flight_ != nullptr) return;
  for (const auto& waiter : std::exchange(idle_waiters_, {})) waiter->fire();
}

void GroupCommit::finish(const std::vector<std::shared_ptr<Request>>& requests,
                         const std::optional<WriteFailure>& failure) {
  for (const auto& request : requests) {
    if (failure && !request->failure) {
      request->failure = std::make_exception_ptr(StoreError(failure->fault, failure->message));
    }
    request->done.fire();
  }
}

boost::asio::awaitable<void> GroupCommit::close() {
  refuse_further();
  while (in_flight_ != nullptr) {
    const auto idle = std::make_shared<OneShot>(executor_);
    idle_waiters_.push_back(idle);
    co_await idle->wait_until();
  }
}

void GroupCommit::refuse_further() {
  closed_ = true;
  const std::deque<std::shared_ptr<Request>> queued = std::exchange(queue_, {});
  finish({queued.begin(), queued.end()},
         WriteFailure{StoreFault::closed, "the store was closed before the write began"});
}

}  // namespace genisys::state
