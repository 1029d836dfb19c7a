#include "tests/fakes/event_feed.hpp"

#include <boost/asio/awaitable.hpp>
#include <deque>

#include "tests/fakes/timeline.hpp"

namespace genisys::fakes {

namespace asio = boost::asio;

struct EventFeed::Queue {
  explicit Queue(const asio::any_io_executor& executor) : changed(executor) {}

  std::deque<docker::Event> events;
  bool ended = false;
  Notifier changed;
};

class EventFeed::Stream final : public docker::EventStream {
 public:
  explicit Stream(std::shared_ptr<Queue> queue) : queue_(std::move(queue)) {}

  asio::awaitable<docker::Result<docker::Event>> next() override { return next(queue_); }

 private:
  // Holds the queue itself: the reader may destroy the stream while this is being cancelled.
  static asio::awaitable<docker::Result<docker::Event>> next(std::shared_ptr<Queue> queue) {
    co_await yield();
    while (queue->events.empty() && !queue->ended) co_await queue->changed.wait();
    if (queue->events.empty()) {
      co_return docker::Error{docker::ErrorKind::unreachable, 0, "the event stream ended"};
    }
    docker::Event event = std::move(queue->events.front());
    queue->events.pop_front();
    co_return event;
  }

  std::shared_ptr<Queue> queue_;
};

EventFeed::EventFeed(asio::any_io_executor executor) : executor_(std::move(executor)) {}

EventFeed::~EventFeed() { break_streams(); }

std::unique_ptr<docker::EventStream> EventFeed::subscribe() {
  auto queue = std::make_shared<Queue>(executor_);
  queues_.push_back(queue);
  return std::make_unique<Stream>(std::move(queue));
}

void EventFeed::publish(docker::Event event) {
  log_.push_back(event);
  if (holding_) {
    held_.push_back(std::move(event));
  } else {
    deliver(event);
  }
}

void EventFeed::deliver(const docker::Event& event) {
  const Delivery delivery = rule_ ? rule_(event) : Delivery::once;
  if (delivery == Delivery::late) {
    late_.push_back(event);
    return;
  }
  if (delivery != Delivery::dropped) send(event, delivery == Delivery::twice ? 2 : 1);
  for (const docker::Event& late : std::exchange(late_, {})) send(late, 1);
}

void EventFeed::send(const docker::Event& event, int copies) {
  std::erase_if(queues_, [](const auto& queue) { return queue.expired(); });
  for (const auto& weak : queues_) {
    if (const auto queue = weak.lock()) {
      queue->events.insert(queue->events.end(), static_cast<std::size_t>(copies), event);
      queue->changed.notify_all();
    }
  }
}

void EventFeed::break_streams() {
  for (const docker::Event& late : std::exchange(late_, {})) send(late, 1);
  for (const auto& weak : std::exchange(queues_, {})) {
    if (const auto queue = weak.lock()) {
      queue->ended = true;
      queue->changed.notify_all();
    }
  }
}

void EventFeed::hold() { holding_ = true; }

void EventFeed::release() {
  holding_ = false;
  for (const auto& event : std::exchange(held_, {})) deliver(event);
}

}  // namespace genisys::fakes
