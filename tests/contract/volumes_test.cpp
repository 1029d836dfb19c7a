// Named volumes.
#include "tests/contract/engine_contract.hpp"

namespace genisys::contract {

using docker::Engine;
using ::testing::HasSubstr;

docker::ContainerSpec VolumeContract::on_volume(const docker::Mount& volume, std::string script) {
  auto mounted = spec({"sh", "-c", std::move(script)});
  mounted.mounts = {volume};
  return mounted;
}

TEST_P(VolumeContract, OutliveTheirContainers) {
  const docker::Mount data{.source = unique_name("data"), .target = "/data"};
  const auto writer = running(on_volume(data, "echo kept > /data/file"));
  ASSERT_TRUE(eventually_exits(writer));
  EXPECT_EQ(listed(writer)->exit_code, 0);
  run(engine().remove(writer, Engine::Force::yes)).value();

  const auto reader = running(on_volume(data, "cat /data/file"));
  ASSERT_TRUE(eventually_exits(reader));
  EXPECT_EQ(run(engine().logs(reader, 10)).value(), "kept");
}

TEST_P(VolumeContract, AreWrittenToOnlyWhereTheyMayBe) {
  const docker::Mount data{.source = unique_name("data"), .target = "/data", .read_only = true};
  const auto writer = running(on_volume(data, "echo lost > /data/file"));

  ASSERT_TRUE(eventually_exits(writer));
  EXPECT_NE(listed(writer)->exit_code, 0);
  EXPECT_THAT(run(engine().logs(writer, 10)).value(), HasSubstr("Read-only"));
}

TEST_P(VolumeContract, AreSharedByContainersThatRunTogether) {
  const docker::Mount data{.source = unique_name("data"), .target = "/data"};
  const auto waiter = running(on_volume(data, "until test -e /data/file; do sleep 0.02; done"));
  running(on_volume(data, "touch /data/file"));

  EXPECT_TRUE(eventually_exits(waiter));
}

}  // namespace genisys::contract
