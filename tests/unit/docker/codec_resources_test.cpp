// Networks and volumes in the Engine API's JSON.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "docker/codec.hpp"

namespace genisys::docker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(DecodeNetworks, ReadsWhatTheEngineHas) {
  const auto networks = decode_networks(
      R"([{"Name":"front","Id":"abc","Created":"x","Driver":"bridge","EnableIPv6":false,)"
      R"("IPAM":{"Driver":"default","Options":null,"Config":[]},"Labels":{"a":"b"}},)"
      R"({"Name":"n","Id":"i","Labels":null}])");
  EXPECT_THAT(networks.value(), ElementsAre(Network{"abc", "front", "bridge", {{"a", "b"}}},
                                            Network{"i", "n", "", {}}));
  EXPECT_THAT(decode_networks("[]").value(), IsEmpty());
}

TEST(DecodeNetworks, RefusesWhatIsNone) {
  for (const char* body : {"", "{}", R"({"Name":"n","Id":"i"})", "[[]]", "[1]", R"([{"Name":"n"}])",
                           R"([{"Name":[],"Id":"i"}])", R"([{"Name":"n","Id":"i","Labels":[]}])"}) {
    const auto networks = decode_networks(body);
    ASSERT_TRUE(networks.has_error()) << body;
    EXPECT_EQ(networks.error().kind, ErrorKind::protocol) << body;
    EXPECT_THAT(networks.error().message, HasSubstr("network")) << body;
  }
}

TEST(DecodeVolume, ReadsWhatTheEngineHas) {
  const auto volume =
      decode_volume(R"({"Name":"data","Driver":"local","Mountpoint":"/v","Scope":"local",)"
                    R"("Options":{"type":"nfs"},"Labels":{"a":"b"}})");
  EXPECT_EQ(volume.value(), (Volume{"data", "local", {{"type", "nfs"}}, {{"a", "b"}}}));
  EXPECT_EQ(decode_volume(R"({"Name":"n","Options":null,"Labels":null})").value(), Volume{"n"});
}

TEST(DecodeVolume, RefusesWhatIsNone) {
  for (const char* body :
       {"", "[]", "{}", R"({"Driver":"local"})", R"({"Name":"n","Options":{"a":[]}})"}) {
    const auto volume = decode_volume(body);
    ASSERT_TRUE(volume.has_error()) << body;
    EXPECT_EQ(volume.error().kind, ErrorKind::protocol) << body;
  }
}

TEST(EncodeNetwork, SaysNothingOfWhatIsNotSet) {
  EXPECT_EQ(encode_network({.name = "a \"b\""}), R"({"Name":"a \"b\"","CheckDuplicate":true})");
}

TEST(EncodeNetwork, WritesEveryField) {
  EXPECT_EQ(encode_network({.name = "front",
                            .driver = "macvlan",
                            .options = {{"parent", "eth0"}},
                            .labels = {{"a", "b"}},
                            .internal = true,
                            .attachable = true,
                            .enable_ipv6 = true,
                            .ipam_driver = "default",
                            .ipam_options = {{"x", "y"}},
                            .subnets = {{.subnet = "10.1.0.0/16",
                                         .gateway = "10.1.0.1",
                                         .ip_range = "10.1.5.0/24",
                                         .aux_addresses = {{"host1", "10.1.0.2"}}},
                                        {.subnet = "fd00::/64"}}}),
            R"({"Name":"front","CheckDuplicate":true,"Driver":"macvlan","Internal":true,)"
            R"("Attachable":true,"EnableIPv6":true,"IPAM":{"Driver":"default",)"
            R"("Options":{"x":"y"},"Config":[{"Subnet":"10.1.0.0/16","IPRange":"10.1.5.0/24",)"
            R"("Gateway":"10.1.0.1","AuxiliaryAddresses":{"host1":"10.1.0.2"}},)"
            R"({"Subnet":"fd00::/64"}]},"Options":{"parent":"eth0"},"Labels":{"a":"b"}})");
}

TEST(EncodeVolume, WritesEveryFieldThatIsSet) {
  EXPECT_EQ(encode_volume({.name = "data"}), R"({"Name":"data"})");
  EXPECT_EQ(encode_volume({"data", "nfs", {{"o", "ro"}}, {{"a", "b"}}}),
            R"({"Name":"data","Driver":"nfs","DriverOpts":{"o":"ro"},"Labels":{"a":"b"}})");
}

TEST(EncodeConnect, NamesTheContainerAndItsAliases) {
  const std::string id(64, 'a');
  EXPECT_EQ(encode_connect(*ContainerId::parse(id), {.network = "not said", .aliases = {"www"}}),
            R"({"Container":")" + id + R"(","EndpointConfig":{"Aliases":["www"]}})");
}

}  // namespace
}  // namespace genisys::docker
