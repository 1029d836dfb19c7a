#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "state/definition.hpp"

namespace genisys::state {
namespace {

const std::string kHex(64, 'a');

struct Reference {
  std::string text;
  std::string normalised;
};

class ImageReferences : public testing::TestWithParam<Reference> {};

TEST_P(ImageReferences, AreAcceptedAndNormalised) {
  std::string why;
  const auto image = ImageReference::parse(GetParam().text, why);
  ASSERT_TRUE(image) << why;
  EXPECT_EQ(image->str(), GetParam().text);
  EXPECT_EQ(image->normalised(), GetParam().normalised);
  EXPECT_EQ(normalise_image(GetParam().text), GetParam().normalised);
}

INSTANTIATE_TEST_SUITE_P(
    Image, ImageReferences,
    testing::Values(
        Reference{"nginx:1.25", "docker.io/library/nginx:1.25"},
        Reference{"tutum/hello-world:latest", "docker.io/tutum/hello-world:latest"},
        Reference{"docker_image:tag", "docker.io/library/docker_image:tag"},
        Reference{"docker.io/nginx:1", "docker.io/library/nginx:1"},
        Reference{"index.docker.io/nginx:1", "docker.io/library/nginx:1"},
        Reference{"docker.io/library/nginx:1", "docker.io/library/nginx:1"},
        Reference{"registry:5000/team/app:1.2", "registry:5000/team/app:1.2"},
        Reference{"localhost/app:1", "localhost/app:1"},
        Reference{"localhost:80/a:b", "localhost:80/a:b"},
        Reference{"a:5000", "docker.io/library/a:5000"},
        Reference{"127.0.0.1:5000/a:1", "127.0.0.1:5000/a:1"},
        Reference{"[::1]:5000/a:1", "[::1]:5000/a:1"},
        Reference{"[2001:db8::1]/a:1", "[2001:db8::1]/a:1"},
        Reference{"Reg.Example.COM/a:1", "Reg.Example.COM/a:1"},
        Reference{"sub-dom1.foo.com/bar/baz/quux:some-long-tag",
                  "sub-dom1.foo.com/bar/baz/quux:some-long-tag"},
        Reference{"b.gcr.io/test.example.com/my-app:t.e.s.t",
                  "b.gcr.io/test.example.com/my-app:t.e.s.t"},
        Reference{"xn--7o8h.com/myimage:xn--7o8h.com", "xn--7o8h.com/myimage:xn--7o8h.com"},
        Reference{"foo_bar.com:8080", "docker.io/library/foo_bar.com:8080"},
        Reference{"a__b--c.d_e:1", "docker.io/library/a__b--c.d_e:1"},
        Reference{"a---b:1", "docker.io/library/a---b:1"},
        Reference{"a:_x", "docker.io/library/a:_x"},
        Reference{"a:A.b-C_1", "docker.io/library/a:A.b-C_1"},
        Reference{"a:" + std::string(128, 'x'), "docker.io/library/a:" + std::string(128, 'x')},
        Reference{"a@sha256:" + kHex, "docker.io/library/a@sha256:" + kHex},
        Reference{"a:1@sha256:" + kHex, "docker.io/library/a:1@sha256:" + kHex},
        Reference{"test:5000/repo:tag@sha256:" + kHex, "test:5000/repo:tag@sha256:" + kHex},
        Reference{"a@sha512:" + kHex + kHex, "docker.io/library/a@sha512:" + kHex + kHex},
        Reference{kHex + ":1", "docker.io/library/" + kHex + ":1"},
        Reference{"0:0", "docker.io/library/0:0"}));

struct Misfit {
  std::string text;
  const char* reason;
};

class ImageMisfits : public testing::TestWithParam<Misfit> {};

TEST_P(ImageMisfits, AreRefusedWithReason) {
  std::string why;
  EXPECT_FALSE(ImageReference::parse(GetParam().text, why));
  EXPECT_THAT(why, testing::HasSubstr(GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(
    Image, ImageMisfits,
    testing::Values(
        Misfit{"nginx", "'nginx' names neither a tag nor a digest: add one, such as 'nginx:1.0'"},
        Misfit{"registry:5000/team/app", "neither a tag nor a digest"},
        Misfit{"[::1]:5000/a", "neither a tag nor a digest"}, Misfit{"localhost/a", "neither"},
        Misfit{"", "empty"}, Misfit{"a:", "a tag is"}, Misfit{":tag", "name"},
        Misfit{"@sha256:" + kHex, "name"}, Misfit{"a@", "digest"}, Misfit{"a@sha256:xyz", "digest"},
        Misfit{"a@sha256:" + kHex + "a", "digest"},
        Misfit{"a@sha256:" + std::string(64, 'A'), "digest"}, Misfit{"a@sha256", "digest"},
        Misfit{"a@md5:" + kHex, "digest"}, Misfit{"a@sha512:" + kHex, "digest"},
        Misfit{"a@sha256:" + kHex + "@sha256:" + kHex, "digest"}, Misfit{"a:1:2", "name"},
        Misfit{"A/b:1", "lower case"}, Misfit{"Uppercase:tag", "lower case"},
        Misfit{"test:5000/Uppercase/x:tag", "lower case"}, Misfit{"a//b:1", "name"},
        Misfit{"a/b/:1", "name"}, Misfit{"/a:1", "name"}, Misfit{"a/:1", "name"},
        Misfit{"host:99999/a:1", "registry"}, Misfit{"host:0/a:1", "registry"},
        Misfit{"host:/a:1", "registry"}, Misfit{"host:x/a:1", "registry"},
        Misfit{"-host.com/a:1", "registry"}, Misfit{"host-.com/a:1", "registry"},
        Misfit{"a..com/b:1", "registry"}, Misfit{".com/b:1", "registry"},
        Misfit{"http://a/b:1", "registry"}, Misfit{"[::1/a:1", "registry"},
        Misfit{"[]/a:1", "registry"}, Misfit{"[::1%25eth0]/a:1", "registry"},
        Misfit{"[::1]x/a:1", "registry"}, Misfit{"a/b.:1", "name"}, Misfit{"a._b:1", "name"},
        Misfit{"a..b:1", "name"}, Misfit{"a___b:1", "name"}, Misfit{"-v:1", "name"},
        Misfit{"a-:1", "name"}, Misfit{"_a:1", "name"}, Misfit{"a:.x", "a tag is"},
        Misfit{"a:-x", "a tag is"}, Misfit{"a:x y", "a tag is"},
        Misfit{"a:" + std::string(129, 'x'), "a tag is"}, Misfit{"a b:1", "name"},
        Misfit{"a:1\n", "'a:1\\x0a'"}, Misfit{"a\n:1", "name"}, Misfit{" a:1", "name"},
        Misfit{"é:1", "name"}, Misfit{"a:é", "a tag is"}, Misfit{"$(id):1", "name"},
        Misfit{kHex, "image's id"}, Misfit{"sha256:" + kHex, "image's id"},
        Misfit{std::string(256, 'a') + ":1", "longer than 255"},
        Misfit{"a/" + std::string(66'000, 'a') + ":1", "longer than 255"}));

TEST(Image, WithoutTagMeansLatestInTheEnginesWords) {
  EXPECT_EQ(normalise_image("nginx"), "docker.io/library/nginx:latest");
  EXPECT_EQ(normalise_image("registry:5000/team/app"), "registry:5000/team/app:latest");
  EXPECT_EQ(normalise_image("nginx"), normalise_image("docker.io/library/nginx:latest"));
}

TEST(Image, IdsAndNonsenseHaveNoNormalForm) {
  EXPECT_EQ(normalise_image("sha256:" + kHex), "");
  EXPECT_EQ(normalise_image(kHex), "");
  EXPECT_EQ(normalise_image(""), "");
  EXPECT_EQ(normalise_image("Not an image"), "");
}

}  // namespace
}  // namespace genisys::state
