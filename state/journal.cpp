#include "state/journal.hpp"

#include <array>

namespace genisys::state {

std::string_view to_string(EntryKind kind) {
  switch (kind) {
    case EntryKind::wanted:
      return "wanted";
    case EntryKind::seen:
      return "seen";
    case EntryKind::decided:
      return "decided";
    case EntryKind::done:
      return "done";
    case EntryKind::failed:
      return "failed";
  }
  return "done";
}

std::optional<EntryKind> parse_entry_kind(std::string_view text) {
  for (const EntryKind kind : std::array{EntryKind::wanted, EntryKind::seen, EntryKind::decided,
                                         EntryKind::done, EntryKind::failed}) {
    if (to_string(kind) == text) return kind;
  }
  return std::nullopt;
}

}  // namespace genisys::state
