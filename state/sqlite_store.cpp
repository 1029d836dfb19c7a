#include "state/sqlite_store.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

#include "state/system_clock.hpp"
#include "state/thread_name.hpp"

namespace genisys::state {

// How a batch ended. Filled by the writer thread; read on the logic thread once that has posted
// back, or was joined.
struct SqliteStore::Written {
  bool is_worth_a_backup = false;
  std::optional<WriteFailure> failure;
};

// What was read of the journal. Filled by the writer thread before it fires on the logic thread.
struct SqliteStore::Read {
  explicit Read(const boost::asio::any_io_executor& logic) : done(logic) {}

  std::vector<JournalEntry> entries;
  std::exception_ptr failure;
  OneShot done;
};

namespace {

std::unique_ptr<SqliteFile> open_file(const boost::asio::any_io_executor& logic,
                                      const SqliteStore::Options& options) {
  SqliteFile::Options file{
      .path = options.path,
      .max_pages = options.max_pages,
      .journal = {.entries = options.journal_entries, .age = options.journal_age},
      .reserve = options.reserve,
      .keeps_old_schemas = options.backups.has_value()};
  if (options.warn) {
    file.warn = [logic, warn = options.warn](const std::string& text) {
      boost::asio::post(logic, [warn, text] { warn(text); });
    };
  }
  try {
    return std::make_unique<SqliteFile>(file);
  } catch (const OpenError& error) {
    // A start needs some pages; that is what the reserve is for, too.
    if (error.fault() != OpenFault::full || !SqliteFile::release_reserve(file)) throw;
  }
  return std::make_unique<SqliteFile>(file);
}

}  // namespace

std::unique_ptr<SqliteStore> SqliteStore::open(boost::asio::any_io_executor logic,
                                               Options options) {
  auto file = open_file(logic, options);
  SqliteFile::Contents contents = file->take_contents();
  if (options.instance) contents.tables.snapshot.instance = *std::move(options.instance);
  GroupCommit::Options grouping{.wall = std::move(options.wall),
                                .note_linger = options.note_linger};
  if (!grouping.wall) grouping.wall = [] { return SystemClock().wall(); };
  auto store = std::unique_ptr<SqliteStore>(
      new SqliteStore(logic, std::move(file), std::move(contents), std::move(grouping)));
  if (options.backups) {
    store->backups_ = std::make_unique<Backups>(std::move(logic), store->writer_, store->file_,
                                                std::move(options.path), *options.backups,
                                                std::move(options.warn));
    // What was checked a moment ago. Of no services there is nothing to keep.
    if (!store->snapshot()->services.empty()) store->backups_->begin();
  }
  return store;
}

SqliteStore::SqliteStore(boost::asio::any_io_executor logic, std::unique_ptr<SqliteFile> file,
                         SqliteFile::Contents contents, GroupCommit::Options options)
    : logic_(std::move(logic)),
      file_(std::move(file)),
      commits_(logic_,
               {.snapshot = std::make_shared<const Snapshot>(std::move(contents.tables.snapshot)),
                .index_mark = contents.tables.index_mark,
                .last_entry = contents.last_entry},
               std::move(options),
               [this](std::shared_ptr<const WriteBatch> batch) { start_write(std::move(batch)); }) {
  boost::asio::post(writer_, [] { name_this_thread("state-writer"); });
}

SqliteStore::~SqliteStore() {
  commits_.refuse_further();
  if (backups_) backups_->stop();
  writer_.join();
  settle_written();
}

boost::asio::awaitable<void> SqliteStore::commit(Change change) {
  return commits_.commit(std::move(change));
}

boost::asio::awaitable<Index> SqliteStore::reserve_indexes(std::uint64_t count) {
  return commits_.reserve_indexes(count);
}

void SqliteStore::on_durable(std::function<void(const std::set<ServiceName>&)> listener) {
  commits_.on_durable(std::move(listener));
}

boost::asio::awaitable<bool> SqliteStore::journal_grows(std::uint64_t seen, TimePoint deadline) {
  return commits_.journal_grows(seen, deadline);
}

boost::asio::awaitable<std::vector<JournalEntry>> SqliteStore::journal(JournalQuery query) {
  auto read = std::make_shared<Read>(logic_);
  auto work = boost::asio::make_work_guard(logic_);
  boost::asio::post(
      writer_, [this, read, work = std::move(work), query = std::move(query)]() mutable {
        try {
          if (file_ == nullptr) throw StoreError(StoreFault::closed, "the store is closed");
          read->entries = file_->journal(query);
        } catch (...) {
          // Whoever asked gets it.
          read->failure = std::current_exception();
        }
        boost::asio::post(work.get_executor(), [read = std::move(read)] { read->done.fire(); });
      });
  co_await read->done.wait_until();
  if (read->failure) std::rethrow_exception(read->failure);
  co_return std::move(read->entries);
}

boost::asio::awaitable<void> SqliteStore::writer_turn() {
  auto turned = std::make_shared<OneShot>(logic_);
  auto work = boost::asio::make_work_guard(logic_);
  boost::asio::post(writer_, [turned, work = std::move(work)]() mutable {
    boost::asio::post(work.get_executor(), [turned = std::move(turned)] { turned->fire(); });
  });
  co_await turned->wait_until();
}

void SqliteStore::start_write(std::shared_ptr<const WriteBatch> batch) {
  ++transactions_;
  written_ = std::make_shared<Written>();
  written_->is_worth_a_backup = !batch->steps.empty() || !batch->file_entries.empty() ||
                                !batch->released.empty() || batch->shared != nullptr;
  // The guard keeps the logic thread's loop running until the answer is there. The answer finds the
  // store through `written`, which only the store keeps alive once the writer is done: a store
  // destroyed in between has settled the batch itself.
  auto work = boost::asio::make_work_guard(logic_);
  boost::asio::post(writer_, [this, written = written_, work = std::move(work),
                              batch = std::move(batch)]() mutable {
    written->failure = file_->write(*batch);
    boost::asio::post(work.get_executor(), [this, answer = std::weak_ptr<Written>(written)] {
      if (!answer.expired()) settle_written();
    });
  });
}

void SqliteStore::settle_written() {
  const std::shared_ptr<Written> written = std::exchange(written_, nullptr);
  if (written == nullptr) return;
  if (backups_ && written->is_worth_a_backup && !written->failure) backups_->note_change();
  if (written->failure && written->failure->is_final) refusal_ = written->failure->message;
  commits_.settle(written->failure);
}

boost::asio::awaitable<void> SqliteStore::close() {
  if (backups_) backups_->stop();
  co_await commits_.close();
  if (closed_ == nullptr) {
    closed_ = std::make_shared<OneShot>(logic_);
    auto work = boost::asio::make_work_guard(logic_);
    boost::asio::post(writer_, [this, closed = closed_, work = std::move(work)]() mutable {
      file_->checkpoint();
      file_.reset();
      boost::asio::post(work.get_executor(), [closed = std::move(closed)] { closed->fire(); });
    });
  }
  const std::shared_ptr<OneShot> closed = closed_;
  co_await closed->wait_until();
}

}  // namespace genisys::state
