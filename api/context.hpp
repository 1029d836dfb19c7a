// Everything the API needs of the rest of the program, handed to it by the composition root. The
// API records desired state and reads status; it never talks to an engine.
//
// The references outlive the server. Everything is called on the logic thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/status_cache.hpp"
#include "state/clock.hpp"
#include "state/host_policy.hpp"
#include "state/import.hpp"
#include "state/model.hpp"
#include "state/status_board.hpp"
#include "state/store.hpp"

namespace genisys::api {

struct Context {
  state::Store& store;
  state::StatusBoard& board;
  const state::Clock& clock;

  // What the reconciler would do if `wanted` were the desired state and the world as last seen.
  std::function<std::vector<state::PlannedAction>(const state::Snapshot& wanted)> preview;
  // Reads the service files again and takes them; or says what that would change. Broken files are
  // no exception: the errors are in the result. The first is told who asks, and may throw
  // StoreError.
  std::function<boost::asio::awaitable<state::Reload>(std::string author)> reload;
  std::function<state::Reload()> rehearse_reload;
  // What keeps the program from its work, a line each; for GET /readyz. Unset: nothing is watched.
  std::function<std::vector<std::string>()> troubles = {};
  // The Prometheus text of GET /metrics.
  std::function<std::string()> metrics_text;

  state::HostPolicy policy = {};                // what definitions may ask of the host
  std::uint32_t max_replicas = 1000;            // limits.replicas
  std::vector<std::string> allowed_hosts = {};  // besides the loopback names, for Host and Origin
  std::string advertise = "127.0.0.1";  // where ports are reached that are bound to all addresses
  std::chrono::milliseconds event_keep_alive{15000};  // the longest silence on GET /events
  std::string version;

  // Shared by the copies of this context.
  std::shared_ptr<StatusCache> status_cache = std::make_shared<StatusCache>();
};

}  // namespace genisys::api
