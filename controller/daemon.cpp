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
#include <cstdint>
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
#include "controller/daemon_tls.hpp"
#include "controller/daemon_watch.hpp"
#include "controller/loop.hpp"
#include "controller/metrics.hpp"
#include "controller/reconciler.hpp"
#include "controller/reload.hpp"
#include "controller/service_notify.hpp"
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
// Of the disk of the state file, in bytes.
constexpr std::uint64_t kDiskReserve = 1024 * 1024;

// The service file is broken: one line per mistake.
struct BadServiceFile : std::runtime_error {
  explicit BadServiceFile(std::vector<std::string> lines)
      : std::runtime_error("the service file is broken"), errors(std::move(lines)) {}
  std::vector<std::string> errors;
};

void log_lines(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) spdlog::error("{}", line);
}

void log_warnings(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) spdlog::warn("{}", line);
}

// What was read of the files that the configuration names, before anything is started.
struct Loaded {
  std::optional<api::Tokens> tokens = {};
  std::shared_ptr<asio::ssl::context> api_tls = {};
  std::shared_ptr<const docker::TlsClient> engine_tls = {};
};

// Nothing, and the reasons in the log, when some of it is wrong.
std::optional<Loaded> load_secrets(const Config& config) {
  Loaded loaded;
  std::vector<std::string> errors;
  const auto note = [&errors](const auto& result) {
    log_warnings(result.warnings);
    errors.insert(errors.end(), result.errors.begin(), result.errors.end());
  };
  if (!config.connector.token_file.empty()) {
    api::LoadedTokens tokens = api::load_tokens(config.connector.token_file);
    loaded.tokens = std::move(tokens.tokens);
    errors = std::move(tokens.errors);
  }
  if (config.connector.tls) {
    auto tls = load_api_tls(*config.connector.tls);
    note(tls);
    loaded.api_tls = std::move(tls.context);
  }
  if (config.docker.tls) {
    auto tls = load_engine_tls(*config.docker.tls);
    note(tls);
    loaded.engine_tls = std::move(tls.context);
  }
  if (errors.empty()) return loaded;
  log_lines(errors);
  return std::nullopt;
}

