// What comes in over a connection: bytes to the parser that RESTinio has, what it parsed to the
// gate, what the gate lets through to the handlers and a store, request after request as on one
// connection. No sockets.
//
// The first byte chooses the rules: bit 0, tokens are needed; bit 1, Host is checked.
#include <http_parser.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "api/gate.hpp"
#include "api/router.hpp"
#include "state/system_clock.hpp"
#include "state/text.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/properties.hpp"

namespace genisys::fuzz {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kTokens = "ops:0123456789abcdef\nviewer:fedcba9876543210:read-only\n";

// One message as the parser finds it.
struct Message {
  std::string target = {};
  std::vector<std::pair<std::string, std::string>> fields = {};
  std::string body = {};
  bool in_value = false;
  bool complete = false;
};

class Connection {
 public:
  explicit Connection(std::string_view bytes) : rest_(bytes) {
    http_parser_init(&parser_, HTTP_REQUEST);
    http_parser_settings_init(&settings_);
    settings_.on_url = [](http_parser* parser, const char* at, std::size_t size) {
      of(parser).target.append(at, size);
      return 0;
    };
    settings_.on_header_field = [](http_parser* parser, const char* at, std::size_t size) {
      Message& message = of(parser);
      if (message.fields.empty() || message.in_value) message.fields.emplace_back();
      message.in_value = false;
      message.fields.back().first.append(at, size);
      return 0;
    };
    settings_.on_header_value = [](http_parser* parser, const char* at, std::size_t size) {
      Message& message = of(parser);
      if (message.fields.empty()) message.fields.emplace_back();
      message.in_value = true;
      message.fields.back().second.append(at, size);
      return 0;
    };
    settings_.on_body = [](http_parser* parser, const char* at, std::size_t size) {
      of(parser).body.append(at, size);
      return 0;
    };
    settings_.on_message_complete = [](http_parser* parser) {
      of(parser).complete = true;
      http_parser_pause(parser, 1);
      return 0;
    };
  }

  // The next whole message; nothing at the end, and when the bytes are no HTTP.
  std::optional<Message> next() {
    Message message;
    parser_.data = &message;
    if (rest_.empty()) return std::nullopt;
    const std::size_t taken = http_parser_execute(&parser_, &settings_, rest_.data(), rest_.size());
    if (!message.complete) return std::nullopt;
    rest_.remove_prefix(std::min(taken, rest_.size()));
    http_parser_pause(&parser_, 0);
    return message;
  }

  api::RawRequest raw(const Message& message) const {
    api::RawRequest raw{.method = http_method_str(static_cast<http_method>(parser_.method)),
                        .http_major = parser_.http_major,
                        .http_minor = parser_.http_minor,
                        .target = message.target,
                        .body = message.body};
    for (const auto& [name, value] : message.fields) raw.fields.emplace_back(name, value);
    return raw;
  }

 private:
  static Message& of(http_parser* parser) { return *static_cast<Message*>(parser->data); }

  std::string_view rest_;
  http_parser parser_ = {};
  http_parser_settings settings_ = {};
};

void require_answer(const api::Response& answer) {
  require(answer.status >= 200 && answer.status < 600, "a status is one");
  require(answer.status != 500, "no input makes a handler fail", answer.body);
  require(state::is_utf8(answer.body), "an answer is UTF-8", answer.body);
  if (answer.content_type.find("json") != std::string::npos && !answer.body.empty()) {
    require_json(answer.body);
  }
  for (const auto& [name, value] : answer.headers) {
    require(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos,
            "a header is one line", value);
  }
}

std::vector<std::string_view> values_of(const api::RawRequest& raw, std::string_view wanted) {
  std::vector<std::string_view> values;
  for (const auto& [name, value] : raw.fields) {
    const bool is_wanted = std::ranges::equal(name, wanted, {}, [](unsigned char c) {
      return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    });
    if (is_wanted) values.push_back(value);
  }
  return values;
}

// What the gate promises of a request that it lets through.
void require_admitted(const api::RawRequest& raw, const api::GateRules& rules,
                      const api::Request& request) {
  const bool writes = request.method != api::Method::get && request.method != api::Method::head;
  require(values_of(raw, "transfer-encoding").empty(), "a body has one length");
  require(values_of(raw, "content-length").size() <= 1, "a body has one length");
  require(values_of(raw, "host").size() == 1 || raw.http_minor == 0, "one host is named");
  require(request.body == raw.body && request.body.size() <= api::kMaxBody, "the body is bounded");
  require(writes || request.body.empty(), "reading needs no body");
  require(raw.target.size() <= api::kMaxTarget, "the target is bounded");
  for (const auto& [name, value] : raw.fields) {
    require(!name.empty() && name.find_first_of(" \t\r\n:") == std::string_view::npos,
            "a field's name is a token", name);
  }
  for (const std::string& segment : request.segments) {
    require(state::is_utf8(segment) && segment.find('/') == std::string::npos, "a segment",
            segment);
  }
  std::set<std::string> keys;
  for (const auto& [key, value] : request.query) {
    require(keys.insert(key).second, "no key of the query comes twice", key);
    require(state::is_utf8(key) && state::is_utf8(value), "a query is text", key);
  }
  if (!rules.tokens) return;
  const bool is_probe = !writes && request.segments.size() == 1 &&
                        (request.segments[0] == "healthz" || request.segments[0] == "readyz");
  const auto presented = values_of(raw, "authorization");
  const auto has = [&presented](std::string_view secret) {
    return presented.size() == 1 && presented[0].find(secret) != std::string_view::npos;
  };
  require(is_probe || has("0123456789abcdef") || (!writes && has("fedcba9876543210")),
          "nobody passes without a token that is good for it");
}

// The API with a memory in place of the disk, and two services in it.
class Api {
 public:
  Api() : store_(io_.get_executor(), initial()) {
    store_.on_durable([this](const std::set<state::ServiceName>& names) { board_.touch(names); });
  }

