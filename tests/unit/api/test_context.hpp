// A Context for tests whose handlers look at nothing in it.
#pragma once

#include <cstddef>
#include <memory>
#include <stdexcept>

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
};

class UnusedClock : public state::Clock {
 public:
  state::TimePoint now() const override { return {}; }
  state::WallTime wall() const override { return {}; }
  boost::asio::awaitable<void> sleep_until(state::TimePoint) override { co_return; }
};

// Where a reference to a board is wanted and never used.
class UnusedContext {
 public:
  Context context() {
    return Context{.store = store_,
                   .board = reinterpret_cast<state::StatusBoard&>(board_),
                   .clock = clock_,
                   .preview = {},
                   .metrics_text = {},
                   .version = "test"};
  }

 private:
  UnusedStore store_;
  UnusedClock clock_;
  alignas(state::StatusBoard) std::byte board_[sizeof(state::StatusBoard)] = {};
};

}  // namespace genisys::api
