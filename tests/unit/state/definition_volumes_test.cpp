#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/state/definition_texts.hpp"

namespace genisys::state {
namespace {

using testing::HasSubstr;
using Words = std::vector<std::string>;

struct Accepted {
  const char* name;
  std::string text;
  VolumeMount means;  // but for the text
};

class VolumesAccept : public testing::TestWithParam<Accepted> {};

TEST_P(VolumesAccept, TheShortSyntax) {
  VolumeMount expected = GetParam().means;
  expected.text = GetParam().text;
  const Definition definition = with(fmt::format(R"("volumes": ["{}"])", GetParam().text));
  EXPECT_EQ(definition.volumes, std::vector<VolumeMount>{expected});
  EXPECT_EQ(decode(encode_definition(definition)), definition);
}

VolumeMount volume(std::string source, std::string target) {
  return {.source = std::move(source), .target = std::move(target)};
}

VolumeMount bind(std::string source, std::string target) {
  return {.kind = MountKind::bind, .source = std::move(source), .target = std::move(target)};
}

VolumeMount read_only(VolumeMount mount) {
  mount.read_only = true;
  return mount;
}

VolumeMount with_modes(VolumeMount mount, Words modes) {
  mount.modes = std::move(modes);
  return mount;
}

INSTANTIATE_TEST_SUITE_P(
    Volumes, VolumesAccept,
    testing::Values(Accepted{"plain", "data:/data", volume("data", "/data")},
                    Accepted{"read_only", "data:/data:ro", read_only(volume("data", "/data"))},
                    Accepted{"writable", "data:/data:rw", volume("data", "/data")},
                    Accepted{"deep", "data:/var/lib/app/data", volume("data", "/var/lib/app/data")},
                    Accepted{"two_characters", "db:/d", volume("db", "/d")},
                    Accepted{"all_characters", "0aZ_.-:/x", volume("0aZ_.-", "/x")},
                    Accepted{"longest_name", std::string(255, 'v') + ":/x",
                             volume(std::string(255, 'v'), "/x")},
                    Accepted{"dots_in_names", "v1:/.a/..b/c..", volume("v1", "/.a/..b/c..")},
                    Accepted{"blanks_in_paths", "v1:/a b/é", volume("v1", "/a b/é")},
                    Accepted{"slash_at_the_end", "v1:/a/", volume("v1", "/a")},
                    Accepted{"modes", "v1:/a:ro,z,nocopy,cached",
                             with_modes(read_only(volume("v1", "/a")), {"z", "nocopy", "cached"})},
                    Accepted{"path", "/srv:/data", bind("/srv", "/data")},
                    Accepted{"path_of_everything", "/:/host:ro", read_only(bind("/", "/host"))},
                    Accepted{"path_with_a_slash_at_the_end", "/srv/:/data/", bind("/srv", "/data")},
                    Accepted{"path_with_modes", "/srv:/data:rw,Z,rshared,consistent",
                             with_modes(bind("/srv", "/data"), {"Z", "rshared", "consistent"})},
                    Accepted{"anonymous", "/cache", volume("", "/cache")}),
    [](const auto& test) { return test.param.name; });

struct Long {
  const char* name;
  std::string json;
  VolumeMount means;
  std::string written;
};

class VolumesAcceptLong : public testing::TestWithParam<Long> {};

TEST_P(VolumesAcceptLong, AndWriteItAsAnObject) {
  const Definition definition = with("\"volumes\": [" + GetParam().json + "]");
  EXPECT_EQ(definition.volumes, std::vector<VolumeMount>{GetParam().means});
  EXPECT_THAT(encode_definition(definition), HasSubstr("\"volumes\":[" + GetParam().written + "]"));
  EXPECT_EQ(decode(encode_definition(definition)), definition);
}

INSTANTIATE_TEST_SUITE_P(
    Volumes, VolumesAcceptLong,
    testing::Values(
        Long{"volume", R"({"type": "volume", "source": "data", "target": "/data/"})",
             volume("data", "/data"), R"({"type":"volume","source":"data","target":"/data"})"},
        Long{"anonymous",
             R"({"type": "volume", "target": "/cache", "volume": {"nocopy": true}})",
             {.target = "/cache", .no_copy = true},
             R"({"type":"volume","target":"/cache","volume":{"nocopy":true}})"},
        Long{"bind", R"({"type": "bind", "source": "/srv", "target": "/data", "read_only": "true",
                         "consistency": "cached", "volume": null})",
             read_only(bind("/srv", "/data")),
             R"({"type":"bind","source":"/srv","target":"/data","read_only":true})"},
        Long{"bind_of_a_path_to_be_made",
             R"({"type": "bind", "source": "/srv", "target": "/data",
                 "bind": {"create_host_path": true, "propagation": "rshared", "selinux": "z"}})",
             {.kind = MountKind::bind,
              .source = "/srv",
              .target = "/data",
              .modes = {"z"},
              .propagation = "rshared",
              .create_host_path = true},
             R"({"type":"bind","source":"/srv","target":"/data",)"
             R"("bind":{"propagation":"rshared","create_host_path":true,"selinux":"z"}})"},
        Long{"tmpfs",
             R"({"type": "tmpfs", "target": "/run", "tmpfs": {"size": 67108864, "mode": "01777"}})",
             {.kind = MountKind::tmpfs,
              .target = "/run",
              .tmpfs_size = std::int64_t{64} << 20,
              .tmpfs_mode = 01777},
             R"({"type":"tmpfs","target":"/run","tmpfs":{"size":"64m","mode":"01777"}})"},
        Long{"tmpfs_with_the_mode_as_a_number",
             R"({"type": "tmpfs", "target": "/run", "tmpfs": {"size": "1.5g", "mode": 493}})",
             {.kind = MountKind::tmpfs,
              .target = "/run",
              .tmpfs_size = std::int64_t{1536} << 20,
              .tmpfs_mode = 0755},
             R"({"type":"tmpfs","target":"/run","tmpfs":{"size":"1536m","mode":"0755"}})"}),
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

