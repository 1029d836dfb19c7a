// What can go wrong with one call of a FakeEngine.
//
// Pure values. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "docker/types.hpp"
#include "state/clock.hpp"

namespace genisys::fakes {

enum class Operation {
  info,
  list,
  inspect,
  create,
  start,
  stop,
  remove,
  logs,
  image_id,
  pull,
  subscribe,
  network,
  create_network,
  remove_network,
  connect,
  volume,
  create_volume,
  remove_volume
};

// Whether the call took effect before it failed: `after` is an answer that got lost.
enum class Effect { before, after };

// The default is no fault. A `timeout` is told when the call's deadline has come, everything else
// at once.
struct Fault {
  std::optional<docker::ErrorKind> kind = {};
  Effect effect = Effect::before;
  state::Duration delay = {};  // on top of the operation's latency
  std::string message = "made to fail";
};

// Asked at the start of every call; `number` counts the calls of that operation from 1.
using FaultHook = std::function<Fault(Operation operation, std::uint64_t number)>;

}  // namespace genisys::fakes
