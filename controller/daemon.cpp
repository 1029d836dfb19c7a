#include "controller/daemon.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "api/server.hpp"
#include "api/token_file.hpp"
#include "controller/loop.hpp"
#include "controller/metrics.hpp"
#include "controller/reconciler.hpp"
#include "controller/reload.hpp"
#include "docker/credentials.hpp"
#include "docker/http_engine.hpp"
#include "state/sqlite_store.hpp"
#include "state/status_board.hpp"
#include "state/system_clock.hpp"

namespace genisys::controller {
namespace {

namespace asio = boost::asio;

// How long acts under way may take to end once the program is asked to.
constexpr std::chrono::milliseconds kGrace{1500};
constexpr std::chrono::milliseconds kLastWords{200};

// The service file is broken: one line per mistake.
struct BadServiceFile : std::runtime_error {
  explicit BadServiceFile(std::vector<std::string> lines)
      : std::runtime_error("the service file is broken"), errors(std::move(lines)) {}
  std::vector<std::string> errors;
};

void log_lines(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) spdlog::error("{}", line);
}

// Each connection and each engine call is a descriptor: use what the system allows. Returns how
// many of them API connections may have, so that they never starve the rest.
std::size_t share_descriptors(std::size_t engine_calls) {
  constexpr rlim_t kFewest = 8;
  constexpr rlim_t kMost = 1024;
  const rlim_t others = 32 + engine_calls;  // files, the event stream, credential helpers
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return kMost;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t left = limit.rlim_cur - std::min(limit.rlim_cur, others);
  const rlim_t share = std::clamp(left, kFewest, kMost);
  if (share < kMost) {
    spdlog::warn(
        "{} descriptors (ulimit -n) are enough for {} API connections only; {} would be for {}",
        limit.rlim_cur, share, kMost + others, kMost);
  }
  return share;
}

// Whoever started this program may have had them ignored: then nobody learns how a credential
// helper ended.
void expect_children() { ::signal(SIGCHLD, SIG_DFL); }

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

// Everything that runs, in the order in which it depends on each other. Start goes down the
// members, stop() goes up.
class Daemon {
 public:
  Daemon(asio::io_context& io, const Config& config, std::optional<api::Tokens> tokens,
         std::unique_ptr<state::SqliteStore> store, std::size_t connections)
      : io_(io),
        config_(config),
        tokens_(std::move(tokens)),
        connections_(connections),
        store_(std::move(store)),
        service_files_(config_, *store_),
        signals_(io, SIGTERM, SIGINT, SIGHUP),
        engine_(io.get_executor(), config.docker.address, {}),
        credentials_(io.get_executor(), config.docker.config),
        loop_(io.get_executor(), clock_, {.interval = config.connector.interval}) {}

  // Returns when the program has stopped in order. Throws what kept it from starting.
  asio::awaitable<void> run() {
    const state::Index first = co_await store_->reserve_indexes(kIndexBlock);
    board_.emplace(io_.get_executor(), first, kIndexBlock);
    state::Reload services = co_await service_files_.take();
    if (!services.errors.empty()) throw BadServiceFile(std::move(services.errors));
    ReconcilerOptions options{.limits = {.starts = config_.docker.concurrency},
                              .seed = std::random_device{}()};
    options.policy.adopt = config_.docker.adopt;
    options.policy.host = config_.policy;
    options.registry_auth = [this](std::string image) {
      return credentials_.for_image(std::move(image));
    };
    reconciler_.emplace(io_.get_executor(), *store_, *board_, engine_, clock_, options,
                        [this](Urgency urgency) { loop_.wake(urgency); });
    metrics_.emplace(*store_, *board_, *reconciler_, std::string(GENISYS_VERSION));
    store_->on_durable([this](const std::set<state::ServiceName>& names) {
      board_->touch(names);
      loop_.wake(Urgency::now);
    });
    open_server();
    spawn(observe());
    spawn(reconcile());
    co_await wait_for_the_end();
    co_await stop();
  }

  // A task died, which nobody asked for.
  bool failed() const { return failed_; }

 private:
  void open_server() {
    api::Context context{.store = *store_, .board = *board_, .clock = clock_};
    context.preview = [this](const state::Snapshot& wanted) {
      return reconciler_->preview(wanted);
    };
    context.reload = [this](std::string author) {
      return service_files_.take_again(std::move(author));
    };
    context.rehearse_reload = [this] {
      return rehearse_reload(config_, *store_->snapshot(), [this](const state::Snapshot& wanted) {
        return reconciler_->preview(wanted);
      });
    };
    context.policy = config_.policy;
    context.metrics_text = [this] { return metrics_->text(); };
    context.max_replicas = config_.limits.replicas;
    context.allowed_hosts = config_.connector.allowed_hosts;
    context.advertise = config_.connector.advertise;
    context.version = std::string(GENISYS_VERSION);
    server_.emplace(io_, std::move(context),
                    api::ServerOptions{.bind = config_.connector.bind,
                                       .port = config_.connector.port,
                                       .max_connections = connections_,
                                       .tokens = std::exchange(tokens_, std::nullopt)});
    server_->open();
    if (server_->port() != 0) {
      spdlog::info("listening on {}:{}", config_.connector.bind, server_->port());
    } else {
      spdlog::info("listening on {}", config_.connector.bind);
    }
  }

