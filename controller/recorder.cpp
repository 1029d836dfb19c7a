#include "controller/recorder.hpp"

#include <spdlog/spdlog.h>

#include <memory>
#include <optional>
#include <utility>

#include "state/commands.hpp"
#include "state/fail_point.hpp"

namespace genisys::controller {
namespace {

namespace asio = boost::asio;
using state::EntryKind;
using state::FailPoint;
using state::JournalEntry;

// While nothing can be written, no more than about so many wait.
constexpr std::size_t kMostEnds = 1000;

// Nothing of it is worth remembering: what is not recorded is recalled like this.
bool is_plain(const ImageHistory& image) {
  return image.ladder == Ladder{} && image.warning.empty() && image.state != ImageState::failed;
}

state::Change forget_change(const Action& action) {
  std::set<std::string> released;
  for (const docker::ContainerId& id : std::get<ForgetService>(action.what).released)
    released.insert(id.str());
  return [name = action.service, released = std::move(released)](state::Draft& draft) {
    state::forget_service(draft, name, released);
  };
}

}  // namespace

History Recorder::recall() {
  std::vector<std::string> lost;
  History history = controller::recall(store_.snapshot()->memory,
                                       {.now = clock_.now(), .wall = clock_.wall()}, lost);
  for (const std::string& key : lost)
    spdlog::warn("cannot read what was remembered of {}: it begins anew", key);
  recorded_ = history;
  return history;
}

// One text of the memory that is to be written.
struct Recorder::Lesson {
  std::string key;
  std::string text;  // empty: to be forgotten
  std::optional<state::ServiceName> service =
      {};  // of which it is; gone meanwhile: to be forgotten
};

std::vector<Recorder::Lesson> Recorder::lessons(const History& history) const {
  const Moment moment{.now = clock_.now(), .wall = clock_.wall()};
  std::vector<Lesson> lessons;
  for (const auto& [name, service] : history.services) {
    const auto known = recorded_.services.find(name);
    const bool same =
        known != recorded_.services.end() ? known->second == service : service == ServiceHistory{};
    if (!same) lessons.push_back({memory_key(name), encode_memory(service, moment), name});
  }
  for (const auto& [image, past] : history.images) {
    const auto known = recorded_.images.find(image);
    const bool was_plain = known == recorded_.images.end() || is_plain(known->second);
    if (is_plain(past) ? was_plain : !was_plain && known->second == past) continue;
    lessons.push_back(
        {image_memory_key(image), is_plain(past) ? std::string() : encode_memory(past, moment)});
  }
  for (const auto& [image, past] : recorded_.images) {
    if (!is_plain(past) && !history.images.contains(image))
      lessons.push_back({image_memory_key(image), std::string()});
  }
  return lessons;
}

asio::awaitable<void> Recorder::remember(const History& history, const World& world) {
  const auto learnt = std::make_shared<const std::vector<Lesson>>(lessons(history));
  const auto gone = std::make_shared<std::vector<std::string>>();
  if (world.reachable && world.listed && !world.doubt) {
    for (const std::string& released : store_.snapshot()->released) {
      const auto id = docker::ContainerId::parse(released);
      if (!id || !world.containers.contains(*id)) gone->push_back(released);
    }
  }
  if (learnt->empty() && gone->empty() && ends_.empty()) co_return;
  History recorded = history;
  const auto ends = std::make_shared<const std::vector<JournalEntry>>(std::exchange(ends_, {}));
  state::Change change = [learnt, gone, ends](state::Draft& draft) {
    for (const Lesson& lesson : *learnt) {
      const bool is_moot = lesson.service && draft.find(*lesson.service) == nullptr;
      if (lesson.text.empty() || is_moot) {
        draft.forget_memory(lesson.key);
      } else {
        draft.remember(lesson.key, lesson.text);
      }
    }
    for (const std::string& id : *gone) draft.unrelease(id);
    for (const JournalEntry& end : *ends) draft.note(end);
  };
  state::pass(FailPoint::remembering);
  const std::string why_not = co_await commit(std::move(change));
  state::pass(FailPoint::remembered);
  if (why_not.empty()) {
    recorded_ = std::move(recorded);
  } else if (ends_.size() < kMostEnds) {
    ends_.insert(ends_.begin(), ends->begin(), ends->end());
  }
  if (!why_not.empty() && !has_failed_) spdlog::warn("cannot record what was learnt: {}", why_not);
  has_failed_ = !why_not.empty();
}

asio::awaitable<std::string> Recorder::carry_out(Action action, History& history) {
  if (std::holds_alternative<ForgetService>(action.what)) {
    state::Change forget = forget_change(action);
    std::string why_not = co_await commit(std::move(forget));
    state::pass(FailPoint::forgotten);
    co_return why_not;
  }
  if (const auto* stable = std::get_if<MarkStable>(&action.what)) {
    state::Change mark = [name = action.service, stable = *stable](state::Draft& draft) {
      state::note_stable(draft, name, stable.revision);
    };
    state::pass(FailPoint::marking_stable);
    std::string why_not = co_await commit(std::move(mark));
    state::pass(FailPoint::marked_stable);
    co_return why_not;
  }

  // The new revision and what was given up for it are one write: killed in between, the connector
  // would take the way back for an update of its own, and judge it.
  struct Result {
    std::string refusal;
    std::optional<Rollout> rollout;
  };
  const auto result = std::make_shared<Result>();
  const auto past = history.services.find(action.service);
  if (past == history.services.end()) co_return std::string();
  const Moment moment{.now = clock_.now(), .wall = clock_.wall()};
  state::Change change = [action, result, moment, past = past->second](state::Draft& draft) {
    const state::Service* service = draft.find(action.service);
    if (service == nullptr || service->generation != action.generation) return;
    const auto decided = state::roll_back(draft, action.service, std::get<RollBack>(action.what).to,
                                          std::nullopt, action.cause.message);
    if (!decided) {
      result->refusal = decided.error().detail;
      return;
    }
    ServiceHistory next = past;
    next.rollout = {.revision = draft.find(action.service)->revision,
                    .state = state::RolloutState::rolled_back,
                    .began = moment.wall,
                    .reason = past.rollout.reason,
                    .message = past.rollout.message,
                    .gave_up = past.rollout.revision};
    result->rollout = next.rollout;
    draft.remember(memory_key(action.service), encode_memory(next, moment));
  };
  state::pass(FailPoint::rolling_back);
  std::string why_not = co_await commit(std::move(change));
  state::pass(FailPoint::rolled_back);
  if (!why_not.empty()) co_return why_not;
  const auto still = history.services.find(action.service);
  if (result->rollout && still != history.services.end()) still->second.rollout = *result->rollout;
  co_return result->refusal;
}

asio::awaitable<std::string> Recorder::commit(state::Change change) {
  try {
    co_await store_.commit(std::move(change));
  } catch (const state::StoreError& error) {
    co_return std::string(error.what());
  }
  co_return std::string();
}

void Recorder::note(std::vector<JournalEntry> entries) {
  for (JournalEntry& entry : entries) store_.note(std::move(entry));
}

// What the store itself records of an act on it (a roll-back, a stable revision) is not said twice.
void Recorder::note_act(const Action& action, const InFlight& about, const Outcome& outcome) {
  const bool is_record = about.kind == ActKind::roll_back || about.kind == ActKind::mark_stable;
  const bool is_said = is_record && !outcome.failure;
  if (about.kind == ActKind::examine || outcome.abandoned || is_said) return;
  JournalEntry entry{.at = clock_.wall(),
                     .service = action.service,
                     .kind = outcome.failure ? EntryKind::failed : EntryKind::done,
                     .action = std::string(to_string(about.kind)),
                     .slot = about.slot,
                     .reason = action.cause.reason,
                     .message = action.cause.message};
  if (about.container) entry.container = about.container->str();
  if (about.kind == ActKind::pull) entry.message = about.image;
  if (about.resource) entry.message = to_string(*about.resource);
  if (outcome.failure) {
    entry.message = fmt::format("cannot {}: {}", to_string(outcome.failure->step),
                                outcome.failure->error.message);
  }
  store_.note(std::move(entry));
}

void Recorder::note_end(const Action& action, const Seen& seen, const Outcome& outcome) {
  const bool by_hand = seen.hand == Hand::stopped || seen.hand == Hand::killed;
  ends_.push_back({.at = clock_.wall(),
                   .service = action.service,
                   .kind = EntryKind::seen,
                   .action = "died",
                   .slot = slot_of(action),
                   .container = seen.container.id.str(),
                   .reason = by_hand ? state::Reason::stopped_by_hand : state::Reason::exited,
                   .message = describe_end(seen) +
                              (seen.hand == Hand::engine ? ", while the engine was away" : ""),
                   .end = end_of(seen, outcome.last_words)});
}

void Recorder::note_vanished(const Observer::Vanished& vanished) {
  store_.note({.at = clock_.wall(),
               .service = vanished.identity.service,
               .kind = EntryKind::seen,
               .action = "removed",
               .slot = vanished.identity.slot,
               .container = vanished.id.str(),
               .message = "removed by somebody else"});
}

void Recorder::note_reachability(const World& world) {
  if (world.reachable == was_reachable_) return;
  was_reachable_ = world.reachable;
  store_.note({.at = clock_.wall(),
               .kind = EntryKind::seen,
               .action = world.reachable ? "engine-back" : "engine-away",
               .reason = world.reachable ? state::Reason::none : state::Reason::engine_unreachable,
               .message = world.reachable ? "the engine answers" : world.problem});
}

}  // namespace genisys::controller
