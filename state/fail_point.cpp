#include "state/fail_point.hpp"

#ifdef GENISYS_FAIL_POINTS

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace genisys::state {
namespace {

constexpr std::string_view kNames[] = {
#define GENISYS_FAIL_POINT_NAME(name) #name,
    GENISYS_EACH_FAIL_POINT(GENISYS_FAIL_POINT_NAME)
#undef GENISYS_FAIL_POINT_NAME
};

struct Order {
  bool given = false;
  FailPoint point{};
  std::uint64_t passing = 1;
};

[[noreturn]] void refuse(std::string_view text) {
  std::fprintf(stderr, "error: GENISYS_FAIL_POINT: `%.*s` is no point, or no number follows it\n",
               static_cast<int>(text.size()), text.data());
  std::_Exit(2);
}

Order read_order() {
  const char* value = std::getenv("GENISYS_FAIL_POINT");
  if (value == nullptr || *value == '\0') return {};
  const std::string_view text(value);
  const std::size_t colon = std::min(text.find(':'), text.size());
  const auto* const found = std::find(std::begin(kNames), std::end(kNames), text.substr(0, colon));
  if (found == std::end(kNames)) refuse(text);
  Order order{.given = true, .point = static_cast<FailPoint>(found - std::begin(kNames))};
  if (colon == text.size()) return order;
  const std::string_view number = text.substr(colon + 1);
  const auto read = std::from_chars(number.data(), number.data() + number.size(), order.passing);
  if (read.ec != std::errc{} || read.ptr != number.data() + number.size()) refuse(text);
  return order;
}

}  // namespace

void pass(FailPoint point) {
  static const Order order = read_order();
  static std::atomic<std::uint64_t> passed = 0;
  if (!order.given || order.point != point) return;
  if (++passed != order.passing) return;
  ::kill(::getpid(), SIGKILL);
  while (true) ::pause();  // the signal may need a moment; nothing more is done in it
}

}  // namespace genisys::state

#endif
