#include "controller/memory.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "state/documents.hpp"

namespace genisys::controller {
namespace {

using state::List;
using state::Map;
using state::Number;
using state::Value;

constexpr std::string_view kServicePrefix = "service/";
constexpr std::string_view kImagePrefix = "image/";
constexpr std::size_t kMaxBytes = 4 * 1024 * 1024;

// ---- out

Value text(std::string_view of) { return Value(std::string(of), {}); }
Value number(std::int64_t of) { return Value(Number{std::to_string(of)}, {}); }

void add(Map& map, std::string key, Value value) {
  map.push_back({.key = std::move(key), .value = std::move(value), .at = {}});
}

std::int64_t milliseconds(state::WallTime time) { return time.time_since_epoch().count(); }

std::int64_t milliseconds(state::Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

std::int64_t to_wall(state::TimePoint when, const Moment& moment) {
  return milliseconds(moment.wall) + milliseconds(when - moment.now);
}

Value encode(const Ladder& ladder, const Moment& moment) {
  Map map;
  add(map, "cause", text(to_string(ladder.cause)));
  add(map, "failures", number(ladder.failures));
  add(map, "next", number(to_wall(ladder.next_attempt, moment)));
  add(map, "waited", number(milliseconds(ladder.waited)));
  add(map, "message", text(ladder.message));
  add(map, "since", number(milliseconds(ladder.since)));
  if (ladder.holder) add(map, "holder", text(ladder.holder->str()));
  return Value(std::move(map), {});
}

Value encode(const std::set<docker::ContainerId>& ids) {
  List list;
  for (const docker::ContainerId& id : ids) list.push_back(text(id.str()));
  return Value(std::move(list), {});
}

Value encode(const SlotHistory& slot, const Moment& moment) {
  Map map;
  if (!slot.ladders.empty()) {
    List ladders;
    for (const auto& [key, ladder] : slot.ladders) ladders.push_back(encode(ladder, moment));
    add(map, "ladders", Value(std::move(ladders), {}));
  }
  if (slot.counted) add(map, "counted", text(slot.counted->str()));
  if (!slot.found_ill.empty()) add(map, "found_ill", encode(slot.found_ill));
  if (!slot.examined.empty()) add(map, "examined", encode(slot.examined));
  if (slot.burnt_incarnation > 0) add(map, "burnt", number(slot.burnt_incarnation));
  return Value(std::move(map), {});
}

Value encode(const Rollout& rollout, const Moment& moment) {
  Map map;
  add(map, "revision", number(static_cast<std::int64_t>(state::number(rollout.revision))));
  add(map, "state", text(to_string(rollout.state)));
  add(map, "complete", Value(rollout.complete, {}));
  add(map, "began", number(milliseconds(rollout.began)));
  // How long it has stood still, not since when: nothing progresses while the connector is away,
  // and a wall clock that is set meanwhile must not use up the deadline.
  if (rollout.progressed)
    add(map, "still_for", number(milliseconds(moment.now - *rollout.progressed)));
  if (rollout.stepped) add(map, "stepped", number(to_wall(*rollout.stepped, moment)));
  add(map, "proven", number(rollout.proven));
  List failed;
  for (const Slot slot : rollout.failed) failed.push_back(number(slot));
  add(map, "failed", Value(std::move(failed), {}));
  add(map, "reason", text(to_string(rollout.reason)));
  add(map, "message", text(rollout.message));
  if (rollout.gave_up)
    add(map, "gave_up", number(static_cast<std::int64_t>(state::number(*rollout.gave_up))));
  return Value(std::move(map), {});
}

// ---- in

// Reads members; what is missing or of another kind makes the whole unreadable.
class Reader {
 public:
  explicit Reader(const Moment& moment) : moment_(moment) {}
  bool ok() const { return ok_; }

  std::int64_t number(const Value* value) {
    std::int64_t result = 0;
    const Number* digits = value != nullptr ? value->as_number() : nullptr;
    if (digits == nullptr) return fail(result);
    const char* const end = digits->text.data() + digits->text.size();
    const auto [stop, error] = std::from_chars(digits->text.data(), end, result);
    return error == std::errc{} && stop == end ? result : fail(std::int64_t{0});
  }
  template <class Unsigned>
  Unsigned count(const Value* value) {
    const std::int64_t result = number(value);
    if (result < 0 || !std::in_range<Unsigned>(result)) return fail(Unsigned{0});
    return static_cast<Unsigned>(result);
  }
  std::string text(const Value* value) {
    const std::string* result = value != nullptr ? value->as_string() : nullptr;
    return result != nullptr ? *result : fail(std::string());
  }
  state::Reason reason(const Value* value) {
    const auto result = state::parse_reason(text(value));
    return result ? *result : fail(state::Reason::none);
  }
  std::optional<docker::ContainerId> id(const Value* value) {
    if (value == nullptr) return std::nullopt;
    auto result = docker::ContainerId::parse(text(value));
    if (!result) ok_ = false;
    return result;
  }
  std::set<docker::ContainerId> ids(const Value* value) {
    std::set<docker::ContainerId> ids;
    for (const Value& item : list(value)) {
      if (auto read = id(&item)) ids.insert(*std::move(read));
    }
    return ids;
  }
  // At most two centuries: no clock says more, and sums of such durations and times stay within the
  // range of nanoseconds.
  std::chrono::milliseconds duration(const Value* value) {
    constexpr std::chrono::milliseconds kLongest = std::chrono::years(200);
    const std::chrono::milliseconds result(number(value));
    if (result > kLongest || result < -kLongest) return fail(std::chrono::milliseconds(0));
    return result;
  }
  state::WallTime wall(const Value* value) { return state::WallTime(duration(value)); }
  // A time that has passed stays so.
  state::TimePoint past(const Value* value) {
    return moment_.now - std::max<state::Duration>(moment_.wall - wall(value), {});
  }
  const List& list(const Value* value) {
    static const List kNone;
    if (value == nullptr) return kNone;
    const List* result = value->as_list();
    if (result == nullptr) ok_ = false;
    return result != nullptr ? *result : kNone;
  }

  Ladder ladder(const Value& value) {
    Ladder ladder{.failures = count<std::uint32_t>(value.find("failures")),
                  .waited = duration(value.find("waited")),
                  .cause = reason(value.find("cause")),
                  .message = text(value.find("message")),
                  .since = wall(value.find("since")),
                  .holder = id(value.find("holder"))};
    const state::Duration left = wall(value.find("next")) - moment_.wall;
    ladder.next_attempt = moment_.now + std::clamp<state::Duration>(
                                            left, {}, std::max<state::Duration>(ladder.waited, {}));
    return ladder;
  }

  SlotHistory slot(const Value& value);
  Rollout rollout(const Value& value);

 private:
  template <class T>
  T fail(T otherwise) {
    ok_ = false;
    return otherwise;
  }

  const Moment& moment_;
  bool ok_ = true;
};

SlotHistory Reader::slot(const Value& value) {
  SlotHistory slot;
  for (const Value& item : list(value.find("ladders"))) {
    Ladder read = ladder(item);
    const state::Reason key =
        read.cause == state::Reason::exited ? state::Reason::crash_loop : read.cause;
    slot.ladders.insert_or_assign(key, std::move(read));
  }
  slot.counted = id(value.find("counted"));
  slot.found_ill = ids(value.find("found_ill"));
  slot.examined = ids(value.find("examined"));
  if (const Value* burnt = value.find("burnt"))
    slot.burnt_incarnation = count<std::uint32_t>(burnt);
  return slot;
}

Rollout Reader::rollout(const Value& value) {
  Rollout rollout;
  rollout.revision = state::Revision{count<std::uint64_t>(value.find("revision"))};
  const std::string named = text(value.find("state"));
  bool known = false;
  for (const auto state : {state::RolloutState::rolling, state::RolloutState::paused,
                           state::RolloutState::rolled_back, state::RolloutState::completed}) {
    if (named != to_string(state)) continue;
    rollout.state = state;
    known = true;
  }
  const Value* complete = value.find("complete");
  const bool* flag = complete != nullptr ? complete->as_bool() : nullptr;
  if (!known || flag == nullptr) ok_ = false;
  rollout.complete = flag != nullptr && *flag;
  rollout.began = wall(value.find("began"));
  if (const Value* still_for = value.find("still_for"))
    rollout.progressed = moment_.now - std::chrono::milliseconds(number(still_for));
  if (const Value* stepped = value.find("stepped")) rollout.stepped = past(stepped);
  rollout.proven = count<std::uint32_t>(value.find("proven"));
  for (const Value& item : list(value.find("failed")))
    rollout.failed.insert(count<std::uint32_t>(&item));
  rollout.reason = reason(value.find("reason"));
  rollout.message = text(value.find("message"));
  if (const Value* gave_up = value.find("gave_up"))
    rollout.gave_up = state::Revision{count<std::uint64_t>(gave_up)};
  return rollout;
}

std::optional<Value> parse(std::string_view text) {
  state::Problems problems;
  return state::read_json(text, problems, kMaxBytes);
}

}  // namespace

std::string memory_key(const state::ServiceName& service) {
  return std::string(kServicePrefix) + service.str();
}

std::string image_memory_key(std::string_view image) {
  return std::string(kImagePrefix).append(image);
}

std::string encode_memory(const ServiceHistory& history, const Moment& moment) {
  Map map;
  add(map, "spec", text(history.spec));
  add(map, "failures_in_a_row", number(history.failures_in_a_row));
  add(map, "backoff_resets", number(static_cast<std::int64_t>(history.backoff_resets)));
  add(map, "settled", number(static_cast<std::int64_t>(state::number(history.settled))));
  if (history.pulled)
    add(map, "pulled", number(static_cast<std::int64_t>(state::number(*history.pulled))));
  add(map, "rollout", encode(history.rollout, moment));
  Map slots;
  for (const auto& [slot, past] : history.slots) {
    if (past != SlotHistory{}) add(slots, std::to_string(slot), encode(past, moment));
  }
  add(map, "slots", Value(std::move(slots), {}));
  return state::write_json(Value(std::move(map), {}));
}

std::string encode_memory(const ImageHistory& history, const Moment& moment) {
  Map map;
  add(map, "missing", Value(history.state == ImageState::failed, {}));
  add(map, "ladder", encode(history.ladder, moment));
  add(map, "warning", text(history.warning));
  return state::write_json(Value(std::move(map), {}));
}

std::optional<ServiceHistory> decode_service_memory(std::string_view text, const Moment& moment) {
  const auto root = parse(text);
  if (!root || root->as_map() == nullptr) return std::nullopt;
  Reader reader(moment);
  ServiceHistory history;
  history.spec = reader.text(root->find("spec"));
  history.failures_in_a_row = reader.count<std::uint32_t>(root->find("failures_in_a_row"));
  history.backoff_resets = reader.count<std::uint64_t>(root->find("backoff_resets"));
  history.settled = state::Generation{reader.count<std::uint64_t>(root->find("settled"))};
  if (const Value* pulled = root->find("pulled"))
    history.pulled = state::Revision{reader.count<std::uint64_t>(pulled)};
  const Value* rollout = root->find("rollout");
  const Value* slots = root->find("slots");
  const Map* by_number = slots != nullptr ? slots->as_map() : nullptr;
  if (rollout == nullptr || by_number == nullptr) return std::nullopt;
  history.rollout = reader.rollout(*rollout);
  for (const state::Member& member : *by_number) {
    const Value key(Number{member.key}, {});
    history.slots.insert_or_assign(reader.count<Slot>(&key), reader.slot(member.value));
  }
  if (!reader.ok()) return std::nullopt;
  return history;
}

std::optional<ImageHistory> decode_image_memory(std::string_view text, const Moment& moment) {
  const auto root = parse(text);
  if (!root) return std::nullopt;
  Reader reader(moment);
  const Value* missing = root->find("missing");
  const Value* ladder = root->find("ladder");
  if (missing == nullptr || missing->as_bool() == nullptr || ladder == nullptr) return std::nullopt;
  ImageHistory history{.state = *missing->as_bool() ? ImageState::failed : ImageState::unknown,
                       .ladder = reader.ladder(*ladder),
                       .warning = reader.text(root->find("warning"))};
  if (!reader.ok()) return std::nullopt;
  return history;
}

History recall(const std::map<std::string, std::string>& memory, const Moment& moment,
               std::vector<std::string>& lost) {
  History history;
  for (const auto& [key, text] : memory) {
    if (key.starts_with(kServicePrefix)) {
      const auto service = state::ServiceName::parse(key.substr(kServicePrefix.size()));
      auto past = service ? decode_service_memory(text, moment) : std::nullopt;
      if (past) {
        history.services.insert_or_assign(*service, *std::move(past));
        continue;
      }
    } else if (key.starts_with(kImagePrefix)) {
      if (auto past = decode_image_memory(text, moment)) {
        history.images.insert_or_assign(key.substr(kImagePrefix.size()), *std::move(past));
        continue;
      }
    }
    lost.push_back(key);
  }
  return history;
}

}  // namespace genisys::controller
