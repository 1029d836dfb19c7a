#include "state/shared_resources.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "state/documents.hpp"
#include "state/draft.hpp"
#include "tests/unit/state/document_texts.hpp"

namespace genisys::state {
namespace {

Value parsed(const std::string& json) {
  Problems problems;
  auto value = read_json(json, problems);
  if (!value) throw std::runtime_error(render(problems));
  return *std::move(value);
}

const NetworkSpec kNetwork{.name = "shop_back",
                           .driver = "bridge",
                           .driver_opts = {{"com.docker.network.bridge.name", "br-shop"}},
                           .labels = {{"team", "shop"}},
                           .internal = true,
                           .attachable = true,
                           .enable_ipv6 = true,
                           .ipam_driver = "default",
                           .ipam_options = {{"k", "v"}},
                           .subnets = {{.subnet = "172.28.0.0/16",
                                        .gateway = "172.28.5.254",
                                        .ip_range = "172.28.5.0/24",
                                        .aux_addresses = {{"host1", "172.28.1.5"}}}}};
const VolumeSpec kVolume{.name = "shop_data",
                         .driver = "local",
                         .driver_opts = {{"type", "tmpfs"}},
                         .labels = {{"team", "shop"}}};

TEST(SharedResourcesEncoding, ReadsBackWhatItWrote) {
  Problems problems;
  EXPECT_EQ(decode_network(parsed(encode_network(kNetwork)), problems), kNetwork);
  EXPECT_EQ(decode_volume(parsed(encode_volume(kVolume)), problems), kVolume);
  const NetworkSpec outside{.name = "dmz", .external = true};
  EXPECT_EQ(encode_network(outside), R"({"name":"dmz","external":true})");
  EXPECT_EQ(decode_network(parsed(encode_network(outside)), problems), outside);
  EXPECT_EQ(render(problems), "");
}

TEST(SharedResourcesEncoding, NamesWhatItCannotRead) {
  Problems problems;
  EXPECT_FALSE(decode_network(parsed(R"({"name": [], "subnets": [{"subnets": "x"}]})"), problems));
  EXPECT_EQ(render(problems),
            "1:10 /name: must be a string, not a list\n"
            "1:27 /subnets/0/subnets: unknown key 'subnets': did you mean 'subnet'?\n");
  problems.clear();
  EXPECT_FALSE(decode_volume(parsed("[]"), problems));
  EXPECT_EQ(render(problems), "1:1 : must be a map, not a list\n");
  problems.clear();
  EXPECT_FALSE(decode_volume(parsed("{}"), problems));
  EXPECT_EQ(render(problems), "1:1 /name: is missing\n");
}

TEST(SharedResourcesDraft, AreSharedOnceAndCanBeTakenBack) {
  Draft draft{Snapshot{}};
  const SharedResources one{.volumes = {{"shop_data", kVolume}}};
  draft.share({});
  EXPECT_FALSE(draft.changed()) << "nothing became nothing";
  draft.share(one);
  EXPECT_TRUE(draft.touched_shared());
  const Draft::Mark mark = draft.mark();
  draft.share({.networks = {{"shop_back", kNetwork}}});
  EXPECT_TRUE(draft.state().shared->volumes.empty());
  draft.roll_back_to(mark);
  EXPECT_EQ(*draft.state().shared, one);
  EXPECT_TRUE(draft.changed_state());
}

}  // namespace
}  // namespace genisys::state
