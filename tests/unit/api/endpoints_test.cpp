#include "api/endpoints.hpp"

#include <gtest/gtest.h>

namespace genisys::api {
namespace {

using state::SlotState;
using state::SlotStatus;

state::ServiceName name(std::string_view text) { return *state::ServiceName::parse(text); }

SlotStatus replica(std::uint32_t slot, std::vector<state::SlotPort> ports) {
  return {.slot = slot,
          .state = SlotState::running,
          .container = "c" + std::to_string(slot),
          .ports = std::move(ports)};
}

std::vector<std::string> addresses(std::vector<SlotStatus> slots,
                                   std::string_view advertise = "127.0.0.1") {
  std::vector<std::string> texts;
  const state::ServiceStatus status{.name = name("web"), .slots = std::move(slots)};
  for (const Endpoint& endpoint : endpoints_of(status, advertise)) {
    texts.push_back(endpoint.container_port + " " + address_of(endpoint));
  }
  return texts;
}

struct Bindings {
  std::string name;
  std::vector<state::SlotPort> ports;
  std::string advertise;
  std::vector<std::string> expected;
};
void PrintTo(const Bindings& row, std::ostream* out) { *out << row.name; }

class EndpointsOfAReplica : public testing::TestWithParam<Bindings> {};

TEST_P(EndpointsOfAReplica, AreItsBindings) {
  EXPECT_EQ(addresses({replica(1, GetParam().ports)}, GetParam().advertise), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Endpoints, EndpointsOfAReplica,
    testing::ValuesIn(std::vector<Bindings>{
        {"None", {}, "127.0.0.1", {}},
        {"All", {{"80/tcp", "0.0.0.0:4000"}}, "127.0.0.1", {"80/tcp 127.0.0.1:4000"}},
        {"AllAdvertised", {{"80/tcp", "0.0.0.0:4000"}}, "box", {"80/tcp box:4000"}},
        {"AllAdvertisedV6", {{"80/tcp", "0.0.0.0:4000"}}, "::1", {"80/tcp [::1]:4000"}},
        {"Empty", {{"80/tcp", ":4000"}}, "box", {"80/tcp box:4000"}},
        {"OnlyV6", {{"80/tcp", "[::]:4000"}}, "box", {"80/tcp box:4000"}},
        {"V6WithoutBrackets", {{"80/tcp", ":::4000"}}, "box", {"80/tcp box:4000"}},
        {"BothFamilies",
         {{"80/tcp", "0.0.0.0:4000"}, {"80/tcp", "[::]:4000"}},
         "box",
         {"80/tcp box:4000"}},
        {"BothFamiliesInOtherOrder",
         {{"80/tcp", "[::]:4000"}, {"80/tcp", "0.0.0.0:4000"}},
         "box",
         {"80/tcp box:4000"}},
        {"BothFamiliesOnDifferentPorts",
         {{"80/tcp", "0.0.0.0:4000"}, {"80/tcp", "[::]:4001"}},
         "box",
         {"80/tcp box:4000"}},
        {"TwoBindingsOfOnePort",
         {{"80/tcp", "0.0.0.0:4001"}, {"80/tcp", "0.0.0.0:4000"}},
         "box",
         {"80/tcp box:4000", "80/tcp box:4001"}},
        {"TwoPorts",
         {{"81/tcp", "0.0.0.0:4001"}, {"80/tcp", "[::]:4000"}},
         "box",
         {"80/tcp box:4000", "81/tcp box:4001"}},
        {"OneAddress", {{"80/tcp", "10.0.0.5:4000"}}, "box", {"80/tcp 10.0.0.5:4000"}},
        {"OneAddressOfV6", {{"80/tcp", "[fe80::1]:4000"}}, "box", {"80/tcp [fe80::1]:4000"}},
        {"AllAndTheAdvertisedOne",
         {{"80/tcp", "0.0.0.0:4000"}, {"80/tcp", "127.0.0.1:4000"}},
         "127.0.0.1",
         {"80/tcp 127.0.0.1:4000"}},
        {"Udp", {{"53/udp", "0.0.0.0:4000"}}, "box", {"53/udp box:4000"}},
        {"Nonsense", {{"80/tcp", "0.0.0.0"}, {"80/tcp", "a:b"}, {"80/tcp", "a:0"}}, "box", {}},
    }),
    [](const auto& info) { return info.param.name; });

TEST(Endpoints, AreThoseOfReadyReplicas) {
  std::vector<SlotStatus> slots;
  const auto add = [&slots](SlotState slot_state, std::string health) {
    const auto slot = static_cast<std::uint32_t>(slots.size() + 1);
    slots.push_back(replica(slot, {{"80/tcp", "0.0.0.0:" + std::to_string(4000 + slot)}}));
    slots.back().state = slot_state;
    slots.back().health = std::move(health);
  };
  add(SlotState::running, "");
  add(SlotState::running, "healthy");
  add(SlotState::running, "unhealthy");
  add(SlotState::starting, "starting");
  add(SlotState::stopping, "healthy");
  add(SlotState::backoff, "");
  add(SlotState::running, "");
  slots.back().cause = state::Reason::paused;
  EXPECT_EQ(addresses(slots),
            (std::vector<std::string>{"80/tcp 127.0.0.1:4001", "80/tcp 127.0.0.1:4002"}));
}

TEST(Endpoints, AreEncodedForClients) {
  EXPECT_EQ(encode_endpoints({}), R"({"endpoints":[]})");
  EXPECT_EQ(encode_endpoints({{.service = name("web"),
                               .slot = 1,
                               .container = "ab12",
                               .container_port = "8080/tcp",
                               .host = "::1",
                               .port = 32768}}),
            R"({"endpoints":[{"slot":1,"container_port":"8080/tcp","host":"::1","port":32768,)"
            R"("address":"[::1]:32768"}]})");
}

TEST(Endpoints, AreTargetGroupsForPrometheusWhereTheyAreTcp) {
  EXPECT_EQ(encode_target_groups({}), "[]");
  EXPECT_EQ(encode_target_groups({{.service = name("dns"),
                                   .slot = 1,
                                   .container_port = "53/udp",
                                   .host = "box",
                                   .port = 4000},
                                  {.service = name("web"),
                                   .slot = 2,
                                   .container = "ab12",
                                   .container_port = "8080/tcp",
                                   .host = "127.0.0.1",
                                   .port = 32768}}),
            R"([{"targets":["127.0.0.1:32768"],"labels":{"__meta_genisys_service":"web",)"
            R"("__meta_genisys_slot":"2","__meta_genisys_container_port":"8080",)"
            R"("__meta_genisys_container":"ab12"}}])");
}

}  // namespace
}  // namespace genisys::api
