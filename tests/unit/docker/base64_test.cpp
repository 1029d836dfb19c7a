#include "docker/base64.hpp"

#include <gtest/gtest.h>

namespace genisys::docker {
namespace {

TEST(Base64, EncodesForUrlsWithPadding) {
  EXPECT_EQ(encode_base64url(""), "");
  EXPECT_EQ(encode_base64url("{}"), "e30=");
  EXPECT_EQ(encode_base64url("f"), "Zg==");
  EXPECT_EQ(encode_base64url("foo"), "Zm9v");
  EXPECT_EQ(encode_base64url("foob"), "Zm9vYg==");
  EXPECT_EQ(encode_base64url("\xfb\xff\xbf"), "-_-_");
}

TEST(Base64, DecodesTheStandardAlphabet) {
  EXPECT_EQ(decode_base64(""), "");
  EXPECT_EQ(decode_base64("Zg=="), "f");
  EXPECT_EQ(decode_base64("Zg"), "f");
  EXPECT_EQ(decode_base64("Zm8="), "fo");
  EXPECT_EQ(decode_base64("Zm9v"), "foo");
  EXPECT_EQ(decode_base64("+/+/"), "\xfb\xff\xbf");
  EXPECT_EQ(decode_base64("AGE="), std::string("\0a", 2));
}

TEST(Base64, DecodesNothingElse) {
  for (const char* text : {"Z", "Zg=", "Zg===", "Zm9v=", "Zm9vZ", "Zm 9v", "-_-_", "Z=m8", "=",
                           "==", "Zm9v\n", "\xff\xff\xff\xff"}) {
    EXPECT_EQ(decode_base64(text), std::nullopt) << text;
  }
}

TEST(Base64, KeepsEveryByte) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  for (std::size_t cut = 0; cut < 4; ++cut) {
    std::string text = encode_base64url(bytes.substr(cut));
    for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
    EXPECT_EQ(decode_base64(text), bytes.substr(cut));
  }
}

}  // namespace
}  // namespace genisys::docker
