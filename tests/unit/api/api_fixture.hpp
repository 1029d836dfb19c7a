// The API without sockets: requests go through dispatch(routes(), …) to a store in memory and a
// board.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "api/router.hpp"
#include "state/commands.hpp"
#include "state/status_board.hpp"
#include "state/system_clock.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/support/run_coro.hpp"

namespace genisys::api {

class ApiTest : public testing::Test {
 protected:
  ApiTest() {
    store_.on_durable([this](const std::set<state::ServiceName>& names) { board_.touch(names); });
  }

  static state::ServiceName name(std::string_view text) { return *state::ServiceName::parse(text); }

  // "/service/web/status?wait=3s" and so on; nothing is percent-decoded.
  static Request request(Method method, std::string_view target, std::string body = {}) {
    Request made{.method = method, .body = std::move(body)};
    const std::size_t mark = target.find('?');
    for (std::string_view rest = target.substr(1, mark == target.npos ? mark : mark - 1);
         !rest.empty();) {
      const std::size_t slash = rest.find('/');
      made.segments.emplace_back(rest.substr(0, slash));
      rest.remove_prefix(slash == rest.npos ? rest.size() : slash + 1);
    }
    for (std::string_view rest = mark == target.npos ? "" : target.substr(mark + 1);
         !rest.empty();) {
      const std::string_view pair = rest.substr(0, rest.find('&'));
      rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
      const std::size_t equals = pair.find('=');
      made.query.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
    }
    return made;
  }

  Reply reply_to(Request request) { return dispatch(routes(), context_, std::move(request)); }

  // The answer, however long it takes.
  Response send(Request request) {
    Reply reply = reply_to(std::move(request));
    if (auto* now = std::get_if<Response>(&reply)) return std::move(*now);
    return test::run_coro(io_, std::get<boost::asio::awaitable<Response>>(std::move(reply)));
  }

  Response get(std::string_view target) { return send(request(Method::get, target)); }
  Response post(std::string_view target, std::string body) {
    return send(request(Method::post, target, std::move(body)));
  }
  Response put(std::string_view target, std::string body) {
    return send(request(Method::put, target, std::move(body)));
  }
  Response del(std::string_view target) { return send(request(Method::del, target)); }
  Response send_if(std::string condition, Request request) {
    request.if_match = std::move(condition);
    return send(std::move(request));
  }

  // A request that waits; its answer is taken later.
  test::Started<Response> start_get(std::string_view target) {
    auto started = test::start(
        io_, std::get<boost::asio::awaitable<Response>>(reply_to(request(Method::get, target))));
    test::run_ready(io_);
    return started;
  }

  void given(std::string_view service) {
    const Response response = put("/service/" + std::string(service), R"({"image":"nginx:1.25"})");
    ASSERT_EQ(response.status, 201) << response.body;
  }
  void given(std::string_view service, std::uint32_t target) {
    given(service);
    ASSERT_EQ(post("/service/" + std::string(service) + "/scale",
                   R"({"number":)" + std::to_string(target) + "}")
                  .status,
              200);
  }

  const state::Service& record(std::string_view service) const {
    return *store_.snapshot()->find(name(service));
  }

  // What the controller says when it saw the newest generation and all is as desired.
  state::ServiceStatus converged_status(std::string_view service) const {
    const state::Service& wanted = record(service);
    return {.name = wanted.name(),
            .desired = wanted.desired,
            .running = wanted.desired.value_or(0),
            .ready = wanted.desired.value_or(0),
            .updated = wanted.desired.value_or(0),
            .converged = true,
            .generation = wanted.generation,
            .observed_generation = wanted.generation,
            .observed_at = state::WallTime{std::chrono::seconds(1'714'558'830)}};
  }

  static std::optional<std::string> header(const Response& response, std::string_view key) {
    for (const auto& [name, value] : response.headers) {
      if (name == key) return value;
    }
    return std::nullopt;
  }

  boost::asio::io_context io_;
  fakes::MemoryStore store_{io_.get_executor()};
  state::StatusBoard board_{io_.get_executor(), state::Index{100}, 1000};
  state::SystemClock clock_;
  std::vector<state::PlannedAction> planned_;
  state::Snapshot previewed_;
  Context context_{.store = store_,
                   .board = board_,
                   .clock = clock_,
                   .preview =
                       [this](const state::Snapshot& wanted) {
                         previewed_ = wanted;
                         return planned_;
                       },
                   .metrics_text = [] { return std::string("genisys_up 1\n"); },
                   .max_replicas = 1000,
                   .version = "1.2.3"};
};

}  // namespace genisys::api
