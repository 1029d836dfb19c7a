#include "api/tokens.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "api/token_file.hpp"
#include "tests/support/scratch_directory.hpp"

namespace genisys::api {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

const std::string kSecret = "abcdefghijklmnop";
const std::string kOther = "0123456789-._~+/=";
const std::string kLongest(kMaxSecret, 'x');

Tokens taken(std::string_view text) {
  state::Problems problems;
  std::optional<Tokens> tokens = Tokens::parse(text, problems);
  EXPECT_THAT(problems, IsEmpty());
  if (!tokens) throw std::runtime_error("refused");
  return *std::move(tokens);
}

TEST(Tokens, AreOneALine) {
  const Tokens tokens = taken("# who may\r\n\r\n  deploy.1:" + kSecret +
                              "\r\n\t\n#x:y\nwatch:" + kOther + ":read-only\nlong_-:" + kLongest);
  EXPECT_THAT(tokens.all(), ElementsAre(Token{"deploy.1", kSecret, Access::everything},
                                        Token{"watch", kOther, Access::reading},
                                        Token{"long_-", kLongest, Access::everything}));
  EXPECT_EQ(describe(tokens), "3 (1 read-only)");
  EXPECT_EQ(describe(taken("a:" + kSecret)), "1");
}

TEST(Tokens, AreFoundByTheWholeSecretOnly) {
  const Tokens tokens = taken("a:" + kSecret + "\nb:" + kSecret + "q\nc:" + kLongest + "\n");
  ASSERT_NE(tokens.find(kSecret), nullptr);
  EXPECT_EQ(tokens.find(kSecret)->name, "a");
  ASSERT_NE(tokens.find(kSecret + "q"), nullptr);
  EXPECT_EQ(tokens.find(kSecret + "q")->name, "b");
  ASSERT_NE(tokens.find(kLongest), nullptr);
  EXPECT_EQ(tokens.find(kLongest)->name, "c");

  std::string last_differs = kSecret;
  last_differs.back() = 'P';
  std::string first_differs = kSecret;
  first_differs.front() = 'A';
  for (const std::string& stranger :
       {std::string(), kSecret.substr(1), kSecret.substr(0, kSecret.size() - 1), kSecret + '\0',
        kSecret + " ", last_differs, first_differs, kLongest + "x", std::string(5000, 'x'),
        std::string(kMaxSecret, '\0'), "a:" + kSecret}) {
    EXPECT_EQ(tokens.find(stranger), nullptr) << stranger;
  }
}

TEST(Tokens, AreFoundByName) {
  const Tokens tokens = taken("a:" + kSecret + "\nb:" + kOther);
  ASSERT_NE(tokens.named("b"), nullptr);
  EXPECT_EQ(tokens.named("b")->secret, kOther);
  EXPECT_EQ(tokens.named("c"), nullptr);
}

struct Refused {
  std::string name;
  std::string text;
  state::Position at;
  std::string message;
};

class TokensRefuse : public testing::TestWithParam<Refused> {};

TEST_P(TokensRefuse, WithThePlaceAndWithoutTheToken) {
  state::Problems problems;
  EXPECT_FALSE(Tokens::parse(GetParam().text, problems));
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems.front().at, GetParam().at);
  EXPECT_THAT(problems.front().message, HasSubstr(GetParam().message));
  EXPECT_THAT(problems.front().message, Not(HasSubstr("abcdef")));
}

