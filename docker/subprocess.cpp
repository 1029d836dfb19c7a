#include "docker/subprocess.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

namespace genisys::docker {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// An empty pipe takes so much without anybody reading, whatever its capacity was reduced to.
constexpr std::size_t kMaxInput = 4096;

Error cannot_run(const std::string& name, std::string_view why) {
  return {ErrorKind::rejected, 0, fmt::format("cannot run {}: {}", name, why)};
}

Error cannot_run(const std::string& name, int error) {
  if (error == ENOENT) return cannot_run(name, "there is no such program in PATH; install it");
  if (error == EACCES) return cannot_run(name, "the file in PATH is not executable");
  return cannot_run(name, std::generic_category().message(error));
}

class Descriptor {
 public:
  Descriptor() = default;
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  void set(int fd) { fd_ = fd; }
  int release() { return std::exchange(fd_, -1); }
  void close() {
    if (fd_ >= 0) ::close(release());
  }

 private:
  int fd_ = -1;
};

struct Pipe {
  bool open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    read.set(ends[0]);
    write.set(ends[1]);
    return true;
  }
  Descriptor read;
  Descriptor write;
};

// What posix_spawn is told: the pipes, nothing else of ours, signals as a program expects them.
class SpawnSettings {
 public:
  SpawnSettings(int input, int output) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
    take(::posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO));
    take(::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO));
    take(::posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0));
    // Asio's sockets are not close-on-exec.
    take(::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1));
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    take(::posix_spawnattr_setsigmask(&attributes_, &none));
    take(::posix_spawnattr_setsigdefault(&attributes_, &all));
    take(::posix_spawnattr_setpgroup(&attributes_, 0));
    take(::posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP));
  }
  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  // An errno, 0 on success. Returns when the program is executed or cannot be.
  int spawn(pid_t& pid, const Program& program) {
    if (error_ != 0) return error_;
    std::vector<char*> words{const_cast<char*>(program.name.c_str())};
    for (const std::string& argument : program.arguments) {
      words.push_back(const_cast<char*>(argument.c_str()));
    }
    words.push_back(nullptr);
    return ::posix_spawnp(&pid, program.name.c_str(), &actions_, &attributes_, words.data(),
                          environ);
  }

 private:
  void take(int error) {
    if (error_ == 0) error_ = error;
  }

  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
  int error_ = 0;
};

// One running program. Its handlers keep it alive until it is reaped, whether or not somebody waits
// for it.
class Child : public std::enable_shared_from_this<Child> {
 public:
  Child(const asio::any_io_executor& executor, Program program)
      : program_(std::move(program)),
        exit_(executor),
        output_(executor),
        deadline_(executor),
        settled_(executor, std::chrono::steady_clock::time_point::max()) {}
  // Unreaped only when the handlers were dropped: the context is gone, or could not be used.
  ~Child() {
    kill();
    reap();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Starts it. After an error nothing runs once this object is gone.
  std::optional<Error> start();
  // Expires never: is cancelled when outcome() is there.
  asio::steady_timer& settled() { return settled_; }
  std::optional<Result<ProgramEnd>>& outcome() { return outcome_; }
  // Until it is reaped its id is nobody else's.
  void kill() {
    if (pid_ <= 0) return;
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);
  }

 private:
  int spawn(Descriptor& output);
  void watch();
  void read();
  void take(std::size_t count);
  void drain();
  void ended();
  void finish();
  int reap();
  void settle(Result<ProgramEnd> outcome) {
    if (outcome_) return;
    outcome_.emplace(std::move(outcome));
    settled_.cancel();
  }

  const Program program_;
  pid_t pid_ = -1;
  asio::posix::stream_descriptor exit_;
  asio::posix::stream_descriptor output_;
  asio::steady_timer deadline_;
  asio::steady_timer settled_;
  std::array<char, 4096> chunk_;
  bool reading_ = false;
  std::optional<int> exit_code_;  // once it ended
  std::string text_;
  std::optional<Result<ProgramEnd>> outcome_;
};

