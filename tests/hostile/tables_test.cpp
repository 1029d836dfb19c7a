// Every row of the input tables over a socket, at the real program. Each has exactly the outcome
// that is written down, in time; after each the next client is answered, and nothing was recorded.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <iostream>
#include <ostream>
#include <set>

#include "tests/hostile/bounds.hpp"
#include "tests/hostile/cases.hpp"
#include "tests/hostile/target.hpp"
#include "tests/support/json.hpp"

namespace genisys::test {
namespace {

using testing::HasSubstr;

// What every refusal has (RFC 9457), whoever it is for.
void expect_problem(const HttpAnswer& answer) {
  EXPECT_EQ(answer.header("content-type"), "application/problem+json");
  EXPECT_EQ(answer.header("x-content-type-options"), "nosniff");
  const Json problem = Json::parse(answer.body);
  EXPECT_EQ(problem["status"].number(), answer.status);
  EXPECT_THAT(problem["title"].text(), testing::Not(testing::AnyOf("", "Unknown")));
  EXPECT_FALSE(problem["detail"].text().empty());
  EXPECT_EQ(answer.header("www-authenticate").empty(),
            answer.status != 401 && !(answer.status == 403 && problem["detail"].text().starts_with(
                                                                  "this token is read-only")));
  EXPECT_EQ(answer.header("allow").empty(), answer.status != 405 && answer.status != 501);
  // One mistake or a million: a page of text.
  EXPECT_LT(answer.body.size(), 64u * 1024);
}

void expect_outcome(const HttpCase& expected, const Answers& answers) {
  EXPECT_EQ(answers.statuses(), expected.statuses)
      << (answers.whole.empty() ? "" : answers.whole.back().body);
  EXPECT_EQ(answers.rest, "");
  EXPECT_LT(answers.took, Target::kLongest);
  if (answers.whole.empty()) return;
  EXPECT_THAT(answers.whole.back().body, HasSubstr(expected.says));
  if (answers.whole.back().status >= 400 && !expected.bytes.starts_with("HEAD")) {
    expect_problem(answers.whole.back());
  }
}

struct Table {
  const char* name;
  HttpCases (*cases)();
  std::size_t at_least;
  bool tokens = false;
};

void PrintTo(const Table& table, std::ostream* out) { *out << table.name; }

class InputTable : public testing::TestWithParam<Table> {
 protected:
  static HttpCases distinct(HttpCases cases) {
    std::set<std::string> names;
    for (const HttpCase& input : cases) EXPECT_TRUE(names.insert(input.name).second) << input.name;
    return cases;
  }
};

TEST_P(InputTable, IsAnsweredAsWrittenAndChangesNothing) {
  const HttpCases cases = distinct(GetParam().cases());
  EXPECT_GE(cases.size(), GetParam().at_least);
  Target target({.tokens = GetParam().tokens});
  const std::string before = target.recorded();
  const std::size_t descriptors = target.descriptors();
  std::chrono::milliseconds longest{0};
  std::string longest_name;
  const auto send = [&](const HttpCase& input) {
    const Answers answers = target.exchange(input.bytes);
    expect_outcome(input, answers);
    if (answers.took > longest) longest_name = input.name;
    longest = std::max(longest, answers.took);
  };
  // Twice: what the first of a kind needs stays, and is no leak.
  for (const HttpCase& input : cases) {
    SCOPED_TRACE(input.name);
    send(input);
  }
  const std::size_t resident = target.resident_kib();
  for (const HttpCase& input : cases) {
    SCOPED_TRACE(input.name);
    send(input);
    EXPECT_EQ(target.recorded(), before);
  }
  EXPECT_TRUE(eventually([&] { return target.descriptors() <= descriptors; }, Target::kLongest));
  EXPECT_LT(target.resident_kib(), resident + at_most_kib(2048));
  std::cout << fmt::format(
      "{}: {} rows, the longest, '{}', took {} ms; resident {} KiB after, {} KiB at most\n",
      GetParam().name, cases.size(), longest_name, longest.count(), target.resident_kib(),
      target.peak_kib());
}

INSTANTIATE_TEST_SUITE_P(
    Of, InputTable,
    testing::Values(Table{"Framing", framing_cases, 80}, Table{"Lines", line_cases, 55},
                    Table{"Sizes", size_cases, 25}, Table{"Targets", target_cases, 80},
                    Table{"Headers", header_cases, 60}, Table{"Tokens", token_cases, 35, true},
                    Table{"Json", json_cases, 130}, Table{"Definitions", definition_cases, 150}),
    [](const auto& info) { return info.param.name; });

TEST(UnfinishedRequests, AreClosedWhenTheirTimeIsUp) {
  const HttpCases cases = unfinished_cases();
  Target target;
  const std::string before = target.recorded();
  std::vector<std::future<Answers>> pending;
  for (const HttpCase& input : cases) {
    pending.push_back(
        std::async(std::launch::async, [&target, &input] { return target.exchange(input.bytes); }));
  }
  std::chrono::milliseconds longest{0};
  for (std::size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE(cases[i].name);
    const Answers answers = pending[i].get();
    expect_outcome(cases[i], answers);
    EXPECT_GE(answers.took, std::chrono::milliseconds(3900));
    longest = std::max(longest, answers.took);
  }
  EXPECT_EQ(target.recorded(), before);
  std::cout << fmt::format("{} unfinished requests, the longest was closed after {} ms\n",
                           cases.size(), longest.count());
}

}  // namespace
}  // namespace genisys::test
