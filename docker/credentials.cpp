#include "docker/credentials.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include "docker/registry_auth.hpp"
#include "docker/subprocess.hpp"
#include "docker/text.hpp"

namespace genisys::docker {
namespace asio = boost::asio;
namespace {

struct OpenFile {
  explicit OpenFile(int descriptor) : fd(descriptor) {}
  ~OpenFile() {
    if (fd >= 0) ::close(fd);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  const int fd;
};

Error cannot_use(const std::filesystem::path& file, std::string_view why) {
  return {ErrorKind::rejected, 0,
          fmt::format("cannot read the credentials in {}: {}", printable(file.native(), 512), why)};
}

Error cannot_use(const std::filesystem::path& file, int error) {
  return cannot_use(file, std::generic_category().message(error));
}

// Nothing when there is no such file.
Result<std::optional<std::string>> read_file(const std::filesystem::path& path, std::size_t limit) {
  // O_NONBLOCK: opening a named pipe would otherwise wait for a writer.
  const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (file.fd < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<std::string>();
    return cannot_use(path, errno);
  }
  struct stat status {};
  if (::fstat(file.fd, &status) != 0) return cannot_use(path, errno);
  if (!S_ISREG(status.st_mode)) return cannot_use(path, "it is no regular file");
  std::string text;
  std::array<char, 16384> chunk;
  for (;;) {
    const ssize_t count = ::read(file.fd, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot_use(path, errno);
    if (count == 0) return std::optional(std::move(text));
    text.append(chunk.data(), static_cast<std::size_t>(count));
    if (text.size() > limit) {
      return cannot_use(path, fmt::format("it is larger than the {} bytes allowed", limit));
    }
  }
}

// What a helper says of its failure seldom tells which registry it was asked for.
Error of_registry(Error error, const std::string& registry) {
  error.message = fmt::format("no credentials for {}: {}", printable(registry, 256), error.message);
  return error;
}

}  // namespace

std::filesystem::path default_config_file() {
  const auto variable = [](const char* name) -> std::string_view {
    const char* const value = std::getenv(name);
    return value == nullptr ? "" : value;
  };
  std::error_code error;
  if (const auto folder = variable("DOCKER_CONFIG"); !folder.empty()) {
    return std::filesystem::absolute(folder, error) / "config.json";
  }
  const auto home = variable("HOME");
  if (home.empty()) return {};
  auto file = std::filesystem::absolute(home, error) / ".docker" / "config.json";
  const bool is_known = std::filesystem::exists(file, error);
  if (!is_known && error == std::errc::permission_denied) return {};
  return file;
}

Credentials::Credentials(asio::any_io_executor executor, std::filesystem::path config_file)
    : Credentials(std::move(executor), std::move(config_file), Options()) {}

Credentials::Credentials(asio::any_io_executor executor, std::filesystem::path config_file,
                         Options options)
    : executor_(std::move(executor)), config_file_(std::move(config_file)), options_(options) {}

asio::awaitable<Result<std::string>> Credentials::for_image(std::string reference) {
  if (config_file_.empty()) co_return std::string();
  const auto text = read_file(config_file_, options_.max_file);
  if (!text) co_return text.error();
  if (!*text) co_return std::string();

  const std::string registry = registry_of(reference);
  const auto found = find_credential(**text, registry);
  if (!found) co_return cannot_use(config_file_, found.error().message);
  if (const auto* login = std::get_if<Login>(&*found)) {
    co_return encode_registry_auth(*login, registry);
  }
  const auto* helper = std::get_if<CredentialHelper>(&*found);
  if (helper == nullptr) co_return std::string();

  auto ended = co_await run_program(executor_, {.name = helper->program(),
                                                .arguments = {"get"},
                                                .input = registry + "\n",
                                                .timeout = options_.helper_timeout,
                                                .max_output = options_.max_helper_output});
  if (!ended) co_return of_registry(std::move(ended).error(), registry);
  auto answer = read_helper_answer(*helper, ended->exit_code, ended->output);
  if (!answer) co_return of_registry(std::move(answer).error(), registry);
  if (!*answer) co_return std::string();
  co_return encode_registry_auth(**answer, registry);
}

}  // namespace genisys::docker
