// GET /metrics: what the program knows of itself, as Prometheus text. Collected when somebody asks;
// only the durations of passes are kept between scrapes.
//
// Logic thread only. The references outlive it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "controller/reconciler.hpp"
#include "state/status_board.hpp"
#include "state/store.hpp"

namespace genisys::controller {

class Metrics {
 public:
  // Whether the program does its work.
  struct Vitals {
    std::chrono::duration<double> pass_age{0};  // since the last pass ended, or this one began
    std::size_t stalled = 0;                    // of what is under way
    bool is_state_refused = false;              // no write is taken until a restart
    std::uint64_t listener_reopened = 0;
  };

  Metrics(const state::Store& store, const state::StatusBoard& board, Reconciler& reconciler,
          std::string version, std::function<Vitals()> vitals);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void note_pass(const PassReport& report);
  std::string text() const;

 private:
  struct Passes;

  const state::Store& store_;
  const state::StatusBoard& board_;
  Reconciler& reconciler_;
  std::string version_;
  std::function<Vitals()> vitals_;
  std::unique_ptr<Passes> passes_;
};

}  // namespace genisys::controller
