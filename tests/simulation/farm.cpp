#include "tests/simulation/farm.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

#include "tests/simulation/trace.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/run_coro.hpp"

namespace genisys::simulation {

using namespace std::chrono_literals;

void Farm::send(Wish wish) {
  if (!connector_) return;  // nobody listens
  Trace::say("client", "asks for {}", to_string(wish));
  if (wish.target) note_target(wish.service, *wish.target);
  // While it is updated one container more may run; the next quiet moment takes the allowance back.
  if (wish.image) allowed_[wish.service].surge = 1;
  state::Change change = [wish](state::Draft& draft) {
    const state::ServiceName name = test::name(wish.service);
    const state::Service* service = draft.find(name);
    state::Definition definition =
        service != nullptr ? service->definition : test::definition(wish.service);
    if (wish.image) definition.image = test::image(*wish.image);
    if (wish.image) static_cast<void>(state::replace_definition(draft, definition, std::nullopt));
    if (wish.target)
      static_cast<void>(state::set_targets(draft, {{name, *wish.target}}, std::nullopt, true));
    if (wish.paused) {
      static_cast<void>(*wish.paused ? state::pause_service(draft, name, std::nullopt)
                                     : state::resume_service(draft, name, std::nullopt));
    }
  };
  const auto ticket = ledger_.submit(std::move(wish));
  const auto answered = [this, ticket, life = life_](std::exception_ptr failure) {
    if (life->is_over()) return;  // nobody knows what became of it
    Trace::say("client", "{}: {}", to_string(*ticket), failure ? "refused" : "acknowledged");
    if (failure) {
      ledger_.refuse(ticket);
    } else {
      ledger_.acknowledge(ticket);
    }
    check_moment();
  };
  boost::asio::co_spawn(io_, store_->commit(std::move(change)), answered);
  run_ready();
}

void Farm::commit(state::Change change) {
  test::run_coro(io_, store_->commit(std::move(change)));
  run_ready();
}

void Farm::declare(std::string_view service, std::string_view image) {
  commit([&](state::Draft& draft) {
    static_cast<void>(state::register_service(draft, test::definition(service, image)));
  });
}

void Farm::redefine(std::string_view service, std::string_view image) {
  // While it is updated one container more may run; the next quiet moment takes the allowance back.
  allowed_[std::string(service)].surge = 1;
  commit([&](state::Draft& draft) {
    static_cast<void>(
        state::replace_definition(draft, test::definition(service, image), std::nullopt));
  });
}

void Farm::redefine(const state::Definition& definition) {
  Allowance& allowance = allowed_[definition.name.str()];
  const auto& config = definition.update_config;
  const std::uint32_t parallelism = config ? config->parallelism.value_or(1) : 1;
  allowance.surge = std::max(allowance.surge, parallelism == 0 ? allowance.target : parallelism);
  commit([&](state::Draft& draft) {
    static_cast<void>(state::replace_definition(draft, definition, std::nullopt));
  });
}

void Farm::register_as(const state::Definition& definition) {
  commit(
      [&](state::Draft& draft) { static_cast<void>(state::register_service(draft, definition)); });
}

void Farm::share(state::SharedResources shared) {
  commit([&](state::Draft& draft) { draft.share(std::move(shared)); });
}

void Farm::pause(std::string_view service) {
  commit([&](state::Draft& draft) {
    static_cast<void>(state::pause_service(draft, test::name(service), std::nullopt));
  });
}

void Farm::resume(std::string_view service) {
  commit([&](state::Draft& draft) {
    static_cast<void>(state::resume_service(draft, test::name(service), std::nullopt));
  });
}

void Farm::reset_backoff(std::string_view service) {
  commit([&](state::Draft& draft) {
    static_cast<void>(state::reset_backoff(draft, test::name(service)));
  });
}

void Farm::vacate(std::string_view service, std::uint32_t target, std::set<std::uint32_t> slots) {
  note_target(service, target);
  commit([&](state::Draft& draft) {
    static_cast<void>(state::set_targets(draft, {{test::name(service), target}}, std::nullopt, true,
                                         1000, slots));
  });
}

void Farm::remove_and_keep_containers(std::string_view service) {
  commit([&](state::Draft& draft) {
    static_cast<void>(
        state::remove_service(draft, test::name(service), std::nullopt, state::Containers::keep));
  });
}

void Farm::desire(std::string_view service, std::uint32_t target) {
  note_target(service, target);
  commit([&](state::Draft& draft) {
    static_cast<void>(
        state::set_targets(draft, {{test::name(service), target}}, std::nullopt, true));
  });
}

void Farm::remove(std::string_view service) {
  note_target(service, 0);
  commit([&](state::Draft& draft) {
    static_cast<void>(state::remove_service(draft, test::name(service), std::nullopt));
  });
}

void Farm::note_target(std::string_view service, std::uint32_t target) {
  Allowance& allowance = allowed_[std::string(service)];
  allowance.earlier = std::max(allowance.earlier, allowance.target);
  allowance.target = target;
}

void Farm::allow_one_by_hand(std::string_view service) { ++allowed_[std::string(service)].by_hand; }

void Farm::run_ready() {
  io_.restart();
  io_.poll();
  if (connector_ && life_->is_over()) bury();
}

void Farm::advance(state::Duration step) {
  const state::TimePoint end = clock_.now() + step;
  run_ready();
  while (clock_.now() < end) {
    const auto due = clock_.next_wake();
    const state::TimePoint next = due ? std::clamp(*due, clock_.now() + 1us, end) : end;
    clock_.advance(next - clock_.now());
    run_ready();
  }
}

bool Farm::converges(state::Duration within) {
  const auto is_converged = [this] {
    if (!connector_) return false;
    const auto snapshot = store_->snapshot();
    return std::all_of(
        snapshot->services.begin(), snapshot->services.end(), [this](const auto& entry) {
          const state::Service& service = *entry.second;
          if (service.removing) return false;
          return !service.desired ||
                 state::current_status(service, status(service.name().str())).converged;
        });
  };
  if (!comes_true(within, is_converged)) return false;
  for (auto& [service, allowance] : allowed_) allowance = {.target = allowance.target};
  return true;
}

bool Farm::comes_true(state::Duration within, const std::function<bool()>& claim) {
  const state::TimePoint end = clock_.now() + within;
  while (!claim()) {
    if (clock_.now() >= end) return false;
    advance(100ms);
  }
  return true;
}

int Farm::running(std::string_view service) const {
  const auto& containers = engine_->containers();
  return static_cast<int>(
      std::count_if(containers.begin(), containers.end(), [&](const auto& entry) {
        const fakes::FakeContainer& container = entry.second;
        return container.up() && label(container, controller::kServiceLabel) == service &&
               label(container, controller::kInstanceLabel) == instance_;
      }));
}

const state::Service* Farm::record(std::string_view service) const {
  return store_->snapshot()->find(test::name(service));
}

std::vector<state::JournalEntry> Farm::journal(std::string_view service) {
  return test::run_coro(io_, store_->journal({.service = test::name(service), .limit = 1000}));
}

int Farm::ready(std::string_view service) const {
  return static_cast<int>(std::count_if(
      engine_->containers().begin(), engine_->containers().end(), [&](const auto& entry) {
        const fakes::FakeContainer& container = entry.second;
        const auto label = container.spec.labels.find(std::string(controller::kServiceLabel));
        return label != container.spec.labels.end() && label->second == service &&
               container.state == docker::ContainerState::running &&
               (container.health == docker::Health::none ||
                container.health == docker::Health::healthy);
      }));
}

void Farm::watch_ready(std::string_view service) {
  watched_ = service;
  least_ready_ = ready(service);
}

std::vector<docker::ContainerId> Farm::running_ids() const {
  std::vector<docker::ContainerId> ids;
  for (const auto& [id, container] : engine_->containers()) {
    if (container.up() && label(container, controller::kInstanceLabel) == instance_)
      ids.push_back(id);
  }
  return ids;
}

}  // namespace genisys::simulation
