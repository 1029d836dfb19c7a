// What happened to the services, in order: what was wanted, seen, decided, done, and what failed.
// Durable and bounded; for people and for clients that follow along, never an input of a decision.
//
// Pure values. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "state/model.hpp"

namespace genisys::state {

enum class EntryKind {
  wanted,   // a write was accepted
  seen,     // something happened in the engine that nobody here did
  decided,  // a turn that spans more than one act: an update began, was paused, rolled back, …
  done,     // an act succeeded
  failed,   // an act did not
};
std::string_view to_string(EntryKind);
std::optional<EntryKind> parse_entry_kind(std::string_view text);

// How a container's run ended, kept after the container itself is gone.
struct ContainerEnd {
  int exit_code = 0;
  std::optional<int> signal = {};  // what killed it
  bool oom_killed = false;
  std::optional<std::chrono::milliseconds> ran = {};
  std::string log = {};  // the end of what it wrote: at most 100 lines and 16 KiB

  bool operator==(const ContainerEnd&) const = default;
};

struct JournalEntry {
  std::uint64_t id = 0;  // given by the store; rising, never used twice
  WallTime at = {};
  std::optional<ServiceName> service = {};  // none: about the connector or the engine
  EntryKind kind = EntryKind::done;
  std::string action =
      {};  // a stable word: "scale", "define", "run", "stop", "died", "rollback", …
  std::uint32_t slot = 0;      // 0: none
  std::string container = {};  // full id, where there is one
  Reason reason = Reason::none;
  std::string message = {};
  std::string by = {};  // who asked: "api", "service file", or a token's name; empty: the connector
  std::optional<ContainerEnd> end = {};

  bool operator==(const JournalEntry&) const = default;
};

// The entry as it is recorded: its texts are valid UTF-8; of the log the last 16 KiB are kept, of
// every other text the first 4 KiB, so that a bounded number of entries takes bounded space.
JournalEntry fit_for_record(JournalEntry entry);

// Which entries to read.
struct JournalQuery {
  std::optional<ServiceName> service = {};  // none: all
  std::uint64_t after = 0;                  // only ids above it
  std::size_t limit = 100;
  enum class Choose {
    oldest,
    newest
  } choose = Choose::oldest;  // which of them when there are more
};

}  // namespace genisys::state
