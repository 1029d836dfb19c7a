#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/state/definition_texts.hpp"

namespace genisys::state {
namespace {

using testing::HasSubstr;

struct Accepted {
  const char* name;
  std::string text;
  std::string volume;
  std::string target;
  bool read_only;
};

class VolumesAccept : public testing::TestWithParam<Accepted> {};

TEST_P(VolumesAccept, NamedOnes) {
  const Accepted& row = GetParam();
  const VolumeMount expected = {
      .text = row.text, .source = row.volume, .target = row.target, .read_only = row.read_only};
  EXPECT_EQ(with(fmt::format(R"("volumes": ["{}"])", row.text)).volumes,
            std::vector<VolumeMount>{expected});
}

INSTANTIATE_TEST_SUITE_P(
    Volumes, VolumesAccept,
    testing::Values(Accepted{"plain", "data:/data", "data", "/data", false},
                    Accepted{"read_only", "data:/data:ro", "data", "/data", true},
                    Accepted{"writable", "data:/data:rw", "data", "/data", false},
                    Accepted{"deep", "data:/var/lib/app/data", "data", "/var/lib/app/data", false},
                    Accepted{"two_characters", "db:/d", "db", "/d", false},
                    Accepted{"all_characters", "0aZ_.-:/x", "0aZ_.-", "/x", false},
                    Accepted{"longest_name", std::string(255, 'v') + ":/x", std::string(255, 'v'),
                             "/x", false},
                    Accepted{"dots_in_names", "v1:/.a/..b/c..", "v1", "/.a/..b/c..", false},
                    Accepted{"blanks_in_paths", "v1:/a b/é", "v1", "/a b/é", false}),
    [](const auto& test) { return test.param.name; });

struct Refused {
  const char* name;
  std::string json;
  std::string reason;
};

class VolumesRefuse : public testing::TestWithParam<Refused> {};

TEST_P(VolumesRefuse, WithPointerAndReason) {
  EXPECT_THAT(problems_with("\"volumes\": " + GetParam().json), HasSubstr(GetParam().reason));
}

std::string mounts(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += fmt::format("{}\"data:/d{}\"", i == 0 ? "" : ", ", i);
  return "[" + text + "]";
}

constexpr const char* kSupported =
    "a named volume is supported, written \"name:/path\", \"name:/path:ro\" or \"name:/path:rw\"";

INSTANTIATE_TEST_SUITE_P(
    Volumes, VolumesRefuse,
    testing::Values(
        Refused{"text", "\"data:/data\"", "/volumes: must be a list such as"},
        Refused{"map", R"({"data": "/data"})", "/volumes: must be a list"},
        Refused{"bind", R"(["/srv:/data"])",
                std::string("/volumes/0: '/srv:/data' would mount a path of the host, which is not "
                            "supported: ") +
                    kSupported},
        Refused{"bind_relative", R"(["./srv:/data"])", "a path of the host"},
        Refused{"bind_parent", R"(["../srv:/data"])", "a path of the host"},
        Refused{"bind_home", R"(["~/srv:/data"])", "a path of the host"},
        Refused{"anonymous", R"(["/data"])",
                std::string("/volumes/0: '/data' would be an anonymous volume, which goes with its "
                            "container: ") +
                    kSupported},
        Refused{"name_alone", R"(["data"])", "anonymous volume"},
        Refused{"empty", R"([""])", "anonymous volume"},
        Refused{"long_syntax", R"([{"type": "volume", "source": "data", "target": "/data"}])",
                std::string("/volumes/0: the long syntax is not supported: ") + kSupported},
        Refused{"number", "[5]", "/volumes/0: must be a string, not a number"},
        Refused{"null", "[null]", "/volumes/0: must be a string, not null"},
        Refused{"no_name", R"([":/data"])", "/volumes/0: '' is not a volume's name"},
        Refused{"one_character", R"(["d:/data"])", "'d' is not a volume's name: write 2 to 255"},
        Refused{"name_too_long", "[\"" + std::string(256, 'v') + ":/x\"]",
                "is not a volume's name"},
        Refused{"name_with_slash", R"(["a/b:/data"])", "'a/b' is not a volume's name"},
        Refused{"name_with_dash_first", R"(["-ab:/data"])", "beginning with a letter or a digit"},
        Refused{"name_with_blank", R"(["a b:/data"])", "is not a volume's name"},
        Refused{"name_with_accent", R"(["dé:/data"])", "is not a volume's name"},
        Refused{"target_empty", R"(["data:"])", "'' is not a place in the container"},
        Refused{"target_relative", R"(["data:var"])", "'var' is not a place in the container"},
        Refused{"target_root", R"(["data:/"])", "'/' is not a place in the container"},
        Refused{"target_trailing_slash", R"(["data:/a/"])", "is not a place"},
        Refused{"target_double_slash", R"(["data:/a//b"])", "is not a place"},
        Refused{"target_dot", R"(["data:/a/./b"])", "is not a place"},
        Refused{"target_dots", R"(["data:/a/.."])", "'/a/..' is not a place"},
        Refused{"target_newline", R"(["data:/a\nb"])", "is not a place"},
        Refused{"target_too_long", "[\"data:/" + std::string(4095, 'a') + "\"]", "is not a place"},
        Refused{"mode", R"(["data:/a:z"])", "the mode 'z' is not supported: write ro or rw"},
        Refused{"modes", R"(["data:/a:ro,z"])", "the mode 'ro,z'"},
        Refused{"mode_empty", R"(["data:/a:"])", "the mode ''"},
        Refused{"mode_twice", R"(["data:/a:ro:rw"])", "the mode 'ro:rw'"},
        Refused{"target_twice", R"(["v1:/a", "v2:/b", "v3:/a:ro"])",
                "/volumes/2: 'v3:/a:ro' is mounted at the same place as 'v1:/a': remove one"},
        Refused{"too_many", mounts(65), "65 volumes are more than the 64 allowed"}),
    [](const auto& test) { return test.param.name; });

TEST(Volumes, AreAsManyAsAllowedAndInTheirOrder) {
  EXPECT_EQ(with("\"volumes\": []").volumes, std::vector<VolumeMount>{});
  const auto volumes = *with("\"volumes\": " + mounts(64)).volumes;
  ASSERT_EQ(volumes.size(), 64U);
  EXPECT_EQ(volumes[63].target, "/d63");
  // One volume may be at several places, and one place below another.
  EXPECT_EQ(with(R"("volumes": ["v1:/a", "v1:/a/b"])").volumes->size(), 2U);
}

}  // namespace
}  // namespace genisys::state
