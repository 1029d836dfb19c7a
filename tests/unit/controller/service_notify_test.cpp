#include "controller/service_notify.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/support/notify_socket.hpp"
#include "tests/support/scratch_directory.hpp"

namespace genisys::controller {
namespace {

using std::chrono::milliseconds;
using test::NotifySocket;
using testing::ElementsAre;
using testing::StartsWith;

TEST(ServiceNotify, SaysWhatTheProtocolSaysOnAnAbstractSocket) {
  NotifySocket manager;
  const ServiceNotify notify({.socket = manager.name()});
  notify.ready();
  notify.reloading();
  notify.status("2 services\nfine");
  notify.alive();
  notify.stopping();
  EXPECT_THAT(manager.drain(), ElementsAre("READY=1", StartsWith("RELOADING=1\nMONOTONIC_USEC="),
                                           "STATUS=2 services fine", "WATCHDOG=1", "STOPPING=1"));
}

TEST(ServiceNotify, SpeaksToASocketInTheFileSystem) {
  const test::ScratchDirectory folder;
  NotifySocket manager(folder.file("notify"));
  ServiceNotify({.socket = manager.name()}).ready();
  EXPECT_THAT(manager.drain(), ElementsAre("READY=1"));
}

TEST(ServiceNotify, IsSilentWithoutAManager) {
  for (const auto& socket : {std::optional<std::string>(), std::optional<std::string>(""),
                             std::optional<std::string>("vsock:2:1234"),
                             std::optional<std::string>(std::string(200, '/'))}) {
    const ServiceNotify notify({.socket = socket, .watchdog_usec = "1000"});
    EXPECT_FALSE(notify.is_on());
    EXPECT_EQ(notify.watchdog(), std::nullopt);
    notify.ready();
  }
}

TEST(ServiceNotify, DoesNotWaitForAManagerThatDoesNotRead) {
  NotifySocket manager;
  const ServiceNotify notify({.socket = manager.name()});
  for (int i = 0; i < 10'000; ++i) notify.alive();
  EXPECT_FALSE(manager.drain().empty());
}

TEST(ServiceNotify, KnowsHowOftenASignOfLifeIsExpectedOfThisProcess) {
  NotifySocket manager;
  const auto watchdog = [&](std::optional<std::string> usec, std::optional<std::string> pid) {
    return ServiceNotify({.socket = manager.name(),
                          .watchdog_usec = std::move(usec),
                          .watchdog_pid = std::move(pid)})
        .watchdog();
  };
  EXPECT_EQ(watchdog("30000000", std::nullopt), std::chrono::seconds(30));
  EXPECT_EQ(watchdog("30000000", std::to_string(::getpid())), std::chrono::seconds(30));
  EXPECT_EQ(watchdog("30000000", "1"), std::nullopt);
  EXPECT_EQ(watchdog("0", std::nullopt), std::nullopt);
  EXPECT_EQ(watchdog("soon", std::nullopt), std::nullopt);
  EXPECT_EQ(watchdog(std::nullopt, std::nullopt), std::nullopt);
}

TEST(ServiceNotify, TakesItsVariablesOutOfTheEnvironment) {
  NotifySocket manager;
  ::setenv("NOTIFY_SOCKET", manager.name().c_str(), 1);
  ::setenv("WATCHDOG_USEC", "5000000", 1);
  const ServiceNotify notify = ServiceNotify::from_environment();
  EXPECT_TRUE(notify.is_on());
  EXPECT_EQ(notify.watchdog(), std::chrono::seconds(5));
  EXPECT_EQ(std::getenv("NOTIFY_SOCKET"), nullptr);
  EXPECT_EQ(std::getenv("WATCHDOG_USEC"), nullptr);
}

}  // namespace
}  // namespace genisys::controller
