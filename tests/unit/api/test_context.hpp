// A Context for tests whose handlers look at nothing in it.
#pragma once

#include <boost/asio/io_context.hpp>

#include "api/context.hpp"

namespace genisys::api {

class UnusedStore : public state::Store {
 public:
  state::SnapshotPtr snapshot() const override { return nullptr; }
  boost::asio::awaitable<void> commit(state::Change) override { co_return; }
  boost::asio::awaitable<state::Index> reserve_indexes(std::uint64_t) override {
    co_return state::Index{1};
  }
  void on_durable(std::function<void(const std::set<state::ServiceName>&)>) override {}
  void note(state::JournalEntry) override {}
  boost::asio::awaitable<std::vector<state::JournalEntry>> journal(state::JournalQuery) override {
    co_return std::vector<state::JournalEntry>{};
  }
  std::uint64_t last_entry() const override { return 0; }
  boost::asio::awaitable<bool> journal_grows(std::uint64_t, state::TimePoint) override {
    co_return false;
  }
};

class UnusedClock : public state::Clock {
 public:
  state::TimePoint now() const override { return {}; }
  state::WallTime wall() const override { return {}; }
  boost::asio::awaitable<void> sleep_until(state::TimePoint) override { co_return; }
};

class UnusedContext {
 public:
  Context context() {
    return Context{.store = store_,
                   .board = board_,
                   .clock = clock_,
                   .preview = {},
                   .metrics_text = {},
                   .version = "test"};
  }

 private:
  UnusedStore store_;
  UnusedClock clock_;
  boost::asio::io_context io_;
  state::StatusBoard board_{io_.get_executor(), state::Index{1}, 1};
};

}  // namespace genisys::api