// The input is in the pipe before anybody reads it, so there is nothing to wait for, and no
// SIGPIPE.
int Child::spawn(Descriptor& output) {
  Pipe in;
  Pipe out;
  if (!in.open() || !out.open()) return errno;
  if (!program_.input.empty() &&
      ::write(in.write.get(), program_.input.data(), program_.input.size()) < 0) {
    return errno;
  }
  in.write.close();
  SpawnSettings settings(in.read.get(), out.write.get());
  if (const int error = settings.spawn(pid_, program_); error != 0) {
    pid_ = -1;
    return error;
  }
  output.set(out.read.release());
  return 0;
}

std::optional<Error> Child::start() {
  if (program_.input.size() > kMaxInput) return cannot_run(program_.name, "its input is too long");
  Descriptor output;
  if (const int error = spawn(output); error != 0) return cannot_run(program_.name, error);
  Descriptor handle;
  // glibc 2.36 declares pidfd_open() for C only.
  handle.set(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  if (handle.get() < 0) return cannot_run(program_.name, errno);
  error_code error;
  exit_.assign(handle.get(), error);
  if (error) return cannot_run(program_.name, error.message());
  handle.release();
  output_.assign(output.get(), error);
  if (error) return cannot_run(program_.name, error.message());
  output.release();
  output_.non_blocking(true, error);
  if (error) return cannot_run(program_.name, error.message());
  watch();
  return std::nullopt;
}

void Child::watch() {
  exit_.async_wait(asio::posix::stream_descriptor::wait_read,
                   [self = shared_from_this()](const error_code& error) {
                     // Blind for its end, it can only be ended.
                     if (error) self->kill();
                     self->ended();
                   });
  deadline_.expires_after(program_.timeout);
  deadline_.async_wait([self = shared_from_this()](const error_code& error) {
    if (error) return;
    self->kill();
    self->settle(cannot_run(self->program_.name, "it did not end in time"));
  });
  read();
}

void Child::read() {
  reading_ = true;
  output_.async_read_some(asio::buffer(chunk_),
                          [self = shared_from_this()](const error_code& error, std::size_t count) {
                            self->reading_ = false;
                            // An error is its end, or ours: what counts is the end of the program.
                            if (!error) self->take(count);
                            if (self->exit_code_) {
                              self->finish();
                            } else if (!error && !self->outcome_) {
                              self->read();
                            }
                          });
}

void Child::take(std::size_t count) {
  if (text_.size() + count > program_.max_output) {
    kill();
    settle(
        cannot_run(program_.name, fmt::format("it wrote more than {} bytes", program_.max_output)));
    return;
  }
  text_.append(chunk_.data(), count);
}

// What it wrote last may still be in the pipe.
void Child::drain() {
  error_code error;
  while (!outcome_) {
    const std::size_t count = output_.read_some(asio::buffer(chunk_), error);
    if (error) return;
    take(count);
  }
}

// A read that has been carried out may still wait to be told: what it brought comes before what is
// left in the pipe.
void Child::ended() {
  const int status = reap();
  exit_code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  if (!reading_ || outcome_) {
    finish();
    return;
  }
  error_code ignored;
  output_.cancel(ignored);
}

// May come twice: a read that is cut off by it ends, too.
void Child::finish() {
  drain();
  error_code ignored;
  output_.close(ignored);
  exit_.close(ignored);
  deadline_.cancel();
  settle(ProgramEnd{*exit_code_, std::move(text_)});
}

int Child::reap() {
  int status = 0;
  if (pid_ <= 0) return status;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return status;
}

// Whatever ends the call, nobody waits any longer for what runs then.
struct KilledAtTheEnd {
  std::shared_ptr<Child> child;
  ~KilledAtTheEnd() { child->kill(); }
};

}  // namespace

asio::awaitable<Result<ProgramEnd>> run_program(asio::any_io_executor executor, Program program) {
  const auto child = std::make_shared<Child>(executor, std::move(program));
  if (auto error = child->start()) co_return *std::move(error);
  const KilledAtTheEnd guard{child};
  co_await child->settled().async_wait(asio::as_tuple(asio::use_awaitable));
  if (!child->outcome()) throw boost::system::system_error(asio::error::operation_aborted);
  co_return *std::move(child->outcome());
}

}  // namespace genisys::docker
