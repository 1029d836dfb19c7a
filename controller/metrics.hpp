// GET /metrics: what the program knows of itself, as Prometheus text. Collected when somebody asks;
// only the durations of passes are kept between scrapes.
//
// Logic thread only. The references outlive it.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "controller/reconciler.hpp"
#include "state/status_board.hpp"
#include "state/store.hpp"

namespace genisys::controller {

class Metrics {
 public:
  Metrics(const state::Store& store, const state::StatusBoard& board, Reconciler& reconciler,
          std::string version);
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
  std::unique_ptr<Passes> passes_;
};

}  // namespace genisys::controller
