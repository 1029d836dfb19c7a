#include "api/parameters.hpp"

#include <gtest/gtest.h>

namespace genisys::api {
namespace {

using namespace std::chrono_literals;
using Query = std::vector<std::pair<std::string, std::string>>;

Request with_query(Query query) { return {.query = std::move(query)}; }

TEST(Parameters, DoNotWaitUnlessAsked) {
  const auto wait = wait_of({});
  ASSERT_TRUE(wait);
  EXPECT_FALSE(*wait);
}

TEST(Parameters, ReadAWaitForConvergence) {
  const auto wait = wait_of(with_query({{"wait", "30s"}, {"for", "converged"}}));
  ASSERT_TRUE(wait && *wait);
  EXPECT_EQ((*wait)->at_most, 30s);
  EXPECT_TRUE(std::holds_alternative<UntilConverged>((*wait)->until));
}

TEST(Parameters, ReadAWaitForANewerIndex) {
  const auto wait = wait_of(with_query({{"index", "18446744073709551615"}, {"wait", "1m"}}));
  ASSERT_TRUE(wait && *wait);
  EXPECT_EQ((*wait)->at_most, 60s);
  EXPECT_EQ(std::get<UntilNewerThan>((*wait)->until).index, state::Index{UINT64_MAX});
}

struct BadQuery {
  std::string name;
  Query query;
  std::string says;
};
void PrintTo(const BadQuery& row, std::ostream* out) { *out << row.name; }

class BadWaits : public testing::TestWithParam<BadQuery> {};

TEST_P(BadWaits, AreRefused) {
  const auto wait = wait_of(with_query(GetParam().query));
  ASSERT_FALSE(wait);
  EXPECT_EQ(wait.error().status, 400);
  EXPECT_NE(wait.error().body.find(GetParam().says), std::string::npos) << wait.error().body;
}

INSTANTIATE_TEST_SUITE_P(
    Parameters, BadWaits,
    testing::ValuesIn(std::vector<BadQuery>{
        {"TooLong", {{"wait", "61s"}, {"for", "converged"}}, "at most 60s"},
        {"Negative", {{"wait", "-1s"}, {"for", "converged"}}, "no duration"},
        {"NoDuration", {{"wait", "soon"}, {"for", "converged"}}, "no duration: 'soon'"},
        {"EmptyDuration", {{"wait", ""}, {"for", "converged"}}, "no duration"},
        {"WaitForNothing", {{"wait", "3s"}}, "for=converged or index=N"},
        {"ForWithoutWait", {{"for", "converged"}}, "'for' needs 'wait'"},
        {"IndexWithoutWait", {{"index", "3"}}, "'index' needs 'wait'"},
        {"Both", {{"wait", "3s"}, {"for", "converged"}, {"index", "3"}}, "exclude each other"},
        {"UnknownCondition", {{"wait", "3s"}, {"for", "ready"}}, "not 'ready'"},
        {"NegativeIndex", {{"wait", "3s"}, {"index", "-1"}}, "no whole number: '-1'"},
        {"HugeIndex", {{"wait", "3s"}, {"index", "18446744073709551616"}}, "no whole number"},
        {"EmptyIndex", {{"wait", "3s"}, {"index", ""}}, "no whole number"},
        {"Unknown", {{"waitt", "3s"}}, "did you mean 'wait'"},
        {"OfAnother", {{"dry_run", "true"}}, "known: wait, for, index"},
    }),
    [](const auto& info) { return info.param.name; });

TEST(Parameters, NameEverythingThatIsWrongAtOnce) {
  const auto wait = wait_of(with_query({{"wait", "99h"}, {"for", "x"}, {"indx", "y"}}));
  ASSERT_FALSE(wait);
  for (const char* part : {"did you mean 'index'", "at most 60s", "not 'x'"}) {
    EXPECT_NE(wait.error().body.find(part), std::string::npos) << wait.error().body;
  }
}

TEST(Parameters, ReadTheOptionsOfAWrite) {
  EXPECT_FALSE(write_options_of({}, Conditional::supported)->dry_run);
  EXPECT_FALSE(write_options_of({}, Conditional::supported)->if_match);
  EXPECT_TRUE(write_options_of(with_query({{"dry_run", "true"}}), Conditional::supported)->dry_run);
  EXPECT_FALSE(
      write_options_of(with_query({{"dry_run", "false"}}), Conditional::supported)->dry_run);
  const auto options = write_options_of({.if_match = "\"7\""}, Conditional::supported);
  EXPECT_EQ(options->if_match->generations, std::vector{state::Generation{7}});
}

TEST(Parameters, RefuseDoubtfulOptionsOfAWrite) {
  for (const char* value : {"", "yes", "1", "True"}) {
    const auto options = write_options_of(with_query({{"dry_run", value}}), Conditional::supported);
    ASSERT_FALSE(options) << value;
    EXPECT_EQ(options.error().status, 400);
  }
  const auto mistyped = write_options_of(with_query({{"dryrun", "true"}}), Conditional::supported);
  ASSERT_FALSE(mistyped);
  EXPECT_NE(mistyped.error().body.find("did you mean 'dry_run'"), std::string::npos);
  EXPECT_FALSE(write_options_of({.if_match = "7"}, Conditional::supported));
  EXPECT_FALSE(write_options_of({.if_match = "*"}, Conditional::unsupported));
}

TEST(Parameters, ReadWhatARemovalKeeps) {
  EXPECT_EQ(removal_options_of({})->containers, state::Containers::stop);
  const auto options =
      removal_options_of({.query = {{"keep", "containers"}, {"dry_run", "true"}}, .if_match = "*"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->containers, state::Containers::keep);
  EXPECT_TRUE(options->write.dry_run);
  EXPECT_TRUE(options->write.if_match->any);

  const auto refused = removal_options_of(with_query({{"keep", "all"}, {"dry_run", "x"}}));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().body.find("only be 'containers', not 'all'"), std::string::npos);
  EXPECT_NE(refused.error().body.find("'dry_run' is"), std::string::npos);
  EXPECT_FALSE(removal_options_of(with_query({{"kep", "containers"}})));
}

TEST(Parameters, ReadTheLimitOfAList) {
  EXPECT_EQ(limit_of({})->count, 100U);
  EXPECT_EQ(limit_of(with_query({{"limit", "1"}}))->count, 1U);
  EXPECT_EQ(limit_of(with_query({{"limit", "1000"}}))->count, 1000U);
  for (const char* value : {"0", "1001", "", "-1", "ten", "18446744073709551617"}) {
    const auto limit = limit_of(with_query({{"limit", value}}));
    ASSERT_FALSE(limit) << value;
    EXPECT_EQ(limit.error().status, 400);
  }
  EXPECT_FALSE(limit_of(with_query({{"limt", "3"}})));
}

TEST(Parameters, ReadWhatToFollow) {
  EXPECT_EQ(following_of({})->service, std::nullopt);
  EXPECT_EQ(following_of({})->after, std::nullopt);
  const auto following = following_of(with_query({{"service", "web"}, {"after", "7"}}));
  ASSERT_TRUE(following);
  EXPECT_EQ(following->service, state::ServiceName::parse("web"));
  EXPECT_EQ(following->after, 7U);
}

TEST(Parameters, BelieveTheHeaderOfAClientThatComesAgain) {
  EXPECT_EQ(following_of({.query = {{"after", "7"}}, .last_event_id = "9"})->after, 9U);
  EXPECT_EQ(following_of({.query = {{"after", "7"}}, .last_event_id = ""})->after, 7U);
}

TEST(Parameters, RefuseToFollowWhatMakesNoSense) {
  const auto following = following_of(
      {.query = {{"service", "no name"}, {"after", "x"}, {"afer", "1"}}, .last_event_id = "-3"});
  ASSERT_FALSE(following);
  EXPECT_EQ(following.error().status, 400);
  for (const char* part : {"did you mean 'after'", "'no name'", "'after' is no id of an event: 'x'",
                           "'Last-Event-ID' is no id of an event: '-3'"}) {
    EXPECT_NE(following.error().body.find(part), std::string::npos) << following.error().body;
  }
}

TEST(Parameters, RefuseAQueryWhereThereIsNone) {
  EXPECT_FALSE(refusal_of_query({}));
  const auto refusal = refusal_of_query(with_query({{"wait", "3s"}}));
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->status, 400);
  EXPECT_NE(refusal->body.find("takes none"), std::string::npos);
}

struct Match {
  std::string name;
  std::string text;
  bool any;
  std::vector<std::uint64_t> generations;
};
void PrintTo(const Match& row, std::ostream* out) { *out << row.text; }

class GoodMatches : public testing::TestWithParam<Match> {};

TEST_P(GoodMatches, AreRead) {
  const auto match = parse_if_match(GetParam().text);
  ASSERT_TRUE(match);
  EXPECT_EQ(match->any, GetParam().any);
  std::vector<std::uint64_t> generations;
  for (const state::Generation generation : match->generations) {
    generations.push_back(number(generation));
  }
  EXPECT_EQ(generations, GetParam().generations);
}

INSTANTIATE_TEST_SUITE_P(IfMatch, GoodMatches,
                         testing::ValuesIn(std::vector<Match>{
                             {"Any", "*", true, {}},
                             {"AnyWithSpaces", " *\t", true, {}},
                             {"One", "\"7\"", false, {7}},
                             {"Several", "\"7\", \"8\",\"9\"", false, {7, 8, 9}},
                             {"EmptyElements", ", ,\"7\" ,,", false, {7}},
                             {"WeakNeverMatches", "W/\"7\"", false, {}},
                             {"WeakAmongStrong", "W/\"7\", \"8\"", false, {8}},
                             {"NotOurs", "\"abc\"", false, {}},
                             {"CommaInside", "\"a,b\", \"7\"", false, {7}},
                             {"Empty", "\"\"", false, {}},
                             {"ComparedAsText", "\"07\", \"+7\"", false, {}},
                             {"TooLarge", "\"18446744073709551616\"", false, {}},
                         }),
                         [](const auto& info) { return info.param.name; });

TEST(IfMatch, IsRefusedWhenMalformed) {
  for (const char* text : {"", " ", ",", "7", "\"7", "7\"", "\"7\" \"8\"", "\"7\"\"8\"", "w/\"7\"",
                           "W/7", "*, \"7\"", "\"7\", *", "W /\"7\"", "\"a\x01\""}) {
    EXPECT_FALSE(parse_if_match(text)) << text;
  }
}

TEST(IfMatch, AnEntityTagMatchesItself) {
  const auto match = parse_if_match(entity_tag(state::Generation{42}));
  ASSERT_TRUE(match);
  EXPECT_EQ(match->generations, std::vector{state::Generation{42}});
}

}  // namespace
}  // namespace genisys::api
