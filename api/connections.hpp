// The open connections of the listener: their number, kept to a limit, and what is done with all of
// them. A connection holds its place as long as its socket exists, whatever else becomes of it.
//
// Logic thread. Shared by the acceptor, the sockets and the server, since each may outlive the
// others.
#pragma once

#include <boost/system/error_code.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>

namespace genisys::api {

// The socket of a connection, as seen from here.
class Peer {
 public:
  virtual ~Peer() = default;
  // An idle connection ends now, a busy one after the answer it owes.
  virtual void end_reading() = 0;

  // Calls `seen` when something has come from the other side, which look() then tells, or with an
  // error when the connection has ended. One at a time, and never while RESTinio reads.
  using Seen = std::function<void(const boost::system::error_code&)>;
  virtual void watch(Seen seen) = 0;
  enum class Look { nothing, speaks, gone };
  virtual Look look() = 0;
};

class Connections : public std::enable_shared_from_this<Connections> {
 public:
  explicit Connections(std::size_t limit) : limit_(limit) {}

  bool full() const { return peers_.size() >= limit_; }
  std::size_t count() const { return peers_.size(); }
  // Called when a connection has left and there is room again; null for nobody.
  void on_room(std::function<void()> listener) { on_room_ = std::move(listener); }
  void end_reading();

  // RESTinio's number of the connection that was entered last.
  void number_newest(std::uint64_t id) { peers_.back().id = id; }
  // Calls `gone` when the peer of this connection has closed its side, or the connection ends:
  // while an answer is being sent nobody reads, so that this is not noticed otherwise. A peer that
  // sends another request meanwhile is not watched any longer; writing to it tells in the end.
  // RESTinio must not be reading from the connection. At most one watch for each.
  void when_gone(std::uint64_t id, std::function<void()> gone);

 private:
  friend class Place;
  struct Entry {
    Peer* peer;
    std::uint64_t id = 0;
  };
  using Position = std::list<Entry>::iterator;

  Position enter(Peer* peer) { return peers_.insert(peers_.end(), Entry{peer}); }
  void leave(Position position);
  Peer* find(std::uint64_t id) const;

  std::size_t limit_;
  std::list<Entry> peers_;
  std::function<void()> on_room_;
};

// A peer's place among the connections.
class Place {
 public:
  Place(std::shared_ptr<Connections> connections, Peer* peer)
      : connections_(std::move(connections)), position_(connections_->enter(peer)) {}
  // For a peer that moves: the place is then that of `peer`.
  Place(Place&& other, Peer* peer) noexcept
      : connections_(std::move(other.connections_)), position_(other.position_) {
    if (connections_) position_->peer = peer;
  }
  ~Place() {
    if (connections_) connections_->leave(position_);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  std::shared_ptr<Connections> connections_;  // null after a move
  Connections::Position position_;
};

}  // namespace genisys::api
