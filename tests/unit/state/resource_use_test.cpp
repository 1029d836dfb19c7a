#include "state/resource_use.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "state/commands.hpp"
#include "tests/support/builders.hpp"

namespace genisys::state {
namespace {

using test::definition;
using test::name;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

Definition on_network(std::string_view service, std::string network,
                      std::string_view image = "app:1") {
  Definition result = definition(service, image);
  result.networks = {{.name = std::move(network)}};
  return result;
}

TEST(ResourceUse, NamesNetworksAndNamedVolumesAlone) {
  Definition web = on_network("web", "back");
  web.volumes = {{.text = "data:/data", .source = "data", .target = "/data"},
                 {.text = "/cache", .target = "/cache"},
                 {.kind = MountKind::bind, .source = "/srv", .target = "/srv"},
                 {.source = "logs", .target = "/logs"}};
  EXPECT_THAT(named_by(web).networks, ElementsAre("back"));
  EXPECT_THAT(named_by(web).volumes, ElementsAre("data", "logs"));
  web.network_mode = "host";
  EXPECT_THAT(named_by(web).networks, IsEmpty());
}

TEST(ResourceUse, GoesWithTheLastServiceThatMayNeedIt) {
  Draft draft{Snapshot{}};
  draft.share({.networks = {{"back", {.name = "back"}}, {"front", {.name = "front"}}},
               .volumes = {{"data", {.name = "data"}}}});
  ASSERT_TRUE(register_service(draft, on_network("web", "back")));
  ASSERT_TRUE(register_service(draft, on_network("db", "front")));
  // It may go back to the revision that named it.
  ASSERT_TRUE(replace_definition(draft, definition("db", "db:2"), {}));
  ASSERT_TRUE(remove_service(draft, name("web"), {}));
  EXPECT_EQ(draft.state().shared->networks.size(), 2U);
  forget_service(draft, name("web"));
  EXPECT_THAT(draft.state().shared->networks, ElementsAre(Pair("front", NetworkSpec{"front"})));
  EXPECT_THAT(draft.state().shared->volumes, IsEmpty());
}

TEST(RemovalOfVolumes, MayBeAskedForLater) {
  Draft draft{Snapshot{}};
  ASSERT_TRUE(register_service(draft, definition("web")));
  EXPECT_EQ(*remove_service(draft, name("web"), {}), Effect::changed);
  EXPECT_FALSE(draft.find(name("web"))->remove_volumes);
  EXPECT_EQ(*remove_service(draft, name("web"), {}, Containers::stop, Volumes::remove),
            Effect::changed);
  EXPECT_TRUE(draft.find(name("web"))->remove_volumes);
  EXPECT_EQ(*remove_service(draft, name("web"), {}), Effect::unchanged);
  EXPECT_TRUE(draft.find(name("web"))->remove_volumes);
}

}  // namespace
}  // namespace genisys::state
