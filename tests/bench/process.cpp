#include "tests/bench/process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

extern char** environ;

namespace genisys::bench {
namespace {

constexpr std::chrono::seconds kPatience{20};

pid_t spawn(const std::vector<std::string>& command, const std::filesystem::path& log) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0644);
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t pid = -1;
  const int error =
      ::posix_spawn(&pid, command.front().c_str(), &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) throw std::system_error(error, std::generic_category(), command.front());
  return pid;
}

std::vector<std::string> connector_command(const ConnectorOptions& options, std::uint16_t port) {
  const std::filesystem::path file = options.folder / "genisys-connector.yml";
  std::ofstream(file) << fmt::format("connector:\n  port: {}\ndocker:\n  url: {}\n", port,
                                     options.engine);
  return {options.program, "--config", file.string()};
}

}  // namespace

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool found = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(fd);
  if (!found) throw std::runtime_error("there is no free port");
  return ntohs(address.sin_port);
}

Process::Process(const std::vector<std::string>& command, const std::filesystem::path& log)
    : pid_(spawn(command, log)) {}

Process::~Process() {
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

void Process::await_answer(std::uint16_t port, std::string_view path) const {
  const Clock::time_point deadline = Clock::now() + kPatience;
  while (Clock::now() < deadline) {
    if (const int fd = connect_to(port); fd >= 0) {
      ::close(fd);
      if (HttpClient(port).call("GET", path).status == 200) return;
    }
    if (::waitpid(pid_, nullptr, WNOHANG) == pid_) throw std::runtime_error("the server ended");
    std::this_thread::sleep_for(std::chrono::microseconds(500));
  }
  throw std::runtime_error(fmt::format("GET {} is not answered with 200", path));
}

std::chrono::nanoseconds Process::cpu_time() const {
  std::int64_t total = 0;
  const std::filesystem::path tasks = fmt::format("/proc/{}/task", pid_);
  for (const auto& task : std::filesystem::directory_iterator(tasks)) {
    std::int64_t nanoseconds = 0;
    std::ifstream(task.path() / "schedstat") >> nanoseconds;
    total += nanoseconds;
  }
  return std::chrono::nanoseconds(total);
}

double Process::resident_megabytes() const {
  std::ifstream file(fmt::format("/proc/{}/statm", pid_));
  double total = 0;
  double resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e6;
}

Process::Frozen::Frozen(const Process& process) : pid_(process.pid_) { ::kill(pid_, SIGSTOP); }
Process::Frozen::~Frozen() { ::kill(pid_, SIGCONT); }

Connector::Connector(const ConnectorOptions& options)
    : port_(free_port()),
      begin_(Clock::now()),
      process_(connector_command(options, port_), options.folder / "connector.log") {
  process_.await_answer(port_, "/healthz");
  start_time_ = since(begin_);
}

std::string Connector::call(std::string_view method, std::string_view path, std::string_view body) {
  // On a connection of its own: between calls the server would give up an idle one.
  HttpClient::Answer answer = HttpClient(port_).call(method, path, body);
  if (answer.status >= 300) {
    throw std::runtime_error(fmt::format("{} {}: {} {}", method, path, answer.status, answer.body));
  }
  return std::move(answer.body);
}

double Connector::metric(std::string_view name) {
  std::istringstream text(call("GET", "/metrics"));
  double sum = 0;
  for (std::string line; std::getline(text, line);) {
    const bool is_it = line.starts_with(name) && line.size() > name.size() &&
                       (line[name.size()] == ' ' || line[name.size()] == '{');
    if (is_it) sum += std::stod(line.substr(line.rfind(' ')));
  }
  return sum;
}

void Connector::scale(const std::string& service, std::size_t target) {
  call("POST", fmt::format("/service/{}/scale", service),
       fmt::format("{{\"number\": {}}}", target));
}

void Connector::await_converged(const std::string& service) {
  const std::string status =
      call("GET", fmt::format("/service/{}/status?wait=60s&for=converged", service));
  if (status.find("\"converged\":true") == std::string::npos) {
    throw std::runtime_error(fmt::format("{} does not converge: {}", service, status));
  }
}

}  // namespace genisys::bench
