// Sees whether the program does its work, and says so: to the log, to GET /readyz and /metrics, and
// to the service manager. What it looks at: that passes end, that acts do, that the store's writer
// takes its turns, that the logic thread turns, and that the listener takes connections up.
//
// Part of the composition root. Logic thread, but for one thread of the heartbeat. The references
// outlive it; its tasks end by cancellation.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/server.hpp"
#include "controller/heartbeat.hpp"
#include "controller/reconciler.hpp"
#include "controller/service_notify.hpp"
#include "controller/stalls.hpp"
#include "docker/http_engine.hpp"
#include "state/sqlite_store.hpp"
#include "state/status_board.hpp"

namespace genisys::controller {

class DaemonWatch {
 public:
  struct Watched {
    state::SqliteStore& store;
    const state::StatusBoard& board;
    const Reconciler& reconciler;
    const docker::HttpEngine& engine;
    api::Server& server;
    const ServiceNotify& manager;
    std::string bind;                    // of the listener
    std::chrono::milliseconds interval;  // of the passes
  };

  DaemonWatch(boost::asio::any_io_executor executor, Watched watched);

  // The tasks. ready() goes to the service manager when the listener was heard for the first time.
  boost::asio::awaitable<void> watch_work();
  boost::asio::awaitable<void> watch_writer();
  boost::asio::awaitable<void> watch_listener();

  // What keeps the program from its work: what hangs, so that nothing goes on, and a state file
  // that takes no writes. A line each.
  std::vector<std::string> troubles() const;

  // For the metrics.
  std::size_t stalls() const { return stalls_.count(); }
  // Since the last pass ended, or since the one under way began.
  std::chrono::duration<double> pass_age() const;
  std::uint64_t listener_reopened() const { return reopened_; }

 private:
  void look();
  std::vector<UnderWay> under_way() const;
  UnderWay pass_under_way() const;
  std::string calls_under_way() const;
  bool waits_for_engine() const;
  bool is_alive() const;
  void note_probe(bool heard);
  void tell_manager();
  std::string status_line();

  boost::asio::any_io_executor executor_;
  Watched watched_;
  Stalls stalls_;
  std::optional<state::TimePoint> writer_asked_;  // and has not answered yet
  unsigned deaf_ = 0;                             // probes in a row that nobody took up
  bool reopening_helps_ = true;                   // as far as is known
  std::uint64_t reopened_ = 0;
  bool was_heard_ = false;
  state::TimePoint pinged_ = {};
  std::optional<state::Index> told_index_;
  std::string services_line_;
  std::string told_status_;
  Heartbeat heartbeat_;
};

}  // namespace genisys::controller
