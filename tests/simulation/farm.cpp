#include "tests/simulation/farm.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <cstdlib>
#include <exception>
#include <utility>

#include "tests/support/builders.hpp"
#include "tests/support/run_coro.hpp"

namespace genisys::simulation {

namespace asio = boost::asio;
using namespace std::chrono_literals;

struct Farm::Connector {
  Connector(asio::io_context& io, fakes::MemoryStore& store, fakes::FakeEngine& engine,
            fakes::ManualClock& clock, std::uint64_t seed)
      : board(io.get_executor(), state::Index{1}, 1U << 20),
        loop(io.get_executor(), clock, {}),
        reconciler(io.get_executor(), store, board, engine, clock, {.seed = seed},
                   [this](controller::Urgency urgency) { loop.wake(urgency); }) {
    store.on_durable([this](const std::set<state::ServiceName>& names) {
      board.touch(names);
      loop.wake(controller::Urgency::now);
    });
    spawn(io, reconciler.observer().watch(), watching);
    spawn(io, loop.run(reconciler, [](const controller::PassReport&) {}), looping);
  }

  void spawn(asio::io_context& io, asio::awaitable<void> task, asio::cancellation_signal& cancel) {
    ++tasks;
    asio::co_spawn(
        io, std::move(task),
        asio::bind_cancellation_slot(cancel.slot(), [this](std::exception_ptr) { --tasks; }));
  }

  bool is_gone() { return tasks == 0 && reconciler.executor().is_idle(); }

  state::StatusBoard board;
  controller::Loop loop;
  controller::Reconciler reconciler;
  asio::cancellation_signal watching;
  asio::cancellation_signal looping;
  int tasks = 0;
};

Farm::Farm(std::uint64_t seed)
    : engine_(std::make_unique<fakes::FakeEngine>(io_.get_executor(), clock_)),
      store_(std::make_unique<fakes::MemoryStore>(io_.get_executor(), state::Snapshot{},
                                                  [this] { return clock_.wall(); })),
      instance_(store_->snapshot()->instance),
      seed_(seed) {
  if (std::getenv("GENISYS_LOG") == nullptr) spdlog::set_level(spdlog::level::off);
  for (const char* image : {"app:1", "app:2", "db:1"}) engine_->add_image(image);
  engine_->set_latency(fakes::Operation::create, 8ms);
  engine_->set_latency(fakes::Operation::start, 150ms);
  engine_->set_latency(fakes::Operation::remove, 5ms);
  engine_->on_change([this](const fakes::FakeContainer& changed) { check(changed); });
}

Farm::~Farm() {
  if (connector_) kill_connector();
}

void Farm::start_connector() {
  connector_ = std::make_unique<Connector>(io_, *store_, *engine_, clock_, seed_);
  run_ready();
}

void Farm::kill_connector() {
  store_->on_durable([](const std::set<state::ServiceName>&) {});
  connector_->reconciler.executor().stop();
  connector_->board.stop();
  // What was waiting ends here; nothing new begins.
  for (int round = 0; round < 100 && !connector_->is_gone(); ++round) {
    connector_->watching.emit(asio::cancellation_type::terminal);
    connector_->looping.emit(asio::cancellation_type::terminal);
    connector_->reconciler.executor().cancel();
    run_ready();
  }
  if (!connector_->is_gone()) violations_.push_back("a task of the killed connector did not end");
  connector_.reset();
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
                 state::current_status(service, connector_->board.find(service.name())).converged;
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

const state::ServiceStatus* Farm::status(std::string_view service) const {
  return connector_ ? connector_->board.find(test::name(service)) : nullptr;
}

int Farm::running(std::string_view service) const {
  return engine_->running(std::string(controller::kServiceLabel), std::string(service));
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
    if (container.up() && container.spec.labels.contains(std::string(controller::kInstanceLabel)))
      ids.push_back(id);
  }
  return ids;
}

std::vector<std::string> Farm::violations() const {
  std::vector<std::string> found = violations_;
  for (const fakes::DestructiveCall& call : engine_->destructive_calls()) {
    if (untouchable_.contains(call.id)) found.push_back(call.name + " was touched and is not ours");
  }
  return found;
}

void Farm::check(const fakes::FakeContainer& changed) {
  spdlog::info("{:.3f} s: {} is {}",
               std::chrono::duration<double>(clock_.now().time_since_epoch()).count(), changed.name,
               docker::to_string(changed.state));
  if (!watched_.empty()) least_ready_ = std::min(least_ready_, ready(watched_));
  if (watcher_) watcher_(changed);
  const auto label = changed.spec.labels.find(std::string(controller::kServiceLabel));
  if (label == changed.spec.labels.end() || !changed.up()) return;
  const Allowance& allowance = allowed_[label->second];
  const int most =
      static_cast<int>(std::max(allowance.target, allowance.earlier) + allowance.surge) +
      allowance.by_hand;
  const int now = running(label->second);
  if (now > most)
    violations_.push_back(fmt::format("{}: {} run, {} may", label->second, now, most));
}

}  // namespace genisys::simulation
