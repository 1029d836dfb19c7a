// What the unit of the service takes away, taken away by other means: the program does its work as
// a user of its own, in the group of the engine's socket, with no capability and no way to get one,
// on a file system that is read-only but for its state.

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "tests/e2e/connector_test.hpp"
#include "tests/support/shell.hpp"

namespace genisys::test {
namespace {

constexpr uid_t kUser = 65534;
constexpr const char* kUnit = GENISYS_SOURCE_DIR "/scripts/systemd/genisys-connector.service.in";

// The engine's own address, when it is a socket of this machine.
std::optional<std::string> socket_of(const std::string& url) {
  if (!url.starts_with("unix://")) return std::nullopt;
  return url.substr(std::string("unix://").size());
}

// Mounts everything read-only but the folder it is started in, and becomes `kUser` without rights,
// who starts the connector, through `tracer` where that is given.
std::string deprive(gid_t group, const std::string& tracer) {
  return fmt::format(
      "f=$PWD && mount --bind \"$f\" \"$f\" && mount -o remount,bind,ro / && "
      "{{ ! mountpoint -q /tmp || mount -o remount,bind,ro /tmp; }} && cd \"$f\" && "
      "exec setpriv --reuid {0} --regid {0} --groups {1} --inh-caps=-all --ambient-caps=-all "
      "--bounding-set=-all --no-new-privs {2} ./connector --config genisys-connector.yml",
      kUser, group, tracer);
}

std::map<std::string, std::string> status_of(pid_t process) {
  std::ifstream file(fmt::format("/proc/{}/status", process));
  std::map<std::string, std::string> fields;
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(":\t");
    if (colon != std::string::npos) fields[line.substr(0, colon)] = line.substr(colon + 2);
  }
  return fields;
}

class Unprivileged : public ConnectorTest {
 protected:
  void SetUp() override {
    ConnectorTest::SetUp();
    if (IsSkipped()) return;
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give rights up to this extent";
    const auto socket = socket_of(engine_url());
    struct stat file {};
    if (!socket || ::stat(socket->c_str(), &file) != 0) GTEST_SKIP() << "no socket of an engine";
    group_ = file.st_gid;
    prepare("");
  }

  void prepare(const std::string& tracer) {
    set_up_connector({.engine_url = engine_url(),
                      .wrapper = {"/usr/bin/unshare", "--mount", "--propagation", "private",
                                  "/bin/sh", "-c", deprive(group_, tracer)}});
    // The build may be where others do not get to.
    std::filesystem::copy_file(GENISYS_CONNECTOR, connector().file("connector"));
    for (const char* path : {"", "genisys-connector.yml", "connector"})
      ASSERT_EQ(::chown(connector().file(path).c_str(), kUser, kUser), 0);
  }

 private:
  gid_t group_ = 0;
};

TEST_F(Unprivileged, ScalesAndHeals) {
  connector().start();
  auto status = status_of(connector().process().pid());
  EXPECT_EQ(status["Uid"], fmt::format("{0}\t{0}\t{0}\t{0}", kUser));
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"})
    EXPECT_EQ(status[set], "0000000000000000") << set;
  EXPECT_EQ(status["NoNewPrivs"], "1");

  connector().define("web", image());
  connector().scale_and_converge("web", 2);
  const std::vector<std::string> before = connector().running("web");
  engine().kill(before.front());
  EXPECT_TRUE(eventually([&] {
    const auto now = connector().running("web");
    return now.size() == 2 && now != before;
  }));
  struct stat state {};
  ASSERT_EQ(::stat(connector().file("state.db").c_str(), &state), 0);
  EXPECT_EQ(state.st_uid, kUser);
  EXPECT_EQ(state.st_mode & 07777, 0600U);
  EXPECT_EQ(connector().process().terminate().code, 0);
}

TEST_F(Unprivileged, CannotWriteElsewhere) {
  // Where everybody may, were it not read-only.
  const std::string elsewhere = connector().file("") + "../" + connector().instance() + ".db";
  connector().edit_configuration("state_file: ./state.db", "state_file: " + elsewhere);
  connector().process().launch();
  EXPECT_NE(connector().process().wait(std::chrono::seconds(20)).code, 0);
  EXPECT_FALSE(std::filesystem::exists(elsewhere));
}

// ---- system calls

using Names = std::set<std::string>;

// Of every group that systemd knows, what it lists; groups among it begin with '@'.
std::map<std::string, Names> groups() {
  std::map<std::string, Names> all;
  std::istringstream text(run_shell("systemd-analyze --no-pager syscall-filter").output);
  std::string group;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with('@')) {
      group = line;
    } else if (line.starts_with("    ") && line.find('#') == std::string::npos) {
      all[group].insert(line.substr(4));
    }
  }
  return all;
}

void take(const std::map<std::string, Names>& all, const std::string& name, Names& names) {
  if (!name.starts_with('@')) {
    names.insert(name);
    return;
  }
  for (const std::string& member : all.at(name)) take(all, member, names);
}

// What the unit allows: its lines one after the other, '~' for what is taken out again.
Names allowed_by(const std::string& unit) {
  const auto all = groups();
  std::ifstream file(unit);
  Names allowed;
  for (std::string line; std::getline(file, line);) {
    const std::string key = "SystemCallFilter=";
    if (!line.starts_with(key)) continue;
    std::istringstream words(line.substr(key.size()));
    bool is_out = words.peek() == '~';
    if (is_out) words.get();
    Names named;
    for (std::string word; words >> word;) take(all, word, named);
    for (const std::string& name : named) {
      if (is_out) allowed.erase(name);
      if (!is_out) allowed.insert(name);
    }
  }
  return allowed;
}

// Lines of `strace -f`: "1234 read(3, …" and " <... read resumed>".
Names used_in(const std::string& trace) {
  std::ifstream file(trace);
  Names used;
  for (std::string line; std::getline(file, line);) {
    const std::size_t begin = line.find_first_not_of("0123456789 ");
    const std::size_t end = line.find('(', begin);
    if (begin == std::string::npos || end == std::string::npos || line[begin] < 'a') continue;
    used.insert(line.substr(begin, end - begin));
  }
  return used;
}

TEST_F(Unprivileged, CallsOfTheSystemWhatTheUnitAllows) {
  if (run_shell("command -v strace && command -v systemd-analyze").code != 0)
    GTEST_SKIP() << "strace or systemd is not here";
  prepare("strace -D -f -qq -s 0 -e signal=none -o trace");
  connector().start();
  connector().define("web", image());
  connector().scale_and_converge("web", 2);
  engine().kill(connector().running("web").front());
  connector().call("GET", "/metrics");
  connector().get("/service/web/events?limit=10");
  const std::size_t offset = connector().process().log().size();
  connector().process().signal(SIGHUP);
  connector().process().wait_for_log("service file", offset, std::chrono::seconds(20));
  connector().converge("web");
  EXPECT_EQ(connector().process().terminate().code, 0);

  const Names allowed = allowed_by(kUnit);
  const Names used = used_in(connector().file("trace"));
  EXPECT_GT(allowed.size(), 150U);
  EXPECT_GT(used.size(), 30U);
  for (const std::string& name : used) EXPECT_TRUE(allowed.contains(name)) << name;
}

}  // namespace
}  // namespace genisys::test
