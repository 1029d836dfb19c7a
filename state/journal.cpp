#include "state/journal.hpp"

#include <array>
#include <utility>

#include "state/text.hpp"

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

namespace {

constexpr std::size_t kMaxLogBytes = 16 * 1024;
constexpr std::size_t kMaxTextBytes = 4 * 1024;

void fit(std::string& text) {
  if (!is_utf8(text)) text = to_utf8(text);
  if (text.size() > kMaxTextBytes) text.resize(utf8_prefix(text, kMaxTextBytes).size());
}

}  // namespace

JournalEntry fit_for_record(JournalEntry entry) {
  fit(entry.action);
  fit(entry.container);
  fit(entry.message);
  fit(entry.by);
  if (entry.end) {
    std::string& log = entry.end->log;
    if (!is_utf8(log)) log = to_utf8(log);
    if (log.size() > kMaxLogBytes) log = utf8_suffix(log, kMaxLogBytes);
  }
  return entry;
}

}  // namespace genisys::state
