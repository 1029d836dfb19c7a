#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "state/documents.hpp"

namespace genisys::state {
namespace {

using testing::HasSubstr;

class ReadFile : public testing::Test {
 protected:
  ReadFile() {
    std::string pattern = testing::TempDir() + "read_file_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~ReadFile() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ / name; }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream(path(name), std::ios::binary) << content;
  }

  std::optional<std::string> read(const std::string& name, std::size_t max_bytes = 100) {
    return read_file(path(name), max_bytes, why_, missing_);
  }

  std::filesystem::path folder_;
  std::string why_;
  bool missing_ = true;
};

TEST_F(ReadFile, GivesTheBytesAsTheyAre) {
  const std::string content("a\r\n\0\xFF", 5);
  write("x", content);
  EXPECT_EQ(read("x"), content);
  EXPECT_FALSE(missing_);
}

TEST_F(ReadFile, AcceptsAnEmptyFileAndOneOfExactlyTheLimit) {
  write("empty", "");
  EXPECT_EQ(read("empty"), "");
  write("full", std::string(100, 'x'));
  EXPECT_EQ(read("full"), std::string(100, 'x'));
}

TEST_F(ReadFile, RefusesMoreThanTheLimit) {
  write("x", std::string(101, 'x'));
  EXPECT_EQ(read("x"), std::nullopt);
  EXPECT_THAT(why_, HasSubstr("larger than the 100 bytes"));
  EXPECT_FALSE(missing_);
}

TEST_F(ReadFile, TellsAnAbsentFileFromTheRest) {
  EXPECT_EQ(read("x"), std::nullopt);
  EXPECT_TRUE(missing_);
  EXPECT_THAT(why_, HasSubstr("No such file"));
}

TEST_F(ReadFile, RefusesADirectory) {
  EXPECT_EQ(read(""), std::nullopt);
  EXPECT_FALSE(missing_);
  EXPECT_THAT(why_, HasSubstr("a directory"));
}

TEST_F(ReadFile, DoesNotWaitForAPipesWriter) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(read("pipe"), std::nullopt);
  EXPECT_FALSE(missing_);
  EXPECT_THAT(why_, HasSubstr("a named pipe"));
}

TEST_F(ReadFile, RefusesADevice) {
  EXPECT_EQ(read_file("/dev/zero", 100, why_, missing_), std::nullopt);
  EXPECT_THAT(why_, HasSubstr("a device"));
}

TEST_F(ReadFile, FollowsALinkToARegularFile) {
  write("x", "content");
  std::filesystem::create_symlink("x", folder_ / "link");
  EXPECT_EQ(read("link"), "content");
}

}  // namespace
}  // namespace genisys::state
