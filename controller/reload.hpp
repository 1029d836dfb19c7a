// The service files on their way into the store: read, checked, imported, told to the log and the
// journal. At the start, at SIGHUP and over the API; or rehearsed, and then nothing changes.
//
// Thread: the logic thread, on which the files are read, too: few, regular and small. The
// configuration and the store outlive it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <vector>

#include "controller/config.hpp"
#include "state/import.hpp"
#include "state/store.hpp"

namespace genisys::controller {

using Preview = std::function<std::vector<state::PlannedAction>(const state::Snapshot& wanted)>;

class ServiceFiles {
 public:
  ServiceFiles(const Config& config, state::Store& store) : config_(config), store_(store) {}

  // At the start: what was taken is told; broken files are told by whoever the errors go to.
  // Throws StoreError.
  boost::asio::awaitable<state::Reload> take();

  // The same for somebody who asked for it (`by`, as the journal has it). Broken files change
  // nothing, and the log and the journal say so. Throws StoreError.
  boost::asio::awaitable<state::Reload> take_again(std::string by);

 private:
  const Config& config_;
  state::Store& store_;
};

// What taking the files now would change in `snapshot`, and what would follow; no actions when
// `preview` is empty.
state::Reload rehearse_reload(const Config& config, const state::Snapshot& snapshot,
                              const Preview& preview);

}  // namespace genisys::controller
