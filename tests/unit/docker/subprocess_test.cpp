#include "docker/subprocess.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/system/system_error.hpp>

#include "tests/support/run_coro.hpp"
#include "tests/support/scripts_in_path.hpp"
#include "tests/unit/docker/leftovers.hpp"

namespace genisys::docker {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using test::all_children_are_reaped;
using test::open_descriptors;
using ::testing::AllOf;
using ::testing::HasSubstr;

class Subprocess : public ::testing::Test {
 protected:
  // The first one makes what an io_context makes once.
  void SetUp() override {
    scripts_.add("first", "exit 0");
    ASSERT_TRUE(run("first"));
    ASSERT_TRUE(all_children_are_reaped(io_));
    descriptors_ = open_descriptors();
  }
  void TearDown() override {
    EXPECT_TRUE(all_children_are_reaped(io_)) << "a child is left";
    EXPECT_EQ(open_descriptors(), descriptors_) << "descriptors are left";
  }

  Program program(std::string name, std::string input = "") {
    return {.name = std::move(name),
            .arguments = {"get"},
            .input = std::move(input),
            .timeout = 10s,
            .max_output = 100'000};
  }
  Result<ProgramEnd> run(Program what) {
    return test::run_coro(io_, run_program(io_.get_executor(), std::move(what)));
  }
  Result<ProgramEnd> run(const std::string& name) { return run(program(name)); }
  // Of a run that failed.
  std::string message(Program what) {
    const auto ended = run(std::move(what));
    if (ended) return "it ended: " + std::to_string(ended->exit_code) + " " + ended->output;
    EXPECT_EQ(ended.error().kind, ErrorKind::rejected);
    return ended.error().message;
  }
  void make_pipe(const std::string& name) {
    ASSERT_EQ(::mkfifo(scripts_.file(name).c_str(), 0600), 0);
  }

  // Whether all that had the pipe open for writing have closed it; they were killed already.
  static bool ends(int pipe) {
    pollfd closed{.fd = pipe, .events = POLLIN, .revents = 0};
    return ::poll(&closed, 1, 10'000) == 1 && (closed.revents & POLLHUP) != 0;
  }

  asio::io_context io_{1};
  test::ScriptsInPath scripts_;
  std::size_t descriptors_ = 0;
};

TEST_F(Subprocess, GetsItsInputAndArgumentsAndAnswers) {
  scripts_.add("echoing", "read -r line; echo \"$1:$line\"; exit 3");
  EXPECT_EQ(*run(program("echoing", "registry:5000\n")), (ProgramEnd{3, "get:registry:5000\n"}));
}

TEST_F(Subprocess, SeesTheEndOfItsInput) {
  scripts_.add("counting", "cat; echo end");
  EXPECT_EQ(*run(program("counting", "a\nb\n")), (ProgramEnd{0, "a\nb\nend\n"}));
  EXPECT_EQ(*run(program("counting")), (ProgramEnd{0, "end\n"}));
}

TEST_F(Subprocess, MayReadNothing) {
  scripts_.add("deaf", "exec 0<&-; echo done");
  EXPECT_EQ(*run(program("deaf", std::string(4096, 'x'))), (ProgramEnd{0, "done\n"}));
}

TEST_F(Subprocess, MayWriteMoreThanAPipeHolds) {
  scripts_.add("talking", "head -c 99999 /dev/zero | tr '\\0' x");
  const auto ended = run("talking");
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_EQ(ended->output, std::string(99'999, 'x'));
}

TEST_F(Subprocess, ThatDiesOfASignalSaysWhich) {
  scripts_.add("dying", "echo last words; kill -TERM $$");
  EXPECT_EQ(*run("dying"), (ProgramEnd{128 + SIGTERM, "last words\n"}));
}

TEST_F(Subprocess, HasNoneOfOurDescriptorsAndDefaultSignals) {
  // As Asio's sockets are: not close-on-exec. Not a number that the shell uses.
  const int ours = ::fcntl(STDERR_FILENO, F_DUPFD, 50);
  ASSERT_GE(ours, 50);
  ::signal(SIGPIPE, SIG_IGN);
  scripts_.add("looking", "[ ! -e /proc/$$/fd/" + std::to_string(ours) +
                              " ] || echo leaked\nkill -PIPE $$\necho ignored");
  const auto ended = run("looking");
  ::signal(SIGPIPE, SIG_DFL);
  ::close(ours);
  EXPECT_EQ(*ended, (ProgramEnd{128 + SIGPIPE, ""}));
}

TEST_F(Subprocess, SaysNothingOnStandardError) {
  scripts_.add("cursing", "echo secret >&2");
  EXPECT_EQ(*run("cursing"), (ProgramEnd{0, ""}));
}

TEST_F(Subprocess, IsNotThere) {
  EXPECT_THAT(message(program("no-such-program")),
              AllOf(HasSubstr("no-such-program"), HasSubstr("PATH")));
}

TEST_F(Subprocess, IsNotExecutable) {
  scripts_.add("plain", "exit 0");
  std::filesystem::permissions(scripts_.file("plain"), std::filesystem::perms::owner_read);
  EXPECT_THAT(message(program("plain")), AllOf(HasSubstr("plain"), HasSubstr("not executable")));
}

TEST_F(Subprocess, IsNoProgram) {
  std::ofstream(scripts_.file("garbage")) << std::string("\x7f nothing");
  std::filesystem::permissions(scripts_.file("garbage"), std::filesystem::perms::owner_all);
  EXPECT_THAT(message(program("garbage")), HasSubstr("cannot run garbage"));
}

TEST_F(Subprocess, RefusesInputThatCouldBlock) {
  EXPECT_THAT(message(program("first", std::string(4097, 'x'))), HasSubstr("too long"));
}

// Its own child holds its output open, and would outlive it.
TEST_F(Subprocess, ThatHangsIsKilledWithAllItStarted) {
  make_pipe("alive");
  scripts_.add("hanging", "exec 3>" + scripts_.file("alive") + "\nsleep 1000 & sleep 1000");
  // Both ends, so that nobody waits at the opening of a pipe; the reading one alone afterwards.
  const int keeper = ::open(scripts_.file("alive").c_str(), O_RDWR | O_CLOEXEC);
  const int alive = ::open(scripts_.file("alive").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  Program hanging = program("hanging");
  hanging.timeout = 200ms;
  EXPECT_THAT(message(std::move(hanging)), AllOf(HasSubstr("hanging"), HasSubstr("in time")));
  ::close(keeper);
  ASSERT_TRUE(all_children_are_reaped(io_));
  // The pipe ends only when all that have it open are gone.
  EXPECT_TRUE(ends(alive)) << "something still runs";
  ::close(alive);
}

TEST_F(Subprocess, ThatFloodsItsOutputIsKilled) {
  scripts_.add("flooding", "exec yes secret");
  EXPECT_THAT(message(program("flooding")), AllOf(HasSubstr("flooding"), HasSubstr("100000")));
}

// As a helper that starts an agent.
TEST_F(Subprocess, IsNotWaitedForByWhatItLeavesBehind) {
  make_pipe("hold");
  const int hold = ::open(scripts_.file("hold").c_str(), O_RDWR | O_CLOEXEC);
  scripts_.add("leaving", "cat " + scripts_.file("hold") + " & echo answer");
  EXPECT_EQ(*run("leaving"), (ProgramEnd{0, "answer\n"}));
  ::close(hold);  // and the one that was left behind ends
}

TEST_F(Subprocess, IsKilledWhenTheCallIsCancelled) {
  scripts_.add("hanging", "exec sleep 1000");
  asio::cancellation_signal cancel;
  std::exception_ptr failure;
  bool ended = false;
  asio::co_spawn(io_, run_program(io_.get_executor(), program("hanging")),
                 asio::bind_cancellation_slot(
                     cancel.slot(), [&](std::exception_ptr error, const Result<ProgramEnd>&) {
                       failure = std::move(error);
                       ended = true;
                     }));
  test::run_ready(io_);
  ASSERT_FALSE(ended);
  cancel.emit(asio::cancellation_type::terminal);
  test::run_ready(io_);
  ASSERT_TRUE(ended);
  EXPECT_THROW(std::rethrow_exception(failure), boost::system::system_error);
}

TEST_F(Subprocess, IsKilledWhenTheContextIsGone) {
  scripts_.add("hanging", "exec sleep 1000");
  {
    asio::io_context other(1);
    auto call = test::start(other, run_program(other.get_executor(), program("hanging")));
    test::run_ready(other);
    ASSERT_FALSE(call.done());
  }
  siginfo_t info{};
  EXPECT_EQ(::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT), -1) << "a child is left";
}

TEST_F(Subprocess, RunsManyAtATime) {
  scripts_.add("quick", "cat");
  std::vector<test::Started<Result<ProgramEnd>>> calls;
  for (int i = 0; i < 16; ++i) {
    calls.push_back(
        test::start(io_, run_program(io_.get_executor(), program("quick", std::to_string(i)))));
  }
  for (int i = 0; i < 16; ++i) {
    EXPECT_EQ(*calls[static_cast<std::size_t>(i)].get(), (ProgramEnd{0, std::to_string(i)}));
  }
}

}  // namespace
}  // namespace genisys::docker