  // A task that ends by cancellation only; anything else ends the program.
  void spawn(asio::awaitable<void> task) {
    const auto ended = [this](std::exception_ptr error) {
      if (!error || stopping_) return;
      try {
        std::rethrow_exception(error);
      } catch (const std::exception& failure) {
        spdlog::critical("the program can't go on: {}", failure.what());
      }
      failed_ = true;
      signals_.cancel();
    };
    asio::cancellation_signal& cancel = cancels_.emplace_back();
    asio::co_spawn(io_, std::move(task), asio::bind_cancellation_slot(cancel.slot(), ended));
  }

  asio::awaitable<void> observe() { co_await reconciler_->observer().watch(); }

  asio::awaitable<void> reconcile() {
    co_await loop_.run(*reconciler_,
                       [this](const PassReport& report) { metrics_->note_pass(report); });
  }

  asio::awaitable<void> wait_for_the_end() {
    while (!failed_) {
      boost::system::error_code error;
      const int signal =
          co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, error));
      if (error) break;
      if (signal != SIGHUP) {
        spdlog::info("stopping: containers go on running");
        break;
      }
      co_await reload();
    }
  }

  // A broken file changes nothing. The tokens first, and whatever becomes of the service files: a
  // token that leaked must go at once.
  asio::awaitable<void> reload() {
    reload_tokens();
    try {
      co_await service_files_.take_again("SIGHUP");
    } catch (const state::StoreError& error) {
      spdlog::error("cannot record the service file: {}", error.what());
    }
  }

  void reload_tokens() {
    if (config_.connector.token_file.empty()) return;
    api::LoadedTokens loaded = api::load_tokens(config_.connector.token_file);
    if (loaded.tokens) {
      spdlog::info("the token file was read again: {}", api::describe(*loaded.tokens));
      server_->use_tokens(*std::move(loaded.tokens));
    } else {
      log_lines(loaded.errors);
      spdlog::error("the token file was not taken; tokens stay as they are");
    }
  }

  asio::awaitable<void> stop() {
    stopping_ = true;
    server_->close();
    board_->stop();
    for (asio::cancellation_signal& cancel : cancels_)
      cancel.emit(asio::cancellation_type::terminal);
    reconciler_->executor().stop();
    Executor& executor = reconciler_->executor();
    if (!co_await executor.drained_by(clock_.now() + kGrace)) {
      executor.cancel();
      co_await executor.drained_by(clock_.now() + kLastWords);
    }
    co_await store_->close();
  }

  asio::io_context& io_;
  const Config& config_;
  std::optional<api::Tokens> tokens_;  // until the server has them
  const std::size_t connections_;      // of the API, at most
  state::SystemClock clock_;
  std::unique_ptr<state::SqliteStore> store_;
  ServiceFiles service_files_;
  asio::signal_set signals_;
  docker::HttpEngine engine_;
  docker::Credentials credentials_;
  Loop loop_;
  std::optional<state::StatusBoard> board_;
  std::optional<Reconciler> reconciler_;
  std::optional<Metrics> metrics_;
  std::optional<api::Server> server_;
  bool stopping_ = false;
  bool failed_ = false;
  std::list<asio::cancellation_signal> cancels_;  // one per task
};

void set_up_log(LogLevel level) {
  auto log = spdlog::stderr_logger_st("genisys-connector");
  log->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %L %v", spdlog::pattern_time_type::utc);
  log->set_level(to_spdlog(level));
  log->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(log));
}

// Runs the daemon to its end. Whatever it throws is what kept it from starting.
int run_to_the_end(asio::io_context& io, Daemon& daemon) {
  std::exception_ptr failure;
  bool ended = false;
  asio::co_spawn(io, daemon.run(), [&](std::exception_ptr error) {
    failure = std::move(error);
    ended = true;
  });
  while (!ended && io.run_one() > 0) {
  }
  // Tasks and connections that were told to end do so here, while what they use is still there.
  io.run_for(kLastWords);
  if (failure) std::rethrow_exception(failure);
  return daemon.failed() ? kExitFailed : kExitOk;
}

}  // namespace

int run_daemon(const Config& config) {
  set_up_log(config.connector.log_level);
  const std::size_t connections = share_descriptors(config.docker.concurrency);
  expect_children();
  asio::io_context io(1);
  try {
    api::LoadedTokens loaded;
    if (!config.connector.token_file.empty()) {
      loaded = api::load_tokens(config.connector.token_file);
      if (!loaded.tokens) {
        log_lines(loaded.errors);
        return kExitUsage;
      }
    }
    auto store = state::SqliteStore::open(
        io.get_executor(), {.path = config.connector.state_file.string(),
                            .instance = config.connector.instance,
                            .journal_entries = config.limits.journal_entries,
                            .journal_age = std::chrono::days(config.limits.journal_days)});
    Daemon daemon(io, config, std::move(loaded.tokens), std::move(store), connections);
    return run_to_the_end(io, daemon);
  } catch (const state::OpenError& error) {
    spdlog::error("{}", error.what());
    return error.fault() == state::OpenFault::in_use ? kExitStateFileInUse : kExitFailed;
  } catch (const BadServiceFile& error) {
    log_lines(error.errors);
    return kExitUsage;
  } catch (const std::exception& error) {
    spdlog::error("{}", error.what());
    return kExitFailed;
  }
}

}  // namespace genisys::controller
