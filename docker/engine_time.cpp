#include "docker/engine_time.hpp"

#include <algorithm>

namespace genisys::docker {
namespace {

// Takes digits and separators off the front of a text; remembers whether all was as expected.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  int digits(std::size_t count) {
    int value = 0;
    if (text_.size() < count) return fail();
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_digit(text_[i])) return fail();
      value = value * 10 + (text_[i] - '0');
    }
    text_.remove_prefix(count);
    return value;
  }

  bool take(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }

  void expect(char c) {
    if (!take(c)) fail();
  }

  // ".5" as 500000000; digits beyond the ninth are dropped.
  std::int64_t fraction() {
    if (!take('.')) return 0;
    if (text_.empty() || !is_digit(text_.front())) return fail();
    std::int64_t value = 0;
    std::int64_t weight = 100'000'000;
    while (!text_.empty() && is_digit(text_.front())) {
      value += (text_.front() - '0') * weight;
      weight /= 10;
      text_.remove_prefix(1);
    }
    return value;
  }

  bool finished() const { return ok_ && text_.empty(); }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  int fail() {
    ok_ = false;
    return 0;
  }

  std::string_view text_;
  bool ok_ = true;
};

}  // namespace

bool parse_engine_time(std::string_view text, std::optional<EngineTime>& time) {
  using namespace std::chrono;
  time.reset();
  Scanner scan(text);
  const int year_number = scan.digits(4);
  scan.expect('-');
  const int month_number = scan.digits(2);
  scan.expect('-');
  const int day_number = scan.digits(2);
  scan.expect('T');
  const int hour = scan.digits(2);
  scan.expect(':');
  const int minute = scan.digits(2);
  scan.expect(':');
  const int second = scan.digits(2);
  const std::int64_t nanosecond = scan.fraction();
  minutes offset{0};
  if (!scan.take('Z')) {
    const bool is_east = scan.take('+');
    if (!is_east) scan.expect('-');
    const int offset_hours = scan.digits(2);
    scan.expect(':');
    offset = hours(offset_hours) + minutes(scan.digits(2));
    if (!is_east) offset = -offset;
  }
  const year_month_day date{year(year_number), month(static_cast<unsigned>(month_number)),
                            day(static_cast<unsigned>(day_number))};
  if (!scan.finished() || !date.ok() || hour > 23 || minute > 59 || second > 60) return false;

  constexpr int kFirstYear = 1678;
  constexpr int kLastYear = 2261;
  if (year_number < kFirstYear || year_number > kLastYear) return true;
  time = EngineTime(sys_days(date)) + hours(hour) + minutes(minute) + seconds(second) +
         nanoseconds(nanosecond) - offset;
  return true;
}

}  // namespace genisys::docker
