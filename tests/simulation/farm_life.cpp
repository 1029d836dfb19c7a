// The connector's lives: how one begins, what it asks of the outside, and how it is killed.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

#include "tests/simulation/farm.hpp"
#include "tests/simulation/figures.hpp"
#include "tests/simulation/trace.hpp"
#include "tests/support/builders.hpp"

namespace genisys::simulation {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using fakes::Operation;

struct Farm::Connector {
  Connector(asio::io_context& io, fakes::MemoryStore& store, fakes::FakeEngine& engine,
            fakes::ManualClock& clock, std::uint64_t seed, std::shared_ptr<Life> life)
      : link(io.get_executor(), engine, std::move(life)),
        board(io.get_executor(), state::Index{1}, 1U << 20),
        loop(io.get_executor(), clock, {}),
        reconciler(io.get_executor(), store, board, link, clock, {.seed = seed},
                   [this](controller::Urgency urgency) { loop.wake(urgency); }) {
    store.on_durable([this](const std::set<state::ServiceName>& names) {
      board.touch(names);
      loop.wake(controller::Urgency::now);
    });
    spawn(io, reconciler.observer().watch(), watching);
    spawn(io, loop.run(reconciler, [](const controller::PassReport&) {}), looping);
    spawn(io, reconciler.keep_records(), recording);
  }

  void spawn(asio::io_context& io, asio::awaitable<void> task, asio::cancellation_signal& cancel) {
    ++tasks;
    asio::co_spawn(
        io, std::move(task),
        asio::bind_cancellation_slot(cancel.slot(), [this](std::exception_ptr) { --tasks; }));
  }

  bool is_gone() { return tasks == 0 && reconciler.executor().is_idle(); }

  EngineLink link;
  state::StatusBoard board;
  controller::Loop loop;
  controller::Reconciler reconciler;
  asio::cancellation_signal watching;
  asio::cancellation_signal looping;
  asio::cancellation_signal recording;
  int tasks = 0;
};

Farm::Farm(std::uint64_t seed)
    : engine_(std::make_unique<fakes::FakeEngine>(io_.get_executor(), clock_)),
      instance_(disk_->state().instance),
      seed_(seed),
      referee_(*engine_, instance_, [this](std::string what) { complain(std::move(what)); }) {
  Trace::follow(&clock_);
  open_store();
  for (const char* image : {"app:1", "app:2", "db:1"}) engine_->add_image(image);
  engine_->set_latency(Operation::create, 8ms);
  engine_->set_latency(Operation::start, 150ms);
  engine_->set_latency(Operation::remove, 5ms);
  engine_->on_change([this](const fakes::FakeContainer& changed) { check(changed); });
}

Farm::~Farm() {
  // Who watched may be gone.
  watcher_ = {};
  on_kill_ = {};
  if (connector_) kill_connector();
  Trace::follow(nullptr);
}

void Farm::open_store() {
  store_ = std::make_unique<fakes::MemoryStore>(io_.get_executor(), disk_,
                                                [this] { return clock_.wall(); });
  store_->set_write_hook([this](const state::WriteBatch& batch) { return write(batch); });
}

void Farm::start_connector() {
  Trace::say("life", "the connector starts");
  life_ = std::make_shared<Life>(static_cast<Witness&>(*this));
  referee_.life_began();
  connector_ = std::make_unique<Connector>(io_, *store_, *engine_, clock_, seed_, life_);
  run_ready();
}

void Farm::kill_connector() {
  life_->end();
  bury();
}

void Farm::kill_connector_at(std::uint32_t operation, Kill when) {
  planned_kill_ = PlannedKill{.operations_left = operation, .when = when};
}

void Farm::spare_connector() {
  planned_kill_.reset();
  life_->spare();
}

Kill Farm::next_operation() {
  Figures::all().count("operations of the connector");
  if (!planned_kill_ || --planned_kill_->operations_left > 0) return Kill::none;
  return std::exchange(planned_kill_, std::nullopt)->when;
}

// It has stopped to act; what is left of it in memory goes. Nothing of that gets out.
void Farm::bury() {
  const auto run = [this] {
    io_.restart();
    io_.poll();
  };
  Figures::all().count("kills of the connector");
  Trace::say("life", "the connector is killed");
  planned_kill_.reset();
  store_->on_durable([](const std::set<state::ServiceName>&) {});
  connector_->reconciler.executor().stop();
  connector_->board.stop();
  for (int round = 0; round < 100 && !connector_->is_gone(); ++round) {
    connector_->watching.emit(asio::cancellation_type::terminal);
    connector_->looping.emit(asio::cancellation_type::terminal);
    connector_->recording.emit(asio::cancellation_type::terminal);
    connector_->reconciler.executor().cancel();
    run();
  }
  if (!connector_->is_gone()) complain("a task of the killed connector did not end");
  connector_.reset();
  store_->kill();
  store_.reset();
  run();
  for (const docker::ContainerId& id : starting_) left_starting_.insert_or_assign(id, clock_.now());
  starting_.clear();
  ledger_.cut_off(disk_->state());
  open_store();
  check_moment();
  if (on_kill_) on_kill_();
}

const state::ServiceStatus* Farm::status(std::string_view service) const {
  return connector_ ? connector_->board.find(test::name(service)) : nullptr;
}

bool Farm::has_looked() const { return connector_ && connector_->board.first_pass_done(); }

// ---- every operation

Kill Farm::begins(const EngineCall& call) {
  const Kill kill = next_operation();
  Trace::say("call", "{}{}", to_string(call), text_of(kill));
  if (kill != Kill::none) Figures::all().count(fmt::format("kills at a call{}", text_of(kill)));
  if (kill != Kill::before && call.operation == Operation::start) starting_.insert(*call.id);
  if (kill != Kill::before) referee_.call_begins(call, *store_->snapshot());
  check_moment();
  return kill;
}

void Farm::answered(const EngineCall& call, const docker::Error* error) {
  if (error == nullptr) {
    Trace::say("answer", "{}: done", to_string(call));
  } else {
    Trace::say("answer", "{}: {}, {}", to_string(call), docker::to_string(error->kind),
               error->message);
  }
  if (call.operation == Operation::start) starting_.erase(*call.id);
  referee_.call_answered(call, error);
  check_moment();
}

fakes::Writing Farm::write(const state::WriteBatch& batch) {
  if (connector_ && life_->is_over()) return {.is_recorded = false, .is_answered = false};
  const Kill kill = connector_ ? next_operation() : Kill::none;
  const auto fault =
      kill == Kill::none && write_faults_ ? write_faults_() : std::optional<state::StoreFault>();
  if (Trace::is_on()) {
    Trace::say("write", "{} services, {} memories, {} entries{}{}", batch.steps.size(),
               batch.memory.size(), batch.entries.size(), text_of(kill),
               !fault                              ? ""
               : *fault == state::StoreFault::full ? ": the disk is full"
                                                   : ": the disk is not available");
  }
  Figures::all().count("writes");
  if (fault) {
    Figures::all().count(*fault == state::StoreFault::full ? "faults: disk full"
                                                           : "faults: disk not available");
    return {.is_recorded = false, .fault = fault};
  }
  if (kill == Kill::none) return {};
  Figures::all().count(fmt::format("kills at a write{}", text_of(kill)));
  life_->end();
  return {.is_recorded = kill != Kill::before, .is_answered = false};
}

}  // namespace genisys::simulation
