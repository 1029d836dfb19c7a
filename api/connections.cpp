#include "api/connections.hpp"

#include <algorithm>
#include <utility>

namespace genisys::api {

void Connections::end_reading() {
  for (const Entry& entry : peers_) entry.peer->end_reading();
}

void Connections::leave(Position position) {
  const bool was_full = full();
  peers_.erase(position);
  if (was_full && on_room_) on_room_();
}

Peer* Connections::find(std::uint64_t id) const {
  const auto found = std::find_if(peers_.begin(), peers_.end(),
                                  [id](const Entry& entry) { return entry.id == id; });
  return found == peers_.end() ? nullptr : found->peer;
}

void Connections::when_gone(std::uint64_t id, std::function<void()> gone) {
  Peer* watched = find(id);
  if (watched == nullptr) {
    gone();
    return;
  }
  // Found anew afterwards: the peer may have left between what happened and this being called.
  watched->watch([self = shared_from_this(), id,
                  gone = std::move(gone)](const boost::system::error_code& error) mutable {
    Peer* peer = error ? nullptr : self->find(id);
    const Peer::Look look = peer == nullptr ? Peer::Look::gone : peer->look();
    if (look == Peer::Look::gone) {
      gone();
    } else if (look == Peer::Look::nothing) {
      self->when_gone(id, std::move(gone));
    }
  });
}

}  // namespace genisys::api
