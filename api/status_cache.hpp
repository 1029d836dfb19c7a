// The encoded statuses that clients asked for last. They poll far more often than a status changes,
// and encoding one of fifty slots takes longer than all the rest of answering it.
//
// Logic thread. Holds at most one text per service of the store.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "state/model.hpp"
#include "state/status_board.hpp"

namespace genisys::api {

class StatusCache {
 public:
  struct Encoded {
    std::string body;
    std::string entity_tag;
    std::string index;
  };

  // The status of `record` as it is shown now. Valid until the next call. `known` is the store's
  // snapshot: what is not in it any more is dropped.
  const Encoded& find(const state::StatusBoard& board, const state::Snapshot& known,
                      const std::shared_ptr<const state::Service>& record);

 private:
  struct Entry {
    // What the text was made of. The board gives a new index to whatever changed but observed_at;
    // the record is held, so that its address stands for its content.
    std::shared_ptr<const state::Service> record = {};
    state::Index index{0};
    state::WallTime observed_at = {};
    Encoded encoded = {};
  };

  std::map<state::ServiceName, Entry> entries_;
};

// The index under which a service's status is shown now. Before the board knows the service (the
// program has just started) it is the board's own: what a client sees never goes back.
state::Index shown_index(const state::StatusBoard& board, const state::ServiceName& name);

}  // namespace genisys::api
