#include "docker/failure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "docker/text.hpp"

namespace genisys::docker {
namespace {

using ::testing::HasSubstr;

struct Row {
  const char* name;
  Operation operation;
  int status;
  std::string message;
  std::optional<ErrorKind> kind;  // nothing: success
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.status << ' ' << row.message; }

class Classification : public ::testing::TestWithParam<Row> {};

TEST_P(Classification, FollowsOperationStatusAndText) {
  const Row& row = GetParam();
  const auto error =
      failure_of(row.operation, row.status,
                 row.message.empty() ? "" : R"({"message":")" + row.message + R"("})");
  ASSERT_EQ(error.has_value(), row.kind.has_value()) << (error ? error->message : "");
  if (!error) return;
  EXPECT_EQ(to_string(error->kind), to_string(*row.kind));
  EXPECT_EQ(error->http_status, row.status);
  EXPECT_FALSE(error->message.empty());
}

using Op = Operation;
constexpr auto kSuccess = std::nullopt;

INSTANTIATE_TEST_SUITE_P(
    Create, Classification,
    ::testing::Values(
        Row{"Created", Op::create, 201, "", kSuccess},
        Row{"NameTaken", Op::create, 409,
            "Conflict. The container name is already in use by container", ErrorKind::conflict},
        Row{"NameTakenOnPodman", Op::create, 500,
            "creating container storage: that name is already in use", ErrorKind::conflict},
        Row{"NoImage", Op::create, 404, "No such image: nosuch:9", ErrorKind::image_missing},
        Row{"ImageCalledNetwork", Op::create, 404, "No such image: network:9",
            ErrorKind::image_missing},
        Row{"NoNetwork", Op::create, 404, "network x not found", ErrorKind::network},
        Row{"NoRoute", Op::create, 404, "page not found", ErrorKind::protocol},
        Row{"BadName", Op::create, 400, "Invalid container name (a b)", ErrorKind::rejected},
        Row{"Forbidden", Op::create, 403, "", ErrorKind::rejected},
        Row{"NoSpace", Op::create, 500, "no space left on device", ErrorKind::engine},
        Row{"NotCreated", Op::create, 200, "", ErrorKind::protocol}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Start, Classification,
    ::testing::Values(
        Row{"Started", Op::start, 204, "", kSuccess},
        Row{"RunsAlready", Op::start, 304, "", kSuccess},
        Row{"NoContainer", Op::start, 404, "No such container: abc", ErrorKind::not_found},
        Row{"NoNetwork", Op::start, 404, "network web not found", ErrorKind::network},
        Row{"NoPlugin", Op::start, 404, "plugin nfs not found", ErrorKind::rejected},
        Row{"NoRoute", Op::start, 404, "page not found", ErrorKind::protocol},
        Row{"Paused", Op::start, 409, "cannot start a paused container, try unpause instead",
            ErrorKind::conflict},
        Row{"BeingRemoved", Op::start, 409, "container is marked for removal and cannot be started",
            ErrorKind::busy},
        Row{"NoCommand", Op::start, 400, R"(exec: \"nosuch\": executable file not found in $PATH)",
            ErrorKind::command},
        Row{"NotExecutable", Op::start, 400, R"(exec: \"/etc\": permission denied)",
            ErrorKind::command},
        Row{"NoCommandOn500", Op::start, 500,
            R"(OCI runtime create failed: exec: \"x\": executable file not found in $PATH)",
            ErrorKind::command},
        Row{"NoCommandOnPodman", Op::start, 500,
            "crun: executable file `x` not found in $PATH: OCI runtime attempted to invoke a "
            "command that was not found",
            ErrorKind::command},
        Row{"PortOfContainer", Op::start, 500,
            "driver failed: Bind for 0.0.0.0:28080 failed: port is already allocated",
            ErrorKind::port_taken},
        Row{"PortOfProcess", Op::start, 500,
            "listen tcp4 0.0.0.0:28081: bind: address already in use", ErrorKind::port_taken},
        Row{"PortsUsedUp", Op::start, 500, "all ports are allocated", ErrorKind::port_taken},
        Row{"PortOnNewEngine", Op::start, 500,
            "failed to set up container networking: failed to bind host port for 0.0.0.0:80",
            ErrorKind::port_taken},
        Row{"ForeignAddress", Op::start, 500,
            "failed to bind host port: cannot assign requested address", ErrorKind::rejected},
        Row{"TaskExists", Op::start, 500, "task abc: already exists: unknown", ErrorKind::wreck},
        Row{"IdInUse", Op::start, 500, "id already in use", ErrorKind::wreck},
        Row{"BadUser", Op::start, 500, "unable to find user x: no matching entries in passwd file",
            ErrorKind::rejected},
        Row{"ImproperOnPodman", Op::start, 500, "container state improper", ErrorKind::conflict},
        Row{"Unknown", Op::start, 500, "boom", ErrorKind::engine}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Others, Classification,
    ::testing::Values(
        Row{"Stopped", Op::stop, 204, "", kSuccess},
        Row{"StoppedAlready", Op::stop, 304, "", kSuccess},
        Row{"StopGone", Op::stop, 404, "No such container: abc", kSuccess},
        Row{"StopNoRoute", Op::stop, 404, "page not found", ErrorKind::protocol},
        Row{"StopFailed", Op::stop, 500, "boom", ErrorKind::engine},
        Row{"Removed", Op::remove, 204, "", kSuccess},
        Row{"RemoveGone", Op::remove, 404, "No such container: abc", kSuccess},
        Row{"RemoveGoneOnPodman", Op::remove, 404,
            "no container with ID or name found: no such container", kSuccess},
        Row{"RemoveNoRoute", Op::remove, 404, "page not found", ErrorKind::protocol},
        Row{"RemoveUnderWay", Op::remove, 409, "removal of container x is already in progress",
            ErrorKind::busy},
        Row{"RemoveRunning", Op::remove, 409, "You cannot remove a running container",
            ErrorKind::conflict},
        Row{"RemoveRunningOnPodman", Op::remove, 500, "container state improper",
            ErrorKind::conflict},
        Row{"RemoveDeviceBusy", Op::remove, 500, "device or resource busy", ErrorKind::engine},
        Row{"Inspected", Op::inspect, 200, "", kSuccess},
        Row{"InspectGone", Op::inspect, 404, "No such container: x", ErrorKind::not_found},
        Row{"InspectNoRoute", Op::inspect, 404, "page not found", ErrorKind::protocol},
        Row{"LogsUnreadable", Op::logs, 501, "configured logging driver does not support reading",
            ErrorKind::rejected},
        Row{"ImageMissing", Op::image, 404, "no such image: x", ErrorKind::not_found},
        Row{"ListFailed", Op::list, 500, "boom", ErrorKind::engine},
        Row{"ListRedirected", Op::list, 301, "", ErrorKind::protocol},
        Row{"ListNoRoute", Op::list, 404, "page not found", ErrorKind::protocol},
        Row{"ListNotModified", Op::list, 304, "", ErrorKind::protocol},
        Row{"ListInformational", Op::list, 100, "", ErrorKind::protocol},
        Row{"TooNew", Op::list, 400, "client version 1.42 is too new", ErrorKind::unsupported},
        Row{"TooOld", Op::start, 400, "client version 1.41 is too old", ErrorKind::unsupported},
        Row{"InfoUnavailable", Op::info, 503, "", ErrorKind::engine},
        Row{"PullUnknown", Op::pull, 404, "manifest for x not found: manifest unknown",
            ErrorKind::rejected},
        Row{"PullNoAuth", Op::pull, 500, "no basic auth credentials", ErrorKind::rejected},
        Row{"PullDenied", Op::pull, 500, "unauthorized: authentication required",
            ErrorKind::rejected},
        Row{"PullNoNetwork", Op::pull, 500, "dial tcp: connection refused", ErrorKind::engine},
        Row{"PullTooMany", Op::pull, 500, "toomanyrequests: denied for now", ErrorKind::engine},
        Row{"PullBadName", Op::pull, 400, "invalid reference format", ErrorKind::rejected}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Networks, Classification,
    ::testing::Values(
        Row{"Found", Op::network, 200, "", kSuccess},
        Row{"NoRoute", Op::network, 404, "page not found", ErrorKind::protocol},
        Row{"AmbiguousAtTheStart", Op::start, 400,
            "network x is ambiguous (2 matches found on name)", ErrorKind::network},
        Row{"AmbiguousAtTheCreate", Op::create, 400,
            "network x is ambiguous (2 matches found on name)", ErrorKind::network},
        Row{"Created", Op::create_network, 201, "", kSuccess},
        Row{"NameTaken", Op::create_network, 409, "network with name x already exists",
            ErrorKind::conflict},
        Row{"NameTakenOnPodman", Op::create_network, 500, "network name x already used",
            ErrorKind::conflict},
        Row{"OfTheEngine", Op::create_network, 403,
            "operation is not permitted on predefined host network ", ErrorKind::rejected},
        Row{"NoDriver", Op::create_network, 404, R"(plugin \"nosuch\" not found)",
            ErrorKind::rejected},
        Row{"NoAddressesLeft", Op::create_network, 404,
            "could not find an available, non-overlapping IPv4 address pool among the defaults",
            ErrorKind::rejected},
        Row{"Overlaps", Op::create_network, 403,
            "Pool overlaps with other one on this address space", ErrorKind::rejected},
        Row{"BadSubnet", Op::create_network, 500,
            "Invalid subnet nonsense : invalid CIDR address: nonsense", ErrorKind::rejected},
        Row{"CreateFailed", Op::create_network, 500, "boom", ErrorKind::engine},
        Row{"CreateNoRoute", Op::create_network, 404, "page not found", ErrorKind::protocol},
        Row{"Removed", Op::remove_network, 204, "", kSuccess},
        Row{"RemoveGone", Op::remove_network, 404, "network x not found", kSuccess},
        Row{"RemoveNoRoute", Op::remove_network, 404, "page not found", ErrorKind::protocol},
        Row{"RemoveInUse", Op::remove_network, 403,
            "error while removing network: network x id y has active endpoints",
            ErrorKind::conflict},
        Row{"RemoveInUseOnPodman", Op::remove_network, 500,
            "x has associated containers with it. network is being used", ErrorKind::conflict},
        Row{"RemoveOneOfTheEngine", Op::remove_network, 403,
            "bridge is a pre-defined network and cannot be removed", ErrorKind::rejected},
        Row{"Connected", Op::connect, 200, "", kSuccess},
        Row{"ConnectedAlready", Op::connect, 403,
            "endpoint with name c already exists in network x", kSuccess},
        Row{"ConnectedAlreadyOnPodman", Op::connect, 500,
            "container c is already connected to network x", kSuccess},
        Row{"ConnectToNone", Op::connect, 404, "network x not found", ErrorKind::network},
        Row{"ConnectNobody", Op::connect, 404, "No such container: abc", ErrorKind::not_found},
        Row{"ConnectNoRoute", Op::connect, 404, "page not found", ErrorKind::protocol},
        Row{"ConnectToHost", Op::connect, 400,
            "container cannot be disconnected from host network or connected to host network",
            ErrorKind::rejected},
        Row{"AddressTaken", Op::connect, 403, "Address already in use", ErrorKind::rejected}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Volumes, Classification,
    ::testing::Values(
        Row{"Found", Op::volume, 200, "", kSuccess},
        Row{"NoVolume", Op::volume, 404, "get x: no such volume", ErrorKind::not_found},
        Row{"NoRoute", Op::volume, 404, "page not found", ErrorKind::protocol},
        Row{"Created", Op::create_volume, 201, "", kSuccess},
        Row{"OfAnotherDriver", Op::create_volume, 409,
            "create x: conflict: volume name must be unique", ErrorKind::conflict},
        Row{"NoDriver", Op::create_volume, 404, R"(plugin \"nosuch\" not found)",
            ErrorKind::rejected},
        Row{"BadName", Op::create_volume, 400,
            "includes invalid characters for a local volume name", ErrorKind::rejected},
        Row{"CreateNoRoute", Op::create_volume, 404, "page not found", ErrorKind::protocol},
        Row{"CreateFailed", Op::create_volume, 500, "no space left on device", ErrorKind::engine},
        Row{"Removed", Op::remove_volume, 204, "", kSuccess},
        Row{"RemoveGone", Op::remove_volume, 404, "get x: no such volume", kSuccess},
        Row{"RemoveNoRoute", Op::remove_volume, 404, "page not found", ErrorKind::protocol},
        Row{"RemoveInUse", Op::remove_volume, 409, "remove x: volume is in use - [abc]",
            ErrorKind::conflict}),
    [](const auto& row) { return row.param.name; });

TEST(Failure, LooksIntoPodmansCause) {
  const auto error =
      failure_of(Operation::remove, 500, R"({"cause":"container state improper","message":"x"})");
  EXPECT_EQ(error->kind, ErrorKind::conflict);
  EXPECT_EQ(error->message, "x");
}

TEST(Failure, TakesPlainTextForTheMessage) {
  EXPECT_EQ(failure_of(Operation::list, 500, "Not Found\n")->message, "Not Found");
}

TEST(Failure, SaysSomethingWhereTheEngineDoesNot) {
  EXPECT_EQ(failure_of(Operation::list, 500, "")->message,
            "cannot list the containers: the engine answered 500 without a word");
}

TEST(Failure, KeepsMessagesShortAndHarmless) {
  const std::string hostile =
      R"({"message":"\u001b[2J\u0007a\nb)" + std::string(5000, 'x') + R"("})";
  const auto error = failure_of(Operation::list, 500, hostile);
  EXPECT_LE(error->message.size(), 1024u);
  EXPECT_THAT(error->message, ::testing::StartsWith(" [2J a bxxx"));
  EXPECT_THAT(error->message, ::testing::EndsWith("…"));
}

TEST(Failure, NamesTheCallWhenTheEngineDoesNot) {
  for (const Operation operation :
       {Op::network, Op::create_network, Op::remove_network, Op::connect, Op::volume,
        Op::create_volume, Op::remove_volume}) {
    EXPECT_THAT(failure_of(operation, 500, "")->message,
                HasSubstr(std::string("cannot ") + std::string(to_string(operation))));
  }
}

TEST(Failure, OfAPullInsideItsStreamIsClassifiedByText) {
  EXPECT_EQ(pull_failure("unknown blob").kind, ErrorKind::engine);
  EXPECT_EQ(pull_failure("manifest unknown").kind, ErrorKind::rejected);
  EXPECT_FALSE(pull_failure("").message.empty());
}

TEST(Printable, ReplacesWhatIsNotText) {
  EXPECT_EQ(printable("a\x01\x7f\tb\xff\xc3\x28\xed\xa0\x80", 100),
            "a   b?"
            "?(?"
            "?"
            "?");
  EXPECT_EQ(printable("grün \xc2\x9b!", 100), "grün  !");
  EXPECT_EQ(printable("a\r\nb\tc\x1b\n\n", 100, LineBreaks::keep), "a\nb\tc");
}

TEST(Printable, NeverCutsACharacter) {
  EXPECT_EQ(printable("ääää", 8), "ääää");
  EXPECT_EQ(printable("ääää", 7), "ää…");
  EXPECT_EQ(printable("ääää", 6), "ä…");
  EXPECT_EQ(printable("ääää", 1), "");
}

}  // namespace
}  // namespace genisys::docker
