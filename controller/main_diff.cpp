#include "controller/main_diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/codec_reload.hpp"
#include "api/token_file.hpp"
#include "controller/check.hpp"
#include "controller/daemon.hpp"
#include "controller/reload.hpp"
#include "docker/connection.hpp"
#include "docker/tls.hpp"
#include "state/documents.hpp"
#include "state/sqlite_peek.hpp"
#include "state/text.hpp"

namespace genisys::controller {
namespace {

namespace asio = boost::asio;
using state::Value;

constexpr std::chrono::seconds kPatience{30};
constexpr std::size_t kMaxAnswer = std::size_t{16} * 1024 * 1024;

struct Answer {
  int status = 0;
  std::string body;
};

// Where a client on this machine reaches the API, and how.
struct Place {
  docker::Address address;
  std::shared_ptr<const docker::TlsClient> tls = {};
};

// The API must show the very certificate of the configuration. Null when that can't be read, and
// `why` says so.
std::shared_ptr<const docker::TlsClient> tls_of(const TlsFiles& files, std::string& why) {
  const LoadedTls loaded = load_tls(files, TlsSide::server, std::chrono::system_clock::now());
  if (!loaded.texts) {
    why = loaded.errors.front();
    return nullptr;
  }
  return docker::make_tls_client({.ca = first_certificate(loaded.texts->certificate)},
                                 docker::TlsCheck::certificate, why);
}

docker::Address address_of(const ConnectorConfig& config) {
  constexpr std::string_view kUnix = "unix://";
  if (config.bind.starts_with(kUnix)) return docker::UnixAddress{config.bind.substr(kUnix.size())};
  std::string host = config.bind;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  return docker::TcpAddress{.host = std::move(host), .port = config.port};
}

// What came of asking. Neither an answer nor a failure: nobody listens there.
struct Asked {
  std::optional<Answer> answer = {};
  std::optional<docker::ErrorKind> failure = {};
};

// `asked` outlives it: co_spawn itself hands over only what has a default constructor.
asio::awaitable<void> ask(asio::any_io_executor executor, Place place, std::string request,
                          Asked& asked) {
  const docker::Deadline deadline = std::chrono::steady_clock::now() + kPatience;
  auto connection = co_await docker::Connection::open(executor, std::move(place.address), deadline,
                                                      std::move(place.tls));
  if (!connection) {
    const docker::ErrorKind kind = connection.error().kind;
    if (kind != docker::ErrorKind::unreachable) asked.failure = kind;
    co_return;
  }
  const auto sent = co_await (*connection)->send(std::move(request), deadline);
  if (!sent) {
    asked.failure = sent.error().kind;
    co_return;
  }
  const auto head = co_await (*connection)->read_head(kMaxAnswer, deadline);
  if (!head) {
    asked.failure = head.error().kind;
    co_return;
  }
  Answer answer{.status = head->status, .body = {}};
  for (;;) {
    const auto piece = co_await (*connection)->read_some(deadline);
    if (!piece) {
      asked.failure = piece.error().kind;
      co_return;
    }
    if (piece->empty()) break;
    answer.body += *piece;
  }
  asked.answer = std::move(answer);
}

// With the first token that may write, when there is one: a dry run is a write, too.
std::string request_with(const std::optional<api::Tokens>& tokens) {
  std::string request =
      "POST /reload?dry_run=true HTTP/1.1\r\nHost: localhost\r\n"
      "Content-Length: 0\r\nConnection: close\r\n";
  if (tokens) {
    const auto token =
        std::ranges::find(tokens->all(), api::Access::everything, &api::Token::access);
    if (token != tokens->all().end()) {
      request += "Authorization: Bearer " + token->secret + "\r\n";
    }
  }
  return request + "\r\n";
}

Asked ask_and_wait(Place place, std::string request) {
  asio::io_context io(1);
  Asked asked;
  std::exception_ptr failure;
  asio::co_spawn(io, ask(io.get_executor(), std::move(place), std::move(request), asked),
                 [&failure](std::exception_ptr error) { failure = std::move(error); });
  io.run();
  if (failure) std::rethrow_exception(failure);
  return asked;
}

// ---- the report, whichever way it came, as lines

std::string text(const Value& object, std::string_view key) {
  const Value* found = object.find(key);
  if (found == nullptr) return {};
  if (const std::string* string = found->as_string()) return *string;
  if (const state::Number* number = found->as_number()) return number->text;
  return {};
}

const state::List& list(const Value& object, std::string_view key) {
  static const state::List kEmpty;
  const Value* found = object.find(key);
  const state::List* items = found == nullptr ? nullptr : found->as_list();
  return items == nullptr ? kEmpty : *items;
}

std::string describe_taken(const Value& taken) {
  const std::string effect = text(taken, "effect");
  std::string line = text(taken, "service") + ": ";
  line += effect == "created"   ? "would be registered"
          : effect == "changed" ? "would get a new definition"
                                : "is as its new entry says";
  if (const std::string target = text(taken, "target"); !target.empty()) {
    line += fmt::format("; its target would be {}", target);
  }
  return line;
}

std::string describe_action(const Value& action) {
  std::string line = fmt::format("{}: would {}", text(action, "service"), text(action, "action"));
  if (const std::string slot = text(action, "slot"); !slot.empty()) line += " slot " + slot;
  line += fmt::format(" ({}", text(action, "cause"));
  if (const std::string why = text(action, "message"); !why.empty()) line += ", " + why;
  return line + ")";
}

int print_report(const Value& report) {
  const auto print = [](std::string_view line) { fmt::print("{}\n", line); };
  for (const Value& taken : list(report, "taken")) print(describe_taken(taken));
  for (const Value& shared : list(report, "shared")) {
    print(fmt::format("{} {}: its declaration would be {}", text(shared, "what"),
                      text(shared, "name"), text(shared, "change")));
  }
  for (const Value& kept : list(report, "kept")) {
    print(fmt::format("{}: stays as it is: {}", text(kept, "service"), text(kept, "message")));
  }
  for (const Value& passed : list(report, "passed_over")) {
    print(fmt::format("{}: would be passed over: {}", text(passed, "service"),
                      text(passed, "message")));
  }
  for (const Value& gone : list(report, "gone")) {
    if (const std::string* name = gone.as_string()) {
      print(*name + ": is no longer in the service file and stays as it is");
    }
  }
  for (const Value& notice : list(report, "notices")) {
    if (const std::string* line = notice.as_string()) print("notice: " + *line);
  }
  for (const Value& action : list(report, "actions")) print(describe_action(action));
  if (text(report, "effect") == "changed") return kExitWouldChange;
  print("nothing would change");
  return kExitOk;
}

int fail(int code, std::string_view why) {
  fmt::print(stderr, "error: {}\n", why);
  return code;
}

int print_answer(const Answer& answer, const std::string& url) {
  state::Problems problems;
  const auto body = state::read_json(answer.body, problems, kMaxAnswer);
  if (answer.status == 200 && body && body->find("taken") != nullptr) return print_report(*body);
  if (answer.status == 409 && body) {
    for (const Value& error : list(*body, "errors")) fail(kExitUsage, text(error, "message"));
    return kExitUsage;
  }
  if (answer.status == 401 || answer.status == 403) {
    return fail(kExitFailed, fmt::format("{} does not take a token of the token_file that may "
                                         "write: name one, and send the connector a SIGHUP",
                                         url));
  }
  return fail(kExitFailed, fmt::format("{} does not answer like a connector of this version "
                                       "(status {}): restart it, or see what listens there",
                                       url, answer.status));
}

// Nobody runs: what would happen to containers only a running connector can say.
int print_comparison(const Config& config, const std::string& url) {
  const std::string path = config.connector.state_file.string();
  const state::Snapshot recorded = state::peek_state(path);
  const state::Reload reload = rehearse_reload(config, recorded, {});
  for (const std::string& error : reload.errors) fail(kExitUsage, error);
  if (!reload.errors.empty()) return kExitUsage;
  fmt::print("(no connector answers at {}: compared with {})\n", url, path);
  state::Problems problems;
  const auto report =
      state::read_json(api::encode_reload(reload, api::DryRun::yes), problems, kMaxAnswer);
  return report ? print_report(*report) : fail(kExitFailed, problems.front().message);
}

}  // namespace

int print_diff(const Config& config) {
  const std::string url = api_url(config.connector);
  api::LoadedTokens loaded;
  if (!config.connector.token_file.empty()) {
    loaded = api::load_tokens(config.connector.token_file);
    for (const std::string& error : loaded.errors) fail(kExitUsage, error);
    if (!loaded.tokens) return kExitUsage;
  }
  Place place{.address = address_of(config.connector)};
  if (config.connector.tls) {
    if (config.connector.tls->authority) {
      return fail(kExitFailed,
                  fmt::format("{} asks clients for a certificate (connector.tls.client_ca), "
                              "which --diff has not: ask it yourself, curl --cert FILE "
                              "--key FILE -X POST '{}/reload?dry_run=true'",
                              url, url));
    }
    std::string why;
    place.tls = tls_of(*config.connector.tls, why);
    if (!place.tls) return fail(kExitUsage, why);
  }
  const Asked asked = ask_and_wait(std::move(place), request_with(loaded.tokens));
  if (asked.failure) {
    return fail(kExitFailed, fmt::format("what listens at {} {}", url,
                                         *asked.failure == docker::ErrorKind::timeout
                                             ? "does not answer in time"
                                             : "does not answer like a connector"));
  }
  if (asked.answer) return print_answer(*asked.answer, url);
  try {
    return print_comparison(config, url);
  } catch (const state::OpenError& error) {
    if (error.fault() != state::OpenFault::in_use) return fail(kExitFailed, error.what());
    return fail(kExitFailed, fmt::format("{}, and none answers at {}{}", error.what(), url,
                                         config.connector.tls
                                             ? " with the certificate of the configuration (send "
                                               "SIGHUP after a renewal)"
                                             : ""));
  }
}

}  // namespace genisys::controller
