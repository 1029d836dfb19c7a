#include "api/connections.hpp"

#include <algorithm>
#include <iterator>

namespace genisys::api {

std::size_t Connections::staying() const {
  std::size_t count = 0;
  for (const State state : {State::fresh, State::idle, State::sending, State::handling}) {
    count += peers_[index(state)].size();
  }
  return count;
}

bool Connections::make_room() {
  if (!full()) return true;
  // From the kind that holds most: so none of them, in whatever numbers, drives out the others.
  State most = State::fresh;
  for (const State state : {State::idle, State::sending}) {
    if (entries(state).size() > entries(most).size()) most = state;
  }
  if (entries(most).empty()) return false;
  end(entries(most).begin());
  return true;
}

void Connections::end_reading() {
  for (const Entries& of_one_state : peers_) {
    for (const Entry& entry : of_one_state) entry.peer->end_reading();
  }
}

void Connections::number_newest(std::uint64_t id) {
  const Position newest = std::prev(entries(State::fresh).end());
  newest->id = id;
  by_id_[id] = newest;
}

Connections::Position Connections::enter(Peer* peer) {
  Entries& fresh = entries(State::fresh);
  return fresh.insert(fresh.end(), Entry{peer});
}

void Connections::leave(Position position) {
  forget_unread(*position);
  forget_unsent(*position, position->unsent);
  by_id_.erase(position->id);
  entries(position->state).erase(position);
}

void Connections::move(Position position, State state) {
  Entries& to = entries(state);
  to.splice(to.end(), entries(position->state), position);
  position->state = state;
}

void Connections::forget_unsent(Entry& entry, std::size_t bytes) {
  entry.unsent -= bytes;
  unsent_ -= bytes;
  if (entry.state == State::leaving) unsent_leaving_ -= bytes;
}

void Connections::end(Position position) {
  forget_unread(*position);
  unsent_leaving_ += position->unsent;
  move(position, State::leaving);
  position->peer->end();
}

bool Connections::received(Position position, std::size_t bytes) {
  if (position->state == State::leaving) return false;
  position->unread += bytes;
  unread_ += bytes;
  if (unread_ <= kMaxUnread) return true;
  const auto by_unread = [](const auto& a, const auto& b) {
    return a.second->unread < b.second->unread;
  };
  end(std::max_element(by_id_.begin(), by_id_.end(), by_unread)->second);
  return position->state != State::leaving;
}

void Connections::handling(std::uint64_t id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end() || found->second->state == State::leaving) return;
  forget_unread(*found->second);
  move(found->second, State::handling);
}

void Connections::sending(std::uint64_t id, std::size_t bytes) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  found->second->unsent += bytes;
  unsent_ += bytes;
  if (found->second->state == State::leaving) {
    unsent_leaving_ += bytes;
    return;
  }
  move(found->second, State::sending);
  while (unsent_ - unsent_leaving_ > kMaxUnsent && entries(State::sending).size() > 1) {
    end(entries(State::sending).begin());
  }
}

void Connections::sent(std::uint64_t id, std::size_t bytes) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  forget_unsent(*found->second, bytes);
  // The next request may be there already.
  if (found->second->state == State::sending) move(found->second, State::idle);
}

Connections::Entry* Connections::find(std::uint64_t id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &*found->second;
}

void Connections::when_gone(std::uint64_t id, std::function<void()> gone) {
  Entry* watched = find(id);
  if (watched == nullptr) {
    gone();
    return;
  }
  // Found anew afterwards: the peer may have left between what happened and this being called.
  watched->peer->watch([self = shared_from_this(), id,
                        gone = std::move(gone)](const boost::system::error_code& error) mutable {
    Entry* entry = error ? nullptr : self->find(id);
    const Peer::Look look = entry == nullptr ? Peer::Look::gone : entry->peer->look();
    if (look == Peer::Look::gone) {
      gone();
    } else if (look == Peer::Look::nothing) {
      self->when_gone(id, std::move(gone));
    }
  });
}

}  // namespace genisys::api
