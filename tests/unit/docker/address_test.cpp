#include "docker/address.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace genisys::docker {
namespace {

using ::testing::HasSubstr;

struct Accepted {
  const char* name;
  const char* text;
  Address address;
};
void PrintTo(const Accepted& row, std::ostream* out) { *out << row.text; }

class AcceptedAddress : public ::testing::TestWithParam<Accepted> {};

TEST_P(AcceptedAddress, IsReadAsWhatItNames) {
  std::string why;
  const auto address = parse_address(GetParam().text, why);
  ASSERT_TRUE(address) << why;
  EXPECT_EQ(*address, GetParam().address);
}

TEST_P(AcceptedAddress, ReadsBackFromItsCanonicalText) {
  std::string why;
  EXPECT_EQ(parse_address(to_string(GetParam().address), why), GetParam().address) << why;
}

const Address kSocket = UnixAddress{"/var/run/docker.sock"};

INSTANTIATE_TEST_SUITE_P(
    Address, AcceptedAddress,
    ::testing::Values(Accepted{"TwoSlashes", "unix://var/run/docker.sock", kSocket},
                      Accepted{"ThreeSlashes", "unix:///var/run/docker.sock", kSocket},
                      Accepted{"OneSlash", "unix:/var/run/docker.sock", kSocket},
                      Accepted{"BarePath", "/var/run/docker.sock", kSocket},
                      Accepted{"HttpUnix", "http+unix://var/run/docker.sock", kSocket},
                      Accepted{"HttpUnixAbsolute", "http+unix:///var/run/docker.sock", kSocket},
                      Accepted{"UpperCaseScheme", "UNIX:///var/run/docker.sock", kSocket},
                      Accepted{"Tcp", "tcp://h:1234", TcpAddress{"h", 1234}},
                      Accepted{"TcpDefaultPort", "tcp://h", TcpAddress{"h", 2375}},
                      Accepted{"TcpTrailingSlash", "tcp://h:1/", TcpAddress{"h", 1}},
                      Accepted{"TcpIpv6", "tcp://[::1]:2375", TcpAddress{"::1", 2375}},
                      Accepted{"TcpIpv6DefaultPort", "tcp://[fe80::1]",
                               TcpAddress{"fe80::1", 2375}},
                      Accepted{"Http", "http://127.0.0.1:80", TcpAddress{"127.0.0.1", 80}}),
    [](const auto& row) { return row.param.name; });

struct Refused {
  const char* name;
  std::string text;
  const char* why;
};
void PrintTo(const Refused& row, std::ostream* out) { *out << row.text; }

class RefusedAddress : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedAddress, SaysWhatToWriteInstead) {
  std::string why;
  EXPECT_FALSE(parse_address(GetParam().text, why));
  EXPECT_THAT(why, HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(
    Address, RefusedAddress,
    ::testing::Values(Refused{"Empty", "", "write unix:///var/run/docker.sock"},
                      Refused{"Blank", "unix:///var/run/docker sock", "blank"},
                      Refused{"NewLine", "tcp://h:1\n", "control character"},
                      Refused{"NoPath", "unix://", "names no socket"},
                      Refused{"OnlySlashes", "unix:///", "names no socket"},
                      Refused{"LongPath", "unix:///" + std::string(107, 'a'), "at most 107 bytes"},
                      Refused{"Ssh", "ssh://me@h", "forward the socket"},
                      Refused{"Npipe", "npipe:////./pipe/docker_engine", "write unix:///"},
                      Refused{"Fd", "fd://", "write unix:///"},
                      Refused{"Https", "https://h:2376", "docker.tls"},
                      Refused{"NoScheme", "docker.sock", "write unix:///"},
                      Refused{"HostAndPort", "h:2375", "write unix:///"},
                      Refused{"NoHost", "tcp://:2375", "host is missing"},
                      Refused{"PortZero", "tcp://h:0", "from 1 to 65535"},
                      Refused{"PortTooLarge", "tcp://h:65536", "from 1 to 65535"},
                      Refused{"PortText", "tcp://h:80x", "from 1 to 65535"},
                      Refused{"PortEmpty", "tcp://h:", "from 1 to 65535"},
                      Refused{"Path", "tcp://h:80/v1.41", "only a host and a port"},
                      Refused{"User", "tcp://me@h:80", "only a host and a port"},
                      Refused{"OpenBracket", "tcp://[::1:80", "bracket"},
                      Refused{"AfterBracket", "tcp://[::1]80", "bracket"},
                      Refused{"NameInBrackets", "tcp://[engine]:80", "stands in the brackets"},
                      Refused{"BracketInBrackets", "tcp://[[]:37", "stands in the brackets"},
                      Refused{"BareIpv6", "tcp://::1", "in brackets"}),
    [](const auto& row) { return row.param.name; });

TEST(Address, IsLocalWhereNobodyElseCanListenIn) {
  for (const char* url :
       {"unix:///run/a.sock", "tcp://localhost", "tcp://127.0.0.2", "tcp://[::1]"}) {
    std::string why;
    EXPECT_TRUE(is_local(*parse_address(url, why))) << url;
  }
  // localhost.example is anywhere.
  for (const char* url :
       {"tcp://10.0.0.5", "tcp://[::]", "tcp://0.0.0.0", "tcp://localhost.example"}) {
    std::string why;
    EXPECT_FALSE(is_local(*parse_address(url, why))) << url;
  }
}

TEST(Address, HasThePortThatIsGivenForThoseWithoutOne) {
  std::string why;
  EXPECT_EQ(to_string(*parse_address("tcp://a", why)), "tcp://a:2375");
  EXPECT_EQ(to_string(*parse_address("tcp://a", why, kTlsPort)), "tcp://a:2376");
  EXPECT_EQ(to_string(*parse_address("tcp://a:1", why, kTlsPort)), "tcp://a:1");
}

}  // namespace
}  // namespace genisys::docker
