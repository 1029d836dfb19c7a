// A number of places, and a fair queue for them: who asked first gets the next one that is free.
//
// Thread: the executor's. Outlives its places and its waiters.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <list>
#include <utility>

namespace genisys::docker {

class Lane {
 public:
  Lane(boost::asio::any_io_executor executor, std::size_t width)
      : executor_(std::move(executor)), free_(width) {}
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // Held from enter() until it is destroyed. False when the deadline came first.
  class Place {
   public:
    Place() = default;
    explicit Place(Lane* lane) : lane_(lane) {}
    Place(Place&& other) noexcept : lane_(std::exchange(other.lane_, nullptr)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (lane_ != nullptr) lane_->leave();
    }
    explicit operator bool() const { return lane_ != nullptr; }

   private:
    Lane* lane_ = nullptr;
  };

  // Cancelling (terminal) throws operation_aborted and leaves the queue.
  boost::asio::awaitable<Place> enter(std::chrono::steady_clock::time_point deadline);

 private:
  struct Waiter;
  void leave();

  boost::asio::any_io_executor executor_;
  std::size_t free_;
  std::list<Waiter*> waiters_;  // the first to come in front
};

}  // namespace genisys::docker
