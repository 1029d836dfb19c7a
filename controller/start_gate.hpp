// What must be there before any container of one service may be started, whatever its slot: the
// host's permission, its dependencies, its image, its networks and volumes. In the order in which
// they are asked for: what only waiting or a person changes comes before what is made or fetched.
//
// Pure. Lives for the planning of one service.
#pragma once

#include <optional>

#include "controller/service_planner.hpp"

namespace genisys::controller {

class StartGate {
 public:
  StartGate(Pass& pass, const Declared& declared, const ServiceView& view,
            const ServiceHistory& history)
      : pass_(pass), service_(*declared.service), view_(view), history_(history) {}

  // What the host's policy forbids, and whom the service waits for. `first`: no container of it
  // will run beside the one that is about to start.
  std::optional<Obstacle> waits(bool first);

  // What has to be fetched or made, with the acts for it, which are planned once per pass.
  // `must_have_image`: a guess will not do, because something is stopped for it.
  struct Supply {
    std::optional<Obstacle> obstacle = {};
    std::vector<std::pair<Cause, decltype(Action::what)>> acts = {};
  };
  Supply supply(bool must_have_image);

 private:
  Pass& pass_;
  const state::Service& service_;
  const ServiceView& view_;
  const ServiceHistory& history_;
  // Once they were asked for.
  std::optional<std::optional<Obstacle>> policy_;
  std::optional<std::optional<Obstacle>> dependencies_;
};

}  // namespace genisys::controller
