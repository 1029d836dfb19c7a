#include "controller/daemon_watch.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "controller/listener_probe.hpp"

namespace genisys::controller {
namespace {

namespace asio = boost::asio;
using docker::Operation;
using state::TimePoint;
using std::chrono::seconds;

constexpr seconds kLookEvery{1};
constexpr seconds kProbeEvery{10};
constexpr seconds kProbePatience{5};
constexpr seconds kUncertainProbes{1};
constexpr unsigned kDeaf = 3;  // so many probes in a row that nobody took up
// Of a pass: three intervals, within these.
constexpr seconds kShortestBound{5};
constexpr seconds kLongestBound{60};
constexpr seconds kWriterBound{30};
// So long after its deadline a call to the engine may end.
constexpr seconds kLate{5};

TimePoint present() { return TimePoint::clock::now(); }

asio::awaitable<void> sleep(asio::any_io_executor executor, state::Duration duration) {
  asio::steady_timer timer(executor, duration);
  co_await timer.async_wait(asio::use_awaitable);
}

// What a pass asks of the engine.
bool is_look(Operation operation) {
  return operation == Operation::list || operation == Operation::inspect ||
         operation == Operation::image || operation == Operation::info ||
         operation == Operation::ping;
}

// On the heartbeat's thread: the log is all it touches.
void tell_silence(const Heartbeat::Silence& silence) {
  if (silence.stalled) {
    spdlog::critical("the logic thread has not turned for {} ms: {}", silence.lasted.count(),
                     silence.where);
  } else {
    spdlog::warn("the logic thread turns again, after {} ms", silence.lasted.count());
  }
}

}  // namespace

DaemonWatch::DaemonWatch(asio::any_io_executor executor, Watched watched)
    : executor_(std::move(executor)), watched_(std::move(watched)), heartbeat_({}, tell_silence) {}

asio::awaitable<void> DaemonWatch::watch_work() {
  while (true) {
    heartbeat_.beat();
    look();
    tell_manager();
    co_await sleep(executor_, kLookEvery);
  }
}

asio::awaitable<void> DaemonWatch::watch_writer() {
  while (true) {
    writer_asked_ = present();
    co_await watched_.store.writer_turn();
    writer_asked_.reset();
    co_await sleep(executor_, kProbeEvery);
  }
}

asio::awaitable<void> DaemonWatch::watch_listener() {
  while (true) {
    // Whoever fills all places has been heard.
    Heard heard = Heard::yes;
    if (!watched_.server.is_full())
      heard = co_await probe_listener(watched_.bind, watched_.server.port(), kProbePatience);
    if (heard != Heard::unknown) note_probe(heard == Heard::yes);
    // Quickly until something is known: at the begin, and when one was not taken up.
    const bool is_certain = was_heard_ && (deaf_ == 0 || deaf_ >= kDeaf);
    co_await sleep(executor_, is_certain ? kProbeEvery : kUncertainProbes);
  }
}

// The first cure is to listen anew. When that is not possible (the address is gone, say), a restart
// would not do better, and passes go on meanwhile.
void DaemonWatch::note_probe(bool heard) {
  if (heard) {
    if (deaf_ >= kDeaf) spdlog::warn("the listener takes connections up again");
    deaf_ = 0;
    reopening_helps_ = true;
    if (!std::exchange(was_heard_, true)) watched_.manager.ready();
    return;
  }
  if (++deaf_ % kDeaf != 0) return;
  spdlog::error("nobody takes up connections to {}: listening anew", watched_.bind);
  try {
    watched_.server.reopen();
    ++reopened_;
    reopening_helps_ = true;
  } catch (const std::exception& error) {
    reopening_helps_ = false;
    spdlog::error("{}", error.what());
  }
}

void DaemonWatch::look() {
  const Stalls::News news = stalls_.look(under_way(), present());
  for (const std::string& line : news.begun) spdlog::error("{}", line);
  for (const std::string& line : news.ended) spdlog::warn("{}", line);
}

std::vector<UnderWay> DaemonWatch::under_way() const {
  std::vector<UnderWay> list = watched_.reconciler.acts_under_way();
  for (UnderWay& act : list) act.where = calls_under_way();
  list.push_back(pass_under_way());
  if (writer_asked_) {
    list.push_back({.what = "the store's writer",
                    .where = "a write to the state file, or a read of the journal",
                    .since = *writer_asked_,
                    .bound = kWriterBound,
                    .is_essential = true});
  }
  return list;
}

UnderWay DaemonWatch::pass_under_way() const {
  const Reconciler::Progress& pass = watched_.reconciler.progress();
  UnderWay under_way{.what = "the pass",
                     .where = std::string(pass.stage),
                     .since = pass.since,
                     .bound = std::max<state::Duration>(3 * watched_.interval, kShortestBound),
                     .is_essential = true,
                     .is_excused = waits_for_engine()};
  if (!pass.is_under_way) {
    under_way.what = "the next pass";
    under_way.where = "it does not begin";
    return under_way;
  }
  // However seldom passes are, none takes long.
  under_way.bound = std::min<state::Duration>(under_way.bound, kLongestBound);
  const std::string calls = calls_under_way();
  if (pass.waits_for_engine && !calls.empty()) under_way.where += ", " + calls;
  return under_way;
}

std::string DaemonWatch::calls_under_way() const {
  constexpr std::size_t kMost = 3;
  std::vector<std::string> calls;
  for (const docker::CallUnderWay& call : watched_.engine.under_way()) {
    if (call.operation == Operation::events) continue;
    if (calls.size() == kMost) {
      calls.emplace_back("…");
      break;
    }
    calls.push_back(
        fmt::format("{} (for {} s)", to_string(call.operation),
                    std::chrono::duration_cast<seconds>(present() - call.since).count()));
  }
  return calls.empty() ? "" : fmt::format("the engine is to {}", fmt::join(calls, ", "));
}

// An engine that is away, or slow, is waited for until its deadline, and is no fault of ours.
bool DaemonWatch::waits_for_engine() const {
  const Reconciler::Progress& pass = watched_.reconciler.progress();
  if (!pass.is_under_way || !pass.waits_for_engine) return false;
  const auto calls = watched_.engine.under_way();
  return std::any_of(calls.begin(), calls.end(), [](const docker::CallUnderWay& call) {
    return is_look(call.operation) && present() < call.deadline + kLate;
  });
}

std::vector<std::string> DaemonWatch::troubles() const {
  std::vector<std::string> lines = stalls_.essential(present());
  if (!watched_.store.refusal().empty()) lines.push_back(watched_.store.refusal());
  return lines;
}

std::chrono::duration<double> DaemonWatch::pass_age() const {
  return present() - watched_.reconciler.progress().since;
}

bool DaemonWatch::is_alive() const {
  if (deaf_ >= 2 * kDeaf && reopening_helps_) return false;
  return !stalls_.is_ours();
}

// Three signs of life within the time after which one is missed.
void DaemonWatch::tell_manager() {
  const ServiceNotify& manager = watched_.manager;
  if (!manager.is_on()) return;
  const TimePoint now = present();
  if (manager.watchdog() && now - pinged_ >= *manager.watchdog() / 3 && is_alive()) {
    pinged_ = now;
    manager.alive();
  }
  std::string status = status_line();
  if (status == told_status_) return;
  told_status_ = std::move(status);
  manager.status(told_status_);
}

std::string DaemonWatch::status_line() {
  const state::Index index = watched_.board.index();
  if (told_index_ != index) {
    told_index_ = index;
    const state::SnapshotPtr snapshot = watched_.store.snapshot();
    const auto converged = std::count_if(
        snapshot->services.begin(), snapshot->services.end(), [this](const auto& one) {
          return current_status(*one.second, watched_.board.find(one.first)).converged;
        });
    services_line_ = fmt::format("{} services, {} converged", snapshot->services.size(), converged);
  }
  std::string line = fmt::format("{}; the engine {}", services_line_,
                                 watched_.board.engine_reached() ? "answers" : "does not answer");
  for (const std::string& trouble : troubles()) line += "; " + trouble;
  if (deaf_ >= kDeaf) line += "; the API is not reached at " + watched_.bind;
  return line;
}

}  // namespace genisys::controller
