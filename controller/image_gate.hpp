// Whether a slot may be started as far as its image is concerned: it is there, it is being pulled,
// or it has to be, by the service's pull_policy and the image's own ladder.
//
// Pure.
#pragma once

#include <optional>
#include <string>

#include "controller/verdict.hpp"

namespace genisys::controller {

struct ImageGate {
  // In the way; nothing: the slot may be started.
  std::optional<Obstacle> obstacle = {};
  // To be pulled now, and why.
  struct Pull {
    PullWhen when;
    std::string message;
  };
  std::optional<Pull> pull = {};
};

// `pulling`: a pull of the image is under way or planned. `must_be_here`: a guess will not do,
// because something is stopped for it.
ImageGate image_gate(const state::Service& service, const ServiceHistory& history,
                     const ImageHistory* image, bool pulling, bool must_be_here,
                     state::TimePoint now);

}  // namespace genisys::controller