  // Nothing for what goes on without an end, and for what waits.
  std::optional<api::Response> answer(api::Request request) {
    const bool waits = request.parameter("wait").has_value();
    api::Reply reply = api::dispatch(api::routes(), context_, std::move(request));
    if (auto* now = std::get_if<api::Response>(&reply)) return std::move(*now);
    auto* later = std::get_if<asio::awaitable<api::Response>>(&reply);
    if (later == nullptr || waits) return std::nullopt;
    std::optional<api::Response> answer;
    asio::co_spawn(io_, std::move(*later),
                   [&answer](const std::exception_ptr& error, api::Response response) {
                     require(error == nullptr, "no exception leaves a handler");
                     answer = std::move(response);
                   });
    io_.restart();
    io_.poll();
    require(answer.has_value(), "what does not wait is answered");
    return answer;
  }

 private:
  static state::Snapshot initial() {
    static const state::Snapshot kInitial = [] {
      state::Draft draft{state::Snapshot{}};
      for (const std::string_view name : {"web", "db"}) {
        std::string why;
        const auto image = state::ImageReference::parse("nginx:1.25", why);
        const state::Definition definition{.name = *state::ServiceName::parse(name),
                                           .image = *image};
        require(state::register_service(draft, definition).has_value(), "a service is registered");
      }
      return draft.state();
    }();
    return kInitial;
  }

  static asio::awaitable<state::Reload> reload(std::string) { co_return state::Reload{}; }

  asio::io_context io_;
  fakes::MemoryStore store_;
  state::StatusBoard board_{io_.get_executor(), state::Index{100}, 1000};
  state::SystemClock clock_;
  api::Context context_{
      .store = store_,
      .board = board_,
      .clock = clock_,
      .preview = [](const state::Snapshot&) { return std::vector<state::PlannedAction>{}; },
      .reload = reload,
      .rehearse_reload = [] { return state::Reload{}; },
      .metrics_text = [] { return std::string("genisys_up 1\n"); },
      .version = "1.2.3"};
};

}  // namespace
}  // namespace genisys::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace genisys;
  using namespace genisys::fuzz;
  Input input(data, size);
  const std::uint8_t choice = input.byte();
  api::GateRules rules{.hosts = api::HostRules("127.0.0.1", {"connector.example"}),
                       .check_host = (choice & 2) != 0};
  state::Problems problems;
  if ((choice & 1) != 0) rules.tokens = api::Tokens::parse(kTokens, problems);
  require(problems.empty(), "the tokens are fine");

  std::optional<Api> api;
  Connection connection(input.rest());
  while (const auto message = connection.next()) {
    const api::RawRequest raw = connection.raw(*message);
    auto admitted = api::admit(raw, rules);
    if (const auto* refusal = std::get_if<api::Response>(&admitted)) {
      require(refusal->status >= 400 && refusal->status != 404, "a refusal is an error");
      require_answer(*refusal);
      break;  // the connection is closed
    }
    auto& request = std::get<api::Request>(admitted);
    require_admitted(raw, rules, request);
    if (!api) api.emplace();
    if (const auto answer = api->answer(std::move(request))) require_answer(*answer);
  }
  return 0;
}
