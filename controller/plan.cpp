#include "controller/plan.hpp"

#include <algorithm>
#include <utility>

#include "controller/classify.hpp"
#include "controller/plausibility.hpp"
#include "controller/service_planner.hpp"

namespace genisys::controller {
namespace {

// Ends that nobody asked for and that would take most of a service wait for a second look.
void guard_ends(Pass& pass, const Declared& declared, std::size_t first_action, Verdict& verdict) {
  const state::Service& service = *declared.service;
  const auto past = pass.input.history.services.find(service.name());
  if (past == pass.input.history.services.end()) return;
  auto& actions = pass.plan.actions;
  const auto begin = actions.begin() + static_cast<std::ptrdiff_t>(first_action);
  const auto ends = unasked_ends({begin, actions.end()}, service, past->second, pass.input);
  if (ends.empty()) return;
  pass.plan.doubted.emplace(service.name(), ends);
  const DoubtedEnds& doubted = past->second.doubted;
  const bool known =
      std::includes(doubted.containers.begin(), doubted.containers.end(), ends.begin(), ends.end());
  const state::TimePoint second =
      (known ? doubted.since : pass.input.now) + pass.input.policy.second_look;
  if (known && second <= pass.input.now) return;
  actions.erase(std::remove_if(begin, actions.end(),
                               [&](const Action& action) {
                                 const auto* id = container_of(action);
                                 return id != nullptr && ends.contains(*id);
                               }),
                actions.end());
  verdict.doubted = ends.size();
  verdict.actions = actions.size() - first_action;
  pass.wake_at(second);
}

}  // namespace

Plan plan(const PlanInput& input) {
  Plan result;
  const auto views = classify_world(input);
  Pass pass{.input = input, .plan = result, .views = views};
  for (const InFlight& act : input.in_flight) {
    if (act.kind == ActKind::pull) pass.pulling.insert(act.image);
    if (act.resource) pass.preparing.insert(*act.resource);
  }
  const bool may_act = input.world.reachable && input.world.listed && !input.world.doubt;
  if (input.world.doubt) pass.wake_at(input.world.doubt->look_again);
  for (const auto& [name, declared] : input.wanted) {
    const ServiceView& view = views.at(name);
    Verdict verdict;
    if (may_act) {
      const std::size_t first_action = result.actions.size();
      verdict = plan_service(pass, declared, view);
      guard_ends(pass, declared, first_action, verdict);
    }
    result.statuses.push_back(report(input, declared, view, verdict));
  }
  return result;
}

}  // namespace genisys::controller
