// A FakeEngine's events and their subscribers. Events may be lost, doubled, put out of their
// order or held back on command.
//
// One thread. A stream may outlive the feed: it has then ended.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "docker/engine.hpp"
#include "docker/types.hpp"

namespace genisys::fakes {

class EventFeed {
 public:
  // `late`: after the event that comes next, or with the end of the stream.
  enum class Delivery { once, twice, dropped, late };

  explicit EventFeed(boost::asio::any_io_executor executor);
  EventFeed(const EventFeed&) = delete;
  EventFeed& operator=(const EventFeed&) = delete;
  ~EventFeed();

  // Asked for every event before it goes out; absent: each goes out once.
  void set_delivery(std::function<Delivery(const docker::Event&)> rule) { rule_ = std::move(rule); }

  // Ends the open streams with `unreachable`, after what they have not read yet.
  void break_streams();

  // All events there were, delivered or not.
  const std::vector<docker::Event>& log() const { return log_; }

  std::unique_ptr<docker::EventStream> subscribe();
  void publish(docker::Event event);
  // An engine that hangs says nothing, and all of it when it goes on.
  void hold();
  void release();

 private:
  class Stream;
  struct Queue;

  void deliver(const docker::Event& event);
  void send(const docker::Event& event, int copies);

  boost::asio::any_io_executor executor_;
  std::function<Delivery(const docker::Event&)> rule_;
  std::vector<std::weak_ptr<Queue>> queues_;
  std::vector<docker::Event> log_;
  std::vector<docker::Event> held_;
  std::vector<docker::Event> late_;
  bool holding_ = false;
};

}  // namespace genisys::fakes
