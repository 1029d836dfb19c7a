#include "tests/contract/engine_contract.hpp"

namespace genisys::contract {

void EngineContract::SetUp() {
  subject_ = GetParam().make();
  if (!subject_) GTEST_SKIP() << "GENISYS_TEST_ENGINE=none";
}

docker::ContainerSpec EngineContract::spec(command::Words words) {
  docker::ContainerSpec spec;
  spec.image = subject_->image();
  spec.command = std::move(words);
  spec.labels = subject_->labels();
  return spec;
}

bool EngineContract::eventually(const std::function<bool()>& claim) {
  for (int i = 0; i < kMostSteps; ++i) {
    if (claim()) return true;
    subject_->let_pass();
  }
  return false;
}

docker::ContainerId EngineContract::created(docker::ContainerSpec spec) {
  return run(engine().create(unique_name("one"), std::move(spec))).value();
}

docker::ContainerId EngineContract::running(docker::ContainerSpec spec) {
  const docker::ContainerId id = created(std::move(spec));
  run(engine().start(id)).value();
  return id;
}

docker::ContainerId EngineContract::running_and_ready(docker::ContainerSpec spec) {
  const docker::ContainerId id = running(std::move(spec));
  EXPECT_TRUE(eventually([&] { return run(engine().logs(id, 10)).value() == "ready"; }));
  return id;
}

bool EngineContract::eventually_exits(const docker::ContainerId& id) {
  return eventually([&] { return state(id) == docker::ContainerState::exited; });
}

std::optional<docker::Container> EngineContract::listed(const docker::ContainerId& id) {
  auto all = run(engine().list({.all = true, .ids = {id}})).value();
  if (all.empty()) return std::nullopt;
  return std::move(all.front());
}

docker::ContainerDetail EngineContract::inspected(const docker::ContainerId& id) {
  return run(engine().inspect(id.str())).value();
}

docker::ContainerState EngineContract::state(const docker::ContainerId& id) {
  const auto container = listed(id);
  return container ? container->state : docker::ContainerState::unknown;
}

}  // namespace genisys::contract