void warn_of_open_ways(const Config& config) {
  const ConnectorConfig& connector = config.connector;
  if (is_reachable_from_elsewhere(connector) && !connector.token_file.empty() && !connector.tls) {
    spdlog::warn(
        "the API has no TLS and {} can be reached from other machines: whoever listens on the way "
        "reads "
        "the tokens (name a certificate in connector.tls, or put a proxy that has one in front)",
        connector.bind);
  }
  if (!docker::is_local(config.docker.address) && !config.docker.tls) {
    spdlog::warn(
        "the engine at {} is spoken to in the clear and without proof of who it is: use this "
        "within a "
        "network that you trust alone, or its TLS port with docker.tls",
        docker::to_string(config.docker.address));
  }
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
  Daemon(asio::io_context& io, const Config& config, const ServiceNotify& manager, Loaded loaded,
         std::unique_ptr<state::SqliteStore> store, std::size_t connections)
      : io_(io),
        config_(config),
        manager_(manager),
        tokens_(std::move(loaded.tokens)),
        api_tls_(std::move(loaded.api_tls)),
        connections_(connections),
        store_(std::move(store)),
        service_files_(config_, *store_),
        signals_(io, SIGTERM, SIGINT, SIGHUP),
        engine_(io.get_executor(), config.docker.address, {},
                engine_tls_source(std::move(loaded.engine_tls))),
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
    metrics_.emplace(*store_, *board_, *reconciler_, std::string(GENISYS_VERSION),
                     [this] { return vitals(); });
    store_->on_durable([this](const std::set<state::ServiceName>& names) {
      board_->touch(names);
      loop_.wake(Urgency::now);
    });
    open_server();
    watch_.emplace(io_.get_executor(),
                   DaemonWatch::Watched{.store = *store_,
                                        .board = *board_,
                                        .reconciler = *reconciler_,
                                        .engine = engine_,
                                        .server = *server_,
                                        .manager = manager_,
                                        .bind = config_.connector.bind,
                                        .interval = config_.connector.interval});
    spawn(observe());
    spawn(reconcile());
    spawn(reconciler_->keep_records());
    spawn(watch_->watch_work());
    spawn(watch_->watch_writer());
    spawn(watch_->watch_listener());
    co_await wait_for_the_end();
    co_await stop();
  }

  // A task died, which nobody asked for.
  bool failed() const { return failed_; }

 private:
  docker::TlsSource engine_tls_source(std::shared_ptr<const docker::TlsClient> loaded) {
    if (!config_.docker.tls) return {};
    engine_tls_.emplace(*config_.docker.tls, std::move(loaded));
    return [this] { return engine_tls_->current(); };
  }

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
    context.troubles = [this] { return watch_->troubles(); };
    context.metrics_text = [this] { return metrics_->text(); };
    context.max_replicas = config_.limits.replicas;
    context.allowed_hosts = config_.connector.allowed_hosts;
    context.advertise = config_.connector.advertise;
    context.version = std::string(GENISYS_VERSION);
    server_.emplace(io_, std::move(context),
                    api::ServerOptions{.bind = config_.connector.bind,
                                       .port = config_.connector.port,
                                       .max_connections = connections_,
                                       .tokens = std::exchange(tokens_, std::nullopt),
                                       .tls = std::exchange(api_tls_, nullptr)});
    server_->open();
    if (server_->port() != 0) {
      spdlog::info("listening on {}:{}{}", config_.connector.bind, server_->port(),
                   config_.connector.tls ? " with TLS" : "");
    } else {
      spdlog::info("listening on {}", config_.connector.bind);
    }
  }

  Metrics::Vitals vitals() const {
    return {.pass_age = watch_->pass_age(),
            .stalled = watch_->stalls(),
            .is_state_refused = !store_->refusal().empty(),
            .listener_reopened = watch_->listener_reopened()};
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
      manager_.reloading();
      co_await reload();
      manager_.ready();
    }
  }

  // A broken file changes nothing. The tokens first, and whatever becomes of the service files: a
  // token that leaked must go at once.
  asio::awaitable<void> reload() {
    reload_tokens();
    reload_tls();
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

  // The engine's files are looked at before each connection.
  void reload_tls() {
    if (!config_.connector.tls) return;
    auto loaded = load_api_tls(*config_.connector.tls);
    log_warnings(loaded.warnings);
    if (loaded.context) {
      spdlog::info("the certificate was read again: new connections get it");
      server_->use_tls(std::move(loaded.context));
    } else {
      log_lines(loaded.errors);
      spdlog::error("the certificate was not taken; new connections get the one of before");
    }
  }

  asio::awaitable<void> stop() {
    stopping_ = true;
    manager_.stopping();
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
  const ServiceNotify& manager_;
  std::optional<api::Tokens> tokens_;            // until the server has them
  std::shared_ptr<asio::ssl::context> api_tls_;  // the same
  const std::size_t connections_;                // of the API, at most
  state::SystemClock clock_;
  std::unique_ptr<state::SqliteStore> store_;
  ServiceFiles service_files_;
  asio::signal_set signals_;
  std::optional<EngineTls> engine_tls_;
  docker::HttpEngine engine_;
  docker::Credentials credentials_;
  Loop loop_;
  std::optional<state::StatusBoard> board_;
  std::optional<Reconciler> reconciler_;
  std::optional<Metrics> metrics_;
  std::optional<api::Server> server_;
  std::optional<DaemonWatch> watch_;
  bool stopping_ = false;
  bool failed_ = false;
  std::list<asio::cancellation_signal> cancels_;  // one per task
};

void set_up_log(LogLevel level) {
  auto log = spdlog::stderr_logger_mt("genisys-connector");
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

int exit_code(state::OpenFault fault) {
  switch (fault) {
    case state::OpenFault::in_use:
      return kExitStateFileInUse;
    case state::OpenFault::newer:
    case state::OpenFault::damaged:
    case state::OpenFault::lost:
      return kExitStateFileRefused;
    case state::OpenFault::full:
    case state::OpenFault::unusable:
      return kExitFailed;
  }
  return kExitFailed;
}

}  // namespace

int run_daemon(const Config& config) {
  const ServiceNotify manager = ServiceNotify::from_environment();
  set_up_log(config.connector.log_level);
  const std::size_t connections = share_descriptors(config.docker.concurrency);
  expect_children();
  asio::io_context io(1);
  try {
    std::optional<Loaded> loaded = load_secrets(config);
    if (!loaded) return kExitUsage;
    warn_of_open_ways(config);
    auto store = state::SqliteStore::open(
        io.get_executor(), {.path = config.connector.state_file.string(),
                            .instance = config.connector.instance,
                            .journal_entries = config.limits.journal_entries,
                            .journal_age = std::chrono::days(config.limits.journal_days),
                            .backups = state::BackupPolicy{},
                            .reserve = kDiskReserve,
                            .warn = [](const std::string& text) { spdlog::warn("{}", text); }});
    Daemon daemon(io, config, manager, *std::move(loaded), std::move(store), connections);
    return run_to_the_end(io, daemon);
  } catch (const state::OpenError& error) {
    spdlog::error("{}", error.what());
    return exit_code(error.fault());
  } catch (const BadServiceFile& error) {
    log_lines(error.errors);
    return kExitUsage;
  } catch (const std::exception& error) {
    spdlog::error("{}", error.what());
    return kExitFailed;
  }
}

}  // namespace genisys::controller
