// The state file damaged, lost, and on a full disk: containers stay what they are, nothing that was
// acknowledged is gone, and what the messages say to type brings the connector back.

#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>

#include "tests/e2e/connector_test.hpp"
#include "tests/support/shell.hpp"

namespace genisys::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr int kRefused = 5;
// These containers talk to nobody.
constexpr const char* kOwnNetwork = R"("network_mode": "none")";

std::string bytes_of(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class StateFile : public ConnectorTest {
 protected:
  std::string path() { return connector().file("state.db"); }

  // Two containers run, and the backup knows.
  std::vector<std::string> begin() {
    connector().start();
    connector().define("web", image(), kOwnNetwork);
    connector().scale_and_converge("web", 2);
    connector().process().terminate();
    connector().start();
    if (!eventually([this] { return fs::exists(path() + ".backup"); })) {
      throw std::runtime_error("no backup");
    }
    return connector().running("web");
  }

  // Starts it, which must fail, and returns what it said.
  std::string refusal() {
    const std::size_t before = connector().process().log().size();
    connector().process().launch();
    EXPECT_EQ(connector().process().wait(20s).code, kRefused);
    return connector().process().log().substr(before);
  }

  // Types the n-th command that the message names.
  void type(const std::string& message, int nth) {
    std::size_t at = message.find("`", message.find("state.db`") + 9);
    for (int i = 1; i < nth; ++i) at = message.find('`', message.find('`', at + 1) + 1);
    ASSERT_NE(at, std::string::npos) << message;
    const std::string command = message.substr(at + 1, message.find('`', at + 1) - at - 1);
    const Finished typed = run_shell(command);
    EXPECT_EQ(typed.code, 0) << command << "\n" << typed.output;
  }
};

TEST_F(StateFile, ThatIsDamagedComesBackByTheCommandOfTheMessage) {
  const std::vector<std::string> before = begin();
  connector().process().kill();
  {
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    file << std::string(20'000, 'Z');
  }
  const std::string damaged = bytes_of(path());
  const std::string message = refusal();
  EXPECT_EQ(bytes_of(path()), damaged);
  EXPECT_EQ(connector().running("web"), before);
  type(message, 1);
  connector().start();
  EXPECT_EQ(connector().converge("web")["ready"].number(), 2);
  EXPECT_EQ(connector().running("web"), before);
  connector().scale_and_converge("web", 3);
}

TEST_F(StateFile, ThatIsLostIsNotBegunAnewByItself) {
  const std::vector<std::string> before = begin();
  connector().process().kill();
  fs::remove(path());
  const std::string message = refusal();
  EXPECT_FALSE(fs::exists(path()));
  type(message, 1);
  connector().start();
  EXPECT_EQ(connector().converge("web")["ready"].number(), 2);
  EXPECT_EQ(connector().running("web"), before);
}

// As if the UUID of the new file were the instance: containers of the old one are foreign to it.
TEST_F(StateFile, ThatIsNewTouchesNoContainerOfTheOld) {
  const std::vector<std::string> before = begin();
  connector().process().terminate();
  fs::remove(path());
  type(refusal(), 2);
  const std::string other = random_text();
  connector().edit_configuration(connector().instance(), other);
  connector().start();
  // The same service again, wanted and wanted no more, so that passes have taken place.
  connector().define("web", image(), kOwnNetwork);
  connector().scale_and_converge("web", 1);
  EXPECT_EQ(connector().running("web"), before);
  connector().scale_and_converge("web", 0);
  EXPECT_EQ(connector().call("DELETE", "/service/web").status, 202);
  EXPECT_TRUE(eventually([&] { return connector().call("GET", "/service/web").status == 404; }));
  EXPECT_TRUE(engine().list(kInstanceLabel, other).empty());
  EXPECT_EQ(connector().running("web"), before);
}

// ---- a full disk ----

class SmallDisk {
 public:
  explicit SmallDisk(std::string path) : path_(std::move(path)) {
    fs::create_directory(path_);
    is_mounted_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=3m,mode=700") == 0;
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (is_mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  bool is_mounted() const { return is_mounted_; }
  // Another program takes all that is left.
  void eat() const {
    std::ofstream file(path_ + "/eaten", std::ios::binary);
    while (file.write(std::string(4096, 'e').data(), 4096).flush()) {
    }
  }
  void give_back() const { fs::remove(path_ + "/eaten"); }
  std::uint64_t free() const {
    struct statvfs disk = {};
    ::statvfs(path_.c_str(), &disk);
    return disk.f_bavail * disk.f_frsize;
  }
  bool mount_again(unsigned long flags) const {
    return ::mount("tmpfs", path_.c_str(), "tmpfs", MS_REMOUNT | flags, "size=3m,mode=700") == 0;
  }

 private:
  std::string path_;
  bool is_mounted_ = false;
};

class StateFileOnASmallDisk : public StateFile {
 protected:
  void SetUp() override {
    StateFile::SetUp();
    if (IsSkipped()) return;
    disk_.emplace(connector().file("small"));
    if (!disk_->is_mounted()) GTEST_SKIP() << "needs the right to mount";
    connector().edit_configuration("./state.db", "./small/state.db");
  }
  void TearDown() override {
    StateFile::TearDown();
    if (!IsSkipped()) connector().process().kill();
    disk_.reset();
  }

  HttpAnswer put_filler(int number) {
    return connector().call(
        "POST", "/service",
        fmt::format(R"({{"name": "filler-{}", "image": "{}", "environment": {{"PAD": "{}"}}}})",
                    number, image(), std::string(20'000, 'p')));
  }
  // Registers services until the disk is full; returns those that were acknowledged.
  std::set<int> fill() {
    std::set<int> acknowledged;
    for (int number = 0; number < 500; ++number) {
      const HttpAnswer answer = put_filler(number);
      if (answer.status == 201) {
        acknowledged.insert(number);
        continue;
      }
      EXPECT_EQ(answer.status, 507) << answer.body;
      EXPECT_NE(answer.body.find("no space left for the state file"), std::string::npos)
          << answer.body;
      return acknowledged;
    }
    ADD_FAILURE() << "never full";
    return acknowledged;
  }
  std::set<int> fillers() {
    std::set<int> found;
    for (int number = 0; number < 500; ++number) {
      if (connector().call("GET", fmt::format("/service/filler-{}", number)).status == 200) {
        found.insert(number);
      }
    }
    return found;
  }

  std::optional<SmallDisk> disk_;
};

TEST_F(StateFileOnASmallDisk, ThatIsFullLosesNothingAndLetsGo) {
  connector().start();
  connector().define("web", image(), kOwnNetwork);
  connector().scale_and_converge("web", 2);
  std::set<int> acknowledged = fill();
  EXPECT_GT(acknowledged.size(), 5U);
  disk_->eat();
  EXPECT_EQ(disk_->free(), 0U);

  // Reconciling goes on.
  const std::vector<std::string> before = connector().running("web");
  engine().kill(before.front());
  EXPECT_TRUE(eventually([&] {
    const std::vector<std::string> now = connector().running("web");
    return now.size() == 2 && now != before;
  }));
  // So does letting go.
  connector().scale_and_converge("web", 1);
  const int gone = *acknowledged.begin();
  EXPECT_EQ(connector().call("DELETE", fmt::format("/service/filler-{}", gone)).status, 202);
  acknowledged.erase(gone);

  // Over a kill, on the disk that still is full.
  connector().process().kill();
  EXPECT_EQ(disk_->free(), 0U);
  connector().start();
  EXPECT_TRUE(eventually([&] {
    return connector().call("GET", fmt::format("/service/filler-{}", gone)).status == 404;
  }));
  EXPECT_EQ(fillers(), acknowledged);
  EXPECT_EQ(connector().converge("web")["running_resources"].number(), 1);
  connector().scale_and_converge("web", 2);

  disk_->give_back();
  EXPECT_TRUE(eventually([&] { return put_filler(777).status == 201; }));
  std::cout << acknowledged.size() + 1
            << " services acknowledged until the disk was full, 0 lost\n";
}

TEST_F(StateFileOnASmallDisk, ThatIsReadOnlyIsRefusedAndLeftAsItIs) {
  connector().start();
  connector().define("web", image(), kOwnNetwork);
  connector().process().terminate();
  ASSERT_TRUE(disk_->mount_again(MS_RDONLY));
  const std::size_t before = connector().process().log().size();
  connector().process().launch();
  EXPECT_EQ(connector().process().wait(20s).code, 1);
  const std::string message = connector().process().log().substr(before);
  EXPECT_NE(message.find("it cannot be written; see its owner, its mode and its file system"),
            std::string::npos)
      << message;
  ASSERT_TRUE(disk_->mount_again(0));
  connector().start();
  EXPECT_EQ(connector().call("GET", "/service/web").status, 200);
}

}  // namespace
}  // namespace genisys::test
