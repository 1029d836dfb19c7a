#include "tests/simulation/trace.hpp"

#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace genisys::simulation {
namespace {

class TraceSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const bool is_bad = message.level >= spdlog::level::warn;
    Trace::print(is_bad ? "connector!" : "connector",
                 {message.payload.data(), message.payload.size()});
  }
  void flush_() override { std::fflush(stdout); }
};

}  // namespace

const fakes::ManualClock* Trace::clock_ = nullptr;

void Trace::follow(const fakes::ManualClock* clock) {
  static const bool is_wanted = std::getenv("GENISYS_SEED") != nullptr;
  if (!is_wanted) {
    spdlog::set_level(spdlog::level::off);
    return;
  }
  clock_ = clock;
  static const auto logger =
      std::make_shared<spdlog::logger>("trace", std::make_shared<TraceSink>());
  spdlog::set_default_logger(logger);
  spdlog::set_level(clock == nullptr ? spdlog::level::off : spdlog::level::debug);
}

void Trace::print(std::string_view who, std::string_view what) {
  if (clock_ == nullptr) return;
  const std::chrono::duration<double> now =
      clock_->now().time_since_epoch() - std::chrono::hours(1);
  std::fputs(fmt::format("{:>10.3f}  {:<10}  {}\n", now.count(), who, what).c_str(), stdout);
}

}  // namespace genisys::simulation
