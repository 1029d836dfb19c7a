// Runs one coroutine on an io_context from a test's plain code.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace genisys::test {

// A coroutine that was started and not yet waited for. Its result is kept until somebody asks.
template <class T>
class Started {
 public:
  Started(boost::asio::io_context& context, boost::asio::awaitable<T> coroutine)
      : context_(&context), outcome_(std::make_shared<Outcome>()) {
    boost::asio::co_spawn(context, keep_result(std::move(coroutine), outcome_),
                          [outcome = outcome_](std::exception_ptr error) {
                            outcome->done = true;
                            outcome->error = std::move(error);
                          });
  }

  bool done() const { return outcome_->done; }

  // Runs the context until the coroutine ends; returns its value or rethrows its exception. Throws
  // std::logic_error when the context has nothing left to run, or nothing happened for `patience`:
  // the coroutine then waits for what nobody will do.
  T get(std::chrono::seconds patience = std::chrono::seconds(10)) {
    context_->restart();
    while (!outcome_->done) {
      if (context_->run_one_for(patience) == 0) {
        throw std::logic_error("the coroutine waits for something that does not happen");
      }
    }
    if (outcome_->error) std::rethrow_exception(outcome_->error);
    if constexpr (!std::is_void_v<T>) return *std::move(outcome_->value);
  }

 private:
  struct Nothing {};
  struct Outcome {
    bool done = false;
    std::exception_ptr error = {};
    std::optional<std::conditional_t<std::is_void_v<T>, Nothing, T>> value = {};
  };

  // co_spawn itself hands over only what has a default constructor.
  static boost::asio::awaitable<void> keep_result(boost::asio::awaitable<T> coroutine,
                                                  std::shared_ptr<Outcome> outcome) {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(coroutine);
    } else {
      outcome->value.emplace(co_await std::move(coroutine));
    }
  }

  boost::asio::io_context* context_;
  // Shared with the completion handler, which may outlive the test's interest.
  std::shared_ptr<Outcome> outcome_;
};

template <class T>
Started<T> start(boost::asio::io_context& context, boost::asio::awaitable<T> coroutine) {
  return Started<T>(context, std::move(coroutine));
}

template <class T>
T run_coro(boost::asio::io_context& context, boost::asio::awaitable<T> coroutine) {
  return start(context, std::move(coroutine)).get();
}

// Runs what is ready now, and what that makes ready; waits for nothing.
inline void run_ready(boost::asio::io_context& context) {
  context.restart();
  context.poll();
}

}  // namespace genisys::test
