#include "controller/heartbeat.hpp"

#include <gmock/gmock.h>

#include <future>

namespace genisys::controller {
namespace {

using std::chrono::milliseconds;

// What was told, for the thread that is watched to wait for: by that it is blocked meanwhile.
class Listener {
 public:
  void operator()(const Heartbeat::Silence& silence) {
    (silence.stalled ? stalled_ : ended_).set_value(silence);
  }
  Heartbeat::Silence stalled() { return take(stalled_); }
  Heartbeat::Silence ended() { return take(ended_); }

 private:
  static Heartbeat::Silence take(std::promise<Heartbeat::Silence>& promise) {
    auto future = promise.get_future();
    if (future.wait_for(std::chrono::seconds(20)) != std::future_status::ready)
      throw std::runtime_error("nothing was told");
    return future.get();
  }

  std::promise<Heartbeat::Silence> stalled_;
  std::promise<Heartbeat::Silence> ended_;
};

constexpr Heartbeat::Options kQuick{.look_every = milliseconds(10), .bound = milliseconds(100)};

TEST(Heartbeat, TellsThatAThreadIsBlockedAndWhere) {
  Listener listener;
  Heartbeat heartbeat(kQuick, std::ref(listener));
  const Heartbeat::Silence silence = listener.stalled();
  EXPECT_GT(silence.lasted, kQuick.bound);
  EXPECT_THAT(silence.where, testing::StartsWith("state S"));  // it sleeps: it waits for the word
}

TEST(Heartbeat, TellsOnceThatItTurnsAgain) {
  Listener listener;
  Heartbeat heartbeat(kQuick, std::ref(listener));
  listener.stalled();
  heartbeat.beat();
  const Heartbeat::Silence end = listener.ended();
  EXPECT_FALSE(end.stalled);
  EXPECT_GT(end.lasted, kQuick.bound);
}

TEST(Heartbeat, EndsWhileTheThreadIsSilent) {
  Listener listener;
  { Heartbeat heartbeat(kQuick, std::ref(listener)); }
  SUCCEED();
}

}  // namespace
}  // namespace genisys::controller
