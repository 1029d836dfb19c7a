#include "controller/labels.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/builders.hpp"

namespace genisys::controller {
namespace {

using namespace std::chrono_literals;
using docker::HealthProbe;
using docker::Mount;
using state::Healthcheck;

docker::ContainerSpec spec_of(state::Definition definition) {
  const state::Service service{.definition = std::move(definition)};
  return container_spec(service, "hash", 1, "instance");
}

struct Row {
  const char* name;
  std::optional<Healthcheck> check;
  std::optional<HealthProbe> probe;
};

class ContainerSpecHealth : public testing::TestWithParam<Row> {};

TEST_P(ContainerSpecHealth, SaysToTheEngineWhatTheDefinitionSays) {
  auto definition = test::definition("web");
  definition.healthcheck = GetParam().check;
  EXPECT_EQ(spec_of(definition).healthcheck, GetParam().probe);
}

INSTANTIATE_TEST_SUITE_P(Labels, ContainerSpecHealth,
                         testing::Values(Row{"unset", std::nullopt, std::nullopt},
                                         Row{"disabled",
                                             Healthcheck{.disabled = true, .interval = 5s},
                                             HealthProbe{.test = {"NONE"}}},
                                         Row{"times_alone", Healthcheck{.interval = 1500ms},
                                             HealthProbe{.interval = 1500ms}},
                                         Row{"everything",
                                             Healthcheck{.test = {"CMD", "x"},
                                                         .interval = 1s,
                                                         .timeout = 2s,
                                                         .start_period = 3s,
                                                         .retries = 4},
                                             HealthProbe{.test = {"CMD", "x"},
                                                         .interval = 1s,
                                                         .timeout = 2s,
                                                         .start_period = 3s,
                                                         .retries = 4}}),
                         [](const auto& row) { return row.param.name; });

TEST(ContainerSpec, MountsTheVolumesOfTheDefinition) {
  auto definition = test::definition("web");
  EXPECT_TRUE(spec_of(definition).mounts.empty());
  definition.volumes = {
      {.text = "data:/data", .source = "data", .target = "/data"},
      {.text = "conf:/conf:ro", .source = "conf", .target = "/conf", .read_only = true}};
  EXPECT_THAT(spec_of(definition).mounts,
              testing::ElementsAre(Mount{.source = "data", .target = "/data"},
                                   Mount{.source = "conf", .target = "/conf", .read_only = true}));
}

}  // namespace
}  // namespace genisys::controller