std::string long_one(const std::string& members) {
  return R"([{"target": "/data", )" + members + "}]";
}

INSTANTIATE_TEST_SUITE_P(
    Volumes, VolumesRefuse,
    testing::Values(
        Refused{"text", "\"data:/data\"", "/volumes: must be a list such as"},
        Refused{"map", R"({"data": "/data"})", "/volumes: must be a list"},
        Refused{"bind_relative", R"(["./srv:/data"])",
                "/volumes/0: './srv:/data' begins with a path that is relative to a file or to a "
                "person: write an absolute path"},
        Refused{"bind_parent", R"(["../srv:/data"])", "an absolute path of the host"},
        Refused{"bind_home", R"(["~/srv:/data"])", "an absolute path of the host"},
        Refused{"bind_dots", R"(["/srv/../etc:/data"])", "'/srv/../etc' is not a path of the host"},
        Refused{"bind_double_slash", R"(["//srv:/data"])", "is not a path of the host"},
        Refused{"name_alone", R"(["data"])", "'data' is not a place in the container"},
        Refused{"anonymous_with_a_mode", R"(["/data:ro"])", "'ro' is not a place"},
        Refused{"empty", R"([""])", "'' is not a place in the container"},
        Refused{"number", "[5]", "/volumes/0: must be a string such as \"data:/var/lib/data\", or"},
        Refused{"null", "[null]", "/volumes/0: must be a string"},
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
        Refused{"target_double_slash", R"(["data:/a//b"])", "is not a place"},
        Refused{"target_double_slash_at_the_end", R"(["data:/a//"])", "is not a place"},
        Refused{"target_dot", R"(["data:/a/./b"])", "is not a place"},
        Refused{"target_dots", R"(["data:/a/.."])", "'/a/..' is not a place"},
        Refused{"target_newline", R"(["data:/a\nb"])", "is not a place"},
        Refused{"target_too_long", "[\"data:/" + std::string(4095, 'a') + "\"]", "is not a place"},
        Refused{"mode", R"(["data:/a:x"])",
                "the mode 'x' is not known: write ro, rw, z, Z, nocopy"},
        Refused{"mode_of_another_age", R"(["data:/a:copy"])", "the mode 'copy' is not known"},
        Refused{"mode_empty", R"(["data:/a:"])", "the mode ''"},
        Refused{"mode_empty_within", R"(["data:/a:ro,"])", "the mode ''"},
        Refused{"mode_behind_another_colon", R"(["data:/a:ro:rw"])", "the mode 'ro:rw'"},
        Refused{"modes_that_contradict", R"(["data:/a:ro,rw"])",
                "the modes 'ro' and 'rw' exclude each other: remove one"},
        Refused{"modes_twice", R"(["data:/a:z,z"])", "'z' and 'z' exclude"},
        Refused{"propagation_of_a_volume", R"(["data:/a:rshared"])", "is for a path of the host"},
        Refused{"propagation_twice", R"(["/a:/a:rshared,slave"])", "exclude each other"},
        Refused{"copy_of_a_path", R"(["/a:/a:nocopy"])", "the mode 'nocopy' is for a volume"},
        Refused{"target_twice", R"(["v1:/a", "v2:/b", "/v3:/a/:ro"])",
                "/volumes/2: '/v3:/a/:ro' is mounted at the same place as 'v1:/a': remove one"},
        Refused{"target_twice_in_both_syntaxes", R"(["v1:/a", {"type": "volume", "target": "/a"}])",
                "/volumes/1: the one at '/a' is mounted at the same place as 'v1:/a'"},
        Refused{"too_many", mounts(65), "65 volumes are more than the 64 allowed"},
        Refused{"long_without_a_type", long_one(R"("source": "data")"), "/volumes/0: lacks type"},
        Refused{"long_without_a_target", R"([{"type": "volume"}])", "/volumes/0: lacks target"},
        Refused{"long_of_an_unknown_type", long_one(R"("type": "nfs")"),
                "/volumes/0/type: must be one of volume, bind, tmpfs, not 'nfs'"},
        Refused{"long_pipe", long_one(R"("type": "npipe")"),
                "/volumes/0/type: the type npipe is not supported: it belongs to engines on"},
        Refused{"long_image", long_one(R"("type": "image")"), "type image is not supported"},
        Refused{"long_cluster", long_one(R"("type": "cluster")"), "type cluster is not supported"},
        Refused{"long_unknown_key", long_one(R"("type": "bind", "sorce": "/a")"),
                "/volumes/0/sorce: unknown key 'sorce': did you mean 'source'?"},
        Refused{"long_unknown_key_within",
                long_one(R"("type": "bind", "source": "/a", "bind": {"propagate": "rshared"})"),
                "/volumes/0/bind/propagate: unknown key 'propagate': did you mean 'propagation'?"},
        Refused{"long_of_two_types",
                long_one(R"("type": "bind", "source": "/a", "tmpfs": {"size": 1})"),
                "/volumes/0/tmpfs: is for the type tmpfs, and this is a bind: remove it"},
        Refused{"long_relative", long_one(R"("type": "bind", "source": "./a")"),
                "/volumes/0: './a' is not a path of the host: write source as an absolute path"},
        Refused{"long_bind_without_source", long_one(R"("type": "bind")"),
                "'' is not a path of the host"},
        Refused{"long_name", long_one(R"("type": "volume", "source": "/a")"),
                "'/a' is not a volume's name"},
        Refused{"long_tmpfs_with_source", long_one(R"("type": "tmpfs", "source": "a")"),
                "a tmpfs has no source"},
        Refused{"long_consistency", long_one(R"("type": "volume", "consistency": "eager")"),
                "/volumes/0/consistency: must be one of consistent, cached, delegated"},
        Refused{"long_propagation",
                long_one(R"("type": "bind", "source": "/a", "bind": {"propagation": "all"})"),
                "/volumes/0/bind/propagation: must be one of rprivate, private"},
        Refused{"long_label_alone",
                long_one(R"("type": "bind", "source": "/a", "bind": {"selinux": "z"})"),
                "selinux needs create_host_path: true"},
        Refused{"long_size", long_one(R"("type": "tmpfs", "tmpfs": {"size": "much"})"),
                "/volumes/0/tmpfs/size: 'much' is not a number of bytes"},
        Refused{"long_mode", long_one(R"("type": "tmpfs", "tmpfs": {"mode": "1777"})"),
                "/volumes/0/tmpfs/mode: '1777' is not a mode: write octal digits behind a 0"},
        Refused{"long_mode_above", long_one(R"("type": "tmpfs", "tmpfs": {"mode": 4096})"),
                "'4096' is not a mode"},
        Refused{"long_mode_no_octal", long_one(R"("type": "tmpfs", "tmpfs": {"mode": "0888"})"),
                "'0888' is not a mode"}),
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
