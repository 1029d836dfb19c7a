#include "api/status_cache.hpp"

#include "api/codec.hpp"
#include "api/parameters.hpp"

namespace genisys::api {

const StatusCache::Encoded& StatusCache::find(const state::StatusBoard& board,
                                              const state::Snapshot& known,
                                              const std::shared_ptr<const state::Service>& record) {
  const state::ServiceName& name = record->name();
  const state::ServiceStatus* published = board.find(name);
  const state::Index index = shown_index(board, name);
  const state::WallTime observed_at = published ? published->observed_at : state::WallTime{};

  const auto found = entries_.find(name);
  if (found != entries_.end()) {
    const Entry& entry = found->second;
    if (entry.record == record && entry.index == index && entry.observed_at == observed_at) {
      return entry.encoded;
    }
  } else if (entries_.size() >= known.services.size()) {
    std::erase_if(entries_, [&](const auto& entry) { return known.find(entry.first) == nullptr; });
  }

  Entry& entry = entries_[name];
  entry = {.record = record,
           .index = index,
           .observed_at = observed_at,
           .encoded = {.body = encode_status(current_status(*record, published), index),
                       .entity_tag = entity_tag(record->generation),
                       .index = std::to_string(number(index))}};
  return entry.encoded;
}

state::Index shown_index(const state::StatusBoard& board, const state::ServiceName& name) {
  const state::Index index = board.index_of(name);
  return index == state::Index{0} ? board.index() : index;
}

}  // namespace genisys::api
