#include "state/group_commit.hpp"

#include <span>
#include <utility>

#include "state/fail_point.hpp"

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
  std::shared_ptr<const WriteBatch> batch;
  std::size_t notes;  // so many of its entries, from the first, nobody waits for
  Durable next;
  std::set<ServiceName> touched;
  bool is_last_try;  // for its notes
};

GroupCommit::GroupCommit(boost::asio::any_io_executor executor, Durable durable, Options options,
                         Write write)
    : executor_(std::move(executor)),
      durable_(std::move(durable)),
      wall_(std::move(options.wall)),
      write_(std::move(write)),
      feed_(executor_, durable_.last_entry, options.note_linger, [this] { pump(); }) {}

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
  pass(FailPoint::reserving_indexes);
  co_await submit(request);
  pass(FailPoint::indexes_reserved);
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

void GroupCommit::note(JournalEntry entry) {
  if (entry.at == WallTime{}) entry.at = wall_();
  feed_.add(std::move(entry));
}

void GroupCommit::pump() {
  if (is_pumping_) return;
  struct Pumping {
    explicit Pumping(bool& target) : flag(target) { flag = true; }
    Pumping(const Pumping&) = delete;
    Pumping& operator=(const Pumping&) = delete;
    ~Pumping() { flag = false; }
    bool& flag;
  };
  const Pumping pumping(is_pumping_);
  while (in_flight_ == nullptr && (!queue_.empty() || feed_.is_due())) begin_batch();
}

void GroupCommit::begin_batch() {
  Draft draft(*durable_.snapshot, wall_());
  std::uint64_t mark = durable_.index_mark;
  std::vector<std::shared_ptr<Request>> requests;
  while (!queue_.empty() && requests.size() < kBatchLimit) {
    const std::shared_ptr<Request> request = std::move(queue_.front());
    queue_.pop_front();
    if (request->withdrawn) continue;
    if (request->change) run_change(*request, draft);
    if (request->index_count > 0) {
      request->first_index = Index{mark + 1};
      mark += request->index_count;
    }
    requests.push_back(request);
  }

  if (draft.changed() || mark != durable_.index_mark) {
    send(std::move(requests), draft, mark, feed_.may_join());
    return;
  }
  // Who changed nothing has no part in what may become of the notes.
  finish(requests, std::nullopt);
  if (feed_.is_due()) send({}, draft, mark, true);
}

void GroupCommit::run_change(Request& request, Draft& draft) {
  const Draft::Mark before = draft.mark();
  const Change change = std::exchange(request.change, nullptr);
  draft.act_as("");
  try {
    change(draft);
  } catch (...) {
    // Its own writer gets it; the others of the batch must not notice.
    draft.roll_back_to(before);
    request.failure = std::current_exception();
  }
}

void GroupCommit::send(std::vector<std::shared_ptr<Request>> requests, const Draft& draft,
                       std::uint64_t index_mark, bool with_notes) {
  const Snapshot& state = draft.state();
  auto batch = std::make_shared<WriteBatch>();
  batch->now = draft.now();
  batch->steps = draft.steps();
  for (const ServiceName& name : draft.touched_file_entries()) {
    batch->file_entries.emplace(name, state.file_entries.at(name));
  }
  for (const std::string& key : draft.touched_memory()) {
    const auto found = state.memory.find(key);
    batch->memory.emplace(
        key, found == state.memory.end() ? std::nullopt : std::optional(found->second));
  }
  for (const std::string& id : draft.touched_released()) {
    batch->released.emplace(id, state.released.contains(id));
  }
  if (draft.touched_shared()) batch->shared = state.shared;
  if (index_mark != durable_.index_mark) batch->index_mark = index_mark;

  // What was noted before the changes ran comes before what they note.
  if (with_notes) batch->entries = feed_.take();
  const std::size_t notes = batch->entries.size();
  batch->entries.insert(batch->entries.end(), draft.notes().begin(), draft.notes().end());
  std::uint64_t id = feed_.last_entry();
  for (JournalEntry& entry : batch->entries) {
    entry = fit_for_record(std::move(entry));
    entry.id = ++id;
  }

  const SnapshotPtr next =
      draft.changed_state() ? std::make_shared<const Snapshot>(state) : durable_.snapshot;
  in_flight_ = std::make_unique<InFlight>(InFlight{std::move(requests), batch, notes,
                                                   Durable{next, index_mark, id},
                                                   draft.touched_services(), closed_});
  pass(FailPoint::batched);
  write_(std::move(batch));
}

void GroupCommit::settle(const std::optional<WriteFailure>& failure) {
  const std::unique_ptr<InFlight> done = std::exchange(in_flight_, nullptr);
  if (done == nullptr) return;
  if (failure) {
    feed_.fail(std::span(done->batch->entries).first(done->notes));
    if (done->is_last_try) feed_.abandon();
  } else {
    pass(FailPoint::durable);
    durable_ = done->next;
    feed_.succeed(durable_.last_entry);
    if (listener_ && !done->touched.empty()) listener_(done->touched);
  }
  finish(done->requests, failure);
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
  fail_queued();
  feed_.close();
  pump();
  while (in_flight_ != nullptr) {
    const auto idle = std::make_shared<OneShot>(executor_);
    idle_waiters_.push_back(idle);
    co_await idle->wait_until();
  }
}

void GroupCommit::refuse_further() {
  fail_queued();
  feed_.abandon();
}

void GroupCommit::fail_queued() {
  closed_ = true;
  const std::deque<std::shared_ptr<Request>> queued = std::exchange(queue_, {});
  finish({queued.begin(), queued.end()},
         WriteFailure{StoreFault::closed, "the store was closed before the write began"});
}

}  // namespace genisys::state
