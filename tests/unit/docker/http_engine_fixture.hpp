// An HttpEngine, patient and not, before a scripted engine.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "docker/http_engine.hpp"
#include "tests/unit/docker/scripted_engine.hpp"

namespace genisys::docker::testing {

inline const ContainerId kId = *ContainerId::parse(std::string(64, 'a'));
inline const std::string kPath = "/v1.41/containers/" + kId.str();

inline HttpEngineOptions impatient() {
  constexpr auto kShort = std::chrono::milliseconds(50);
  return {.connect = kShort,
          .info = kShort,
          .list = kShort,
          .inspect = kShort,
          .create = kShort,
          .start = kShort,
          .stop_margin = kShort,
          .remove = kShort,
          .logs = kShort,
          .image_id = kShort,
          .pull_silence = kShort,
          .network = kShort,
          .create_network = kShort,
          .remove_network = kShort,
          .connect_network = kShort,
          .volume = kShort,
          .create_volume = kShort,
          .remove_volume = kShort,
          .subscribe = kShort};
}

class HttpEngineTest : public ::testing::Test {
 protected:
  template <class T>
  T wait(boost::asio::awaitable<T> call) {
    return run(io_, std::move(call));
  }
  ErrorKind list_error(HttpEngine& engine) {
    const auto list = wait(engine.list({}));
    EXPECT_FALSE(list);
    return list ? ErrorKind::engine : list.error().kind;
  }
  // The answer to the first connection is /_ping's; what follows on it is up to the test.
  std::vector<Step> after_ping(std::vector<Step> steps) {
    steps.insert(steps.begin(), {request(), send(answer(200, "OK"))});
    return steps;
  }

  boost::asio::io_context io_{1};
  ScriptedEngine server_{io_};
  HttpEngine engine_{io_.get_executor(), server_.address()};
  HttpEngine impatient_{io_.get_executor(), server_.address(), impatient()};
};

}  // namespace genisys::docker::testing
