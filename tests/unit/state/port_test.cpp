#include "state/port.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace genisys::state {
namespace {

// The one port that a text without a range of container ports means.
std::optional<Port> parse_port(std::string_view text, std::string& why) {
  const auto ports = parse_ports(text, why);
  if (ports.empty()) return std::nullopt;
  EXPECT_EQ(ports.size(), 1U);
  return ports[0];
}

struct Row {
  const char* text;
  const char* host_ip;
  int host_first;
  int host_last;
  int container;
  Protocol protocol;
};

class Ports : public testing::TestWithParam<Row> {};

TEST_P(Ports, AreRead) {
  std::string why;
  const auto port = parse_port(GetParam().text, why);
  ASSERT_TRUE(port) << why;
  EXPECT_EQ(port->text, GetParam().text);
  EXPECT_EQ(port->host_ip, GetParam().host_ip);
  EXPECT_EQ(port->host_first, GetParam().host_first);
  EXPECT_EQ(port->host_last, GetParam().host_last);
  EXPECT_EQ(port->container, GetParam().container);
  EXPECT_EQ(port->protocol, GetParam().protocol);
  EXPECT_EQ(port->is_ephemeral(), GetParam().host_first == 0);
}

INSTANTIATE_TEST_SUITE_P(
    Port, Ports,
    testing::Values(
        Row{"8080", "", 0, 0, 8080, Protocol::tcp}, Row{"1", "", 0, 0, 1, Protocol::tcp},
        Row{"65535", "", 0, 0, 65535, Protocol::tcp}, Row{"53/udp", "", 0, 0, 53, Protocol::udp},
        Row{"80/tcp", "", 0, 0, 80, Protocol::tcp}, Row{"80/sctp", "", 0, 0, 80, Protocol::sctp},
        Row{"8081:80", "", 8081, 8081, 80, Protocol::tcp},
        Row{"9000-9009:80", "", 9000, 9009, 80, Protocol::tcp},
        Row{"9000-9000:80", "", 9000, 9000, 80, Protocol::tcp},
        Row{"5353:53/udp", "", 5353, 5353, 53, Protocol::udp},
        Row{"127.0.0.1:8081:80", "127.0.0.1", 8081, 8081, 80, Protocol::tcp},
        Row{"127.0.0.1:9000-9001:80/udp", "127.0.0.1", 9000, 9001, 80, Protocol::udp},
        Row{"127.0.0.1::80", "127.0.0.1", 0, 0, 80, Protocol::tcp},
        Row{"[::1]:8081:80", "::1", 8081, 8081, 80, Protocol::tcp},
        Row{"[0:0::1]:8081:80", "::1", 8081, 8081, 80, Protocol::tcp},
        Row{"[::]::80", "::", 0, 0, 80, Protocol::tcp}));

struct Misfit {
  const char* text;
  const char* reason;
};

class PortMisfits : public testing::TestWithParam<Misfit> {};

TEST_P(PortMisfits, AreRefusedWithReason) {
  std::string why;
  EXPECT_FALSE(parse_port(GetParam().text, why));
  EXPECT_THAT(why, testing::HasSubstr(GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(
    Port, PortMisfits,
    testing::Values(
        Misfit{"", "container's port"}, Misfit{"0", "container's port"},
        Misfit{"65536", "container's port"}, Misfit{"99999999999999999999", "container's port"},
        Misfit{"-1", "container's port"}, Misfit{"+80", "container's port"},
        Misfit{"080", "container's port"}, Misfit{"80.0", "container's"},
        Misfit{"1e3", "container's port"}, Misfit{"0x50", "container's port"},
        Misfit{" 80", "container's"}, Misfit{"80 ", "container's port"},
        Misfit{"８０", "container's port"}, Misfit{"http", "container's"},
        Misfit{"80-70", "range of container ports must rise"},
        Misfit{"80-90-91", "container's port"},
        Misfit{"8000-8009:80-90", "10 ports of the host cannot be 11 of the container"},
        Misfit{"8000:80-90", "1 ports of the host cannot be 11"},
        Misfit{"1-300", "300 ports are more than the 256 allowed"},
        Misfit{"8080:", "container's port"}, Misfit{":80", "host's port is missing"},
        Misfit{"0:80", "host's port"}, Misfit{"65536:80", "host's port"},
        Misfit{"x:80", "host's port"}, Misfit{"9009-9000:80", "must rise"},
        Misfit{"9000-:80", "host's port"}, Misfit{"-9000:80", "host's port"},
        Misfit{"1-2-3:80", "host's port"}, Misfit{"80/", "protocol ''"},
        Misfit{"80/icmp", "protocol 'icmp' must be"}, Misfit{"80/UDP", "tcp, udp or sctp"},
        Misfit{"80/tcp/udp", "protocol"}, Misfit{"localhost:8081:80", "host address 'localhost'"},
        Misfit{"1.2.3:8081:80", "host address"}, Misfit{"256.0.0.1:8081:80", "host address"},
        Misfit{"010.0.0.1:8081:80", "host address"}, Misfit{"::1:8081:80", "in brackets"},
        Misfit{"[127.0.0.1]:8081:80", "host address"}, Misfit{"[]:8081:80", "host address"},
        Misfit{"[::1:8081:80", "host address"}, Misfit{"::80", "host address ''"}));

std::vector<std::string> texts_of(std::string_view text) {
  std::string why;
  std::vector<std::string> texts;
  for (const Port& port : parse_ports(text, why)) {
    texts.push_back(port.text);
    EXPECT_EQ(*parse_port(port.text, why), port);
  }
  return texts;
}

TEST(Port, IsSeveralWhereTheContainerHasARange) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(texts_of("3000-3002"), (Texts{"3000", "3001", "3002"}));
  EXPECT_EQ(texts_of("3000-3000"), (Texts{"3000-3000"}));
  EXPECT_EQ(texts_of("9090-9091:8080-8081"), (Texts{"9090:8080", "9091:8081"}));
  EXPECT_EQ(texts_of("127.0.0.1:9090-9091:8080-8081/udp"),
            (Texts{"127.0.0.1:9090:8080/udp", "127.0.0.1:9091:8081/udp"}));
  EXPECT_EQ(texts_of("[::1]::80-81"), (Texts{"[::1]::80", "[::1]::81"}));
  EXPECT_EQ(texts_of("9000-9009:80"), Texts{"9000-9009:80"});
  EXPECT_EQ(texts_of("1-256").size(), 256U);
}

TEST(Port, IsExposedAloneOrAsARange) {
  std::string why;
  EXPECT_EQ(parse_exposed("3000", why), (ExposedPort{3000, 3000, Protocol::tcp}));
  EXPECT_EQ(parse_exposed("8000-8010/udp", why), (ExposedPort{8000, 8010, Protocol::udp}));
  for (const char* text : {"", "0", "65536", "80-70", "80/", "80/icmp", "x", "80:80", "-80"}) {
    EXPECT_FALSE(parse_exposed(text, why)) << text;
    EXPECT_THAT(why, testing::HasSubstr("is not a port: write a number")) << text;
  }
}

TEST(Port, GivesEachSlotOnePortOfTheRange) {
  std::string why;
  const Port range = *parse_port("9000-9002:80", why);
  EXPECT_EQ(range.host_port(1), 9000);
  EXPECT_EQ(range.host_port(3), 9002);
  EXPECT_EQ(range.host_port(4), std::nullopt);
  EXPECT_EQ(range.host_port(0), std::nullopt);
  EXPECT_EQ(range.host_port(4'294'967'295U), std::nullopt);
  const Port fixed = *parse_port("8081:80", why);
  EXPECT_EQ(fixed.host_port(1), 8081);
  EXPECT_EQ(fixed.host_port(2), std::nullopt);
  const Port widest = *parse_port("1-65535:80", why);
  EXPECT_EQ(widest.host_port(65535), 65535);
  EXPECT_EQ(widest.host_port(65536), std::nullopt);
}

TEST(Port, LeavesTheChoiceToTheEngineForEverySlot) {
  std::string why;
  const Port port = *parse_port("8080", why);
  EXPECT_EQ(port.host_port(1), 0);
  EXPECT_EQ(port.host_port(1'000'000), 0);
}

TEST(Port, CollidesOnlyWhereOneHostPortIsMeant) {
  const auto collide = [](const char* a, const char* b) {
    std::string why;
    return may_collide(*parse_port(a, why), *parse_port(b, why));
  };
  EXPECT_TRUE(collide("8081:80", "8081:81"));
  EXPECT_TRUE(collide("8000-8010:80", "8010-8020:81"));
  EXPECT_TRUE(collide("127.0.0.1:8081:80", "8081:81"));
  EXPECT_TRUE(collide("127.0.0.1:8081:80", "0.0.0.0:8081:81"));
  EXPECT_TRUE(collide("[::1]:8081:80", "[0::1]:8081:81"));
  EXPECT_FALSE(collide("8081:80", "8082:80"));
  EXPECT_FALSE(collide("8081:80", "8081:80/udp"));
  EXPECT_FALSE(collide("127.0.0.1:8081:80", "127.0.0.2:8081:80"));
  EXPECT_FALSE(collide("80", "80"));
}

}  // namespace
}  // namespace genisys::state
