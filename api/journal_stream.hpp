// The journal as a stream of Server-Sent Events: what is kept after the reader's last event, then
// what is added, without a gap between the two.
//
// Logic thread. The context outlives it. Holds one page of entries at most, and only while it makes
// a piece of it. Ends when the store closes; a store that cannot be read ends it with StoreError.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/context.hpp"
#include "api/http.hpp"
#include "api/parameters.hpp"

namespace genisys::api {

class JournalStream final : public PieceSource {
 public:
  JournalStream(const Context& context, Following following);

  // `retry` first. Then each piece is a page of events (led by `gap` when the journal no longer has
  // all that came after the reader's last one), or a comment after a time of silence.
  boost::asio::awaitable<std::optional<std::string>> next() override;

 private:
  boost::asio::awaitable<std::string> next_page();
  boost::asio::awaitable<std::string> gap_before(const std::vector<state::JournalEntry>& page,
                                                 std::uint64_t last);

  const Context& context_;
  std::optional<state::ServiceName> service_;
  // Every entry up to this one was sent, is of another service, or is gone and was said to be.
  std::uint64_t position_;
  bool greeted_ = false;
};

}  // namespace genisys::api