INSTANTIATE_TEST_SUITE_P(
    Lines, TokensRefuse,
    testing::Values(
        Refused{"Nothing", "", {}, "no token in it"},
        Refused{"OnlyComments", "# a:b\n\n", {}, "no token in it"},
        Refused{"NoName", "a:" + kOther + "\n  " + kSecret, {2, 3}, "name:token"},
        Refused{"AnEmptyName", ":" + kSecret, {1, 1}, "a name has 1 to 63"},
        Refused{"ALongName", std::string(64, 'n') + ":" + kSecret, {1, 1}, "a name has 1 to 63"},
        Refused{"ABlankInAName", "a b:" + kSecret, {1, 1}, "a name has 1 to 63"},
        Refused{"AnUmlautInAName", "ä:" + kSecret, {1, 1}, "a name has 1 to 63"},
        Refused{"TheNameOfAnyone", "api:" + kSecret, {1, 1}, "choose another"},
        Refused{"TheNameOfTheSignal", "SIGHUP:" + kSecret, {1, 1}, "choose another"},
        Refused{"NoToken", "a:", {1, 3}, "16 to 256 characters, this has 0"},
        Refused{"AShortToken", "a:" + kSecret.substr(1), {1, 3}, "this has 15"},
        Refused{"ALongToken", "a:" + kLongest + "x", {1, 3}, "this has 257"},
        Refused{"ABlankInAToken", "a: " + kSecret, {1, 3}, "letters, digits and"},
        Refused{"AControlInAToken", "a:\x01" + kSecret, {1, 3}, "letters, digits and"},
        Refused{"AnUnknownRole", "a:" + kSecret + ":admin", {1, 20}, "only read-only"},
        Refused{"AnEmptyRole", "a:" + kSecret + ":", {1, 20}, "only read-only"},
        Refused{"ATokenWithAColon",
                "a:" + kSecret + ":" + kSecret + ":read-only",
                {1, 20},
                "only read-only"},
        Refused{"ANameTwice", "a:" + kSecret + "\n\na:" + kOther, {3, 1}, "line 1 has this name"},
        Refused{"ATokenTwice",
                "a:" + kSecret + "\nb:" + kSecret + ":read-only",
                {2, 3},
                "line 1 has this token"}),
    [](const testing::TestParamInfo<Refused>& info) { return info.param.name; });

TEST(Tokens, AreRefusedWithAllThatIsWrong) {
  state::Problems problems;
  EXPECT_FALSE(Tokens::parse("a\nb:short\nc:" + kSecret + "\n", problems));
  EXPECT_EQ(problems.size(), 2U);
}

class TokenFile : public testing::Test {
 protected:
  void write(std::string_view text, mode_t mode = 0600) {
    std::ofstream(file_) << text;
    ASSERT_EQ(::chmod(file_.c_str(), mode), 0);
  }

  test::ScratchDirectory folder_;
  std::string file_ = folder_.file("tokens");
};

TEST_F(TokenFile, IsRead) {
  write("a:" + kSecret + "\n");
  const LoadedTokens loaded = load_tokens(file_);
  EXPECT_THAT(loaded.errors, IsEmpty());
  ASSERT_TRUE(loaded.tokens);
  EXPECT_NE(loaded.tokens->find(kSecret), nullptr);
}

TEST_F(TokenFile, IsRefusedWhenOthersHaveAccess) {
  for (const mode_t mode : {0644U, 0640U, 0604U, 0610U, 0620U}) {
    write("a:" + kSecret + "\n", mode);
    const LoadedTokens loaded = load_tokens(file_);
    EXPECT_FALSE(loaded.tokens);
    EXPECT_THAT(loaded.errors, ElementsAre(EndsWith("chmod 600 " + file_)));
  }
}

TEST_F(TokenFile, IsRefusedWithThePlacesOfItsMistakes) {
  write("a:" + kSecret + "\nb\nc:" + kSecret + "\n");
  EXPECT_THAT(load_tokens(file_).errors,
              ElementsAre(StartsWith(file_ + ":2:1: "), StartsWith(file_ + ":3:3: ")));
}

TEST_F(TokenFile, MustBeThereAndRegular) {
  EXPECT_THAT(load_tokens(file_).errors,
              ElementsAre(AllOf(StartsWith("token file: "), HasSubstr(file_))));
  EXPECT_THAT(load_tokens(folder_.path()).errors, ElementsAre(HasSubstr("a directory")));
}

}  // namespace
}  // namespace genisys::api
