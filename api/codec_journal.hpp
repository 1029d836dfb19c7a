// The journal as clients get it: JSON of its entries, and Server-Sent Events.
//
// Pure. Any thread. The texts of an entry are valid UTF-8, as the store keeps them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "state/journal.hpp"

namespace genisys::api {

// One line of JSON. What an entry does not have (a service, a slot, an end, …) is left out.
std::string encode_entry(const state::JournalEntry& entry);

// {"events": [...]}, in the order given.
std::string encode_entries(const std::vector<state::JournalEntry>& entries);

// {"exit_code", "signal", "oom_killed", "ran_seconds", "log": [one string a line]}.
std::string encode_end(const state::ContainerEnd& end);

// Server-Sent Events (HTML Living Standard §9.2).
std::string event_of(const state::JournalEntry& entry);
// Entries before `oldest` are no more, some of which the reader has not had.
std::string gap_event(std::uint64_t oldest);
// How long a client waits before it comes again.
inline constexpr std::string_view kRetryField = "retry: 1000\n\n";
// Nothing happened; the connection is alive.
inline constexpr std::string_view kKeepAliveComment = ": keep-alive\n\n";

}  // namespace genisys::api
