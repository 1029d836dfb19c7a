// Named volumes: which there are, and who keeps them from being removed.
#include "tests/contract/engine_contract.hpp"

namespace genisys::contract {

using docker::Engine;
using docker::ErrorKind;
using std::chrono_literals::operator""s;

TEST_P(VolumeContract, CreatesAVolume) {
  const std::string name = unique_name("data");
  const docker::Volume wanted{.name = name, .labels = {{"a", "b"}, {"odd", "\"c\" \\ ü"}}};

  EXPECT_THAT(run(engine().create_volume(wanted)), Succeeds());
  const auto found = run(engine().volume(name)).value();
  EXPECT_EQ(found.name, name);
  EXPECT_EQ(found.driver, "local");
  EXPECT_EQ(found.labels, wanted.labels);
}

TEST_P(VolumeContract, OneThatIsThereStaysWhatItIs) {
  const std::string name = unique_name("data");
  run(engine().create_volume({.name = name, .labels = {{"a", "b"}}})).value();

  EXPECT_THAT(run(engine().create_volume({.name = name, .labels = {{"a", "c"}}})), Succeeds());
  EXPECT_EQ(run(engine().volume(name)).value().labels.at("a"), "b");
}

TEST_P(VolumeContract, RefusesADriverThatIsMissingAndANameThatIsNone) {
  EXPECT_THAT(run(engine().create_volume({.name = unique_name("odd"), .driver = "no-such"})),
              FailsWith(ErrorKind::rejected));
  EXPECT_THAT(run(engine().create_volume({.name = "not a name"})), FailsWith(ErrorKind::rejected));
}

TEST_P(VolumeContract, RemovesOneThatIsGone) {
  const std::string name = unique_name("data");
  run(engine().create_volume({.name = name})).value();

  EXPECT_THAT(run(engine().remove_volume(name)), Succeeds());
  EXPECT_THAT(run(engine().volume(name)), FailsWith(ErrorKind::not_found));
  EXPECT_THAT(run(engine().remove_volume(name)), Succeeds());
}

TEST_P(VolumeContract, ACreateMakesWhatItNames) {
  const std::string mounted = unique_name("mounted");
  const std::string bound = unique_name("bound");
  auto both = spec();
  both.mounts = {{.source = mounted, .target = "/mounted"}};
  both.binds = {bound + ":/bound:rw"};
  const auto id = created(both);

  EXPECT_THAT(run(engine().volume(mounted)), Succeeds());
  EXPECT_THAT(run(engine().volume(bound)), Succeeds());
  run(engine().remove(id, Engine::Force::yes)).value();
  EXPECT_THAT(run(engine().volume(mounted)), Succeeds());
  EXPECT_THAT(run(engine().volume(bound)), Succeeds());
}

TEST_P(VolumeContract, AreHeldByContainersThatDoNotRunToo) {
  const std::string name = unique_name("data");
  auto mounted = spec();
  mounted.mounts = {{.source = name, .target = "/data"}};
  const auto id = created(mounted);

  EXPECT_THAT(run(engine().remove_volume(name)), FailsWith(ErrorKind::conflict));
  run(engine().start(id)).value();
  EXPECT_THAT(run(engine().remove_volume(name)), FailsWith(ErrorKind::conflict));
  run(engine().stop(id, 0s)).value();
  EXPECT_THAT(run(engine().remove_volume(name)), FailsWith(ErrorKind::conflict));
  run(engine().remove(id, Engine::Force::no)).value();
  EXPECT_THAT(run(engine().remove_volume(name)), Succeeds());
}

}  // namespace genisys::contract
