// The open connections of the listener, and who of them goes when there are too many or when they
// hold too much memory.
//
// A connection whose request is being handled keeps its place, and there are limits for how many
// of these wait for something. Each other one has it as long as nobody needs it more: idle ones
// cost an attacker nothing, and must not lock out who comes next with a request.
//
// Logic thread. Shared by the acceptor, the sockets and the server, since each may outlive the
// others.
#pragma once

#include <array>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <unordered_map>
#include <utility>

namespace genisys::api {

// The socket of a connection, as seen from here.
class Peer {
 public:
  virtual ~Peer() = default;
  // An idle connection ends now, a busy one after the answer it owes.
  virtual void end_reading() = 0;
  // The connection ends now: what reads or writes on it learns that, and lets the socket go.
  virtual void end() = 0;

  // Calls `seen` when something has come from the other side, which look() then tells, or with an
  // error when the connection has ended. One at a time, and never while RESTinio reads.
  using Seen = std::function<void(const boost::system::error_code&)>;
  virtual void watch(Seen seen) = 0;
  enum class Look { nothing, speaks, gone };
  virtual Look look() = 0;
};

class Connections : public std::enable_shared_from_this<Connections> {
 public:
  // Of requests that are not whole yet, and of answers that their readers have not taken.
  static constexpr std::size_t kMaxUnread = std::size_t{32} << 20;
  static constexpr std::size_t kMaxUnsent = std::size_t{64} << 20;

  explicit Connections(std::size_t limit) : limit_(limit) {}

  // All places are taken; those of connections that are ending do not count.
  bool full() const { return staying() >= limit_; }
  std::size_t count() const { return staying() + peers_[index(State::leaving)].size(); }
  // Ends a connection if that is needed to let another in; false when all are needed.
  bool make_room();
  void end_reading();

  // RESTinio's number of the connection that was entered last.
  void number_newest(std::uint64_t id);

  // What happens on a connection, in this order and over again: bytes of a request arrived (told by
  // its place); the request is whole; its answer, of so many bytes, is on its way; the peer has
  // taken it all.
  void handling(std::uint64_t id);
  void sending(std::uint64_t id, std::size_t bytes);
  void sent(std::uint64_t id, std::size_t bytes);
  // More answers are in memory than may be, though their connections are ending: make no more now.
  bool owe_too_much() const { return unsent_leaving_ > 0 && unsent_ > kMaxUnsent; }

  // Calls `gone` when the peer of this connection has closed its side, or the connection ends:
  // while an answer is being sent nobody reads, so that this is not noticed otherwise. A peer that
  // sends another request meanwhile is not watched any longer; writing to it tells in the end.
  // RESTinio must not be reading from the connection. At most one watch for each.
  void when_gone(std::uint64_t id, std::function<void()> gone);

 private:
  friend class Place;
  enum class State { fresh, idle, sending, handling, leaving };
  static constexpr std::size_t index(State state) { return static_cast<std::size_t>(state); }
  struct Entry {
    Peer* peer;
    std::uint64_t id = 0;
    State state = State::fresh;  // the list that it is in
    std::size_t unread = 0;
    std::size_t unsent = 0;
  };
  // Who came into a state first is first.
  using Entries = std::list<Entry>;
  using Position = Entries::iterator;

  Entries& entries(State state) { return peers_[index(state)]; }
  std::size_t staying() const;
  Position enter(Peer* peer);
  void leave(Position position);
  bool received(Position position, std::size_t bytes);
  void move(Position position, State state);
  void forget_unread(Entry& entry) { unread_ -= std::exchange(entry.unread, 0); }
  void forget_unsent(Entry& entry, std::size_t bytes);
  Entry* find(std::uint64_t id);
  void end(Position position);

  std::size_t limit_;
  std::array<Entries, 5> peers_;
  std::unordered_map<std::uint64_t, Position> by_id_;
  std::size_t unread_ = 0;
  std::size_t unsent_ = 0;
  std::size_t unsent_leaving_ = 0;  // of these, to those that are ending
};

// A peer's place among the connections, held as long as its socket exists.
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

  // Bytes of a request arrived. False when the connection is to end: there may be more of them.
  [[nodiscard]] bool received(std::size_t bytes) {
    return connections_->received(position_, bytes);
  }

 private:
  std::shared_ptr<Connections> connections_;  // null after a move
  Connections::Position position_;
};

}  // namespace genisys::api
