#include "controller/daemon_tls.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <utility>

namespace genisys::controller {
namespace {

// `make` turns texts into a context, or says which of them is wrong with "step: why".
template <class Context, class Make>
LoadedContext<Context> load(const TlsFiles& files, TlsSide side, Make make) {
  LoadedTls loaded = load_tls(files, side, std::chrono::system_clock::now());
  LoadedContext<Context> result{.errors = std::move(loaded.errors),
                                .warnings = std::move(loaded.warnings)};
  if (!loaded.texts) return result;
  std::string why;
  result.context = make(*loaded.texts, why);
  if (!result.context) {
    const auto& first = side == TlsSide::server ? files.certificate : files.authority;
    result.errors.push_back(
        fmt::format("{}: OpenSSL does not take the files: {}", first->where, why));
  }
  return result;
}

}  // namespace

LoadedContext<boost::asio::ssl::context> load_api_tls(const TlsFiles& files) {
  return load<boost::asio::ssl::context>(
      files, TlsSide::server, [](TlsTexts& texts, std::string& why) {
        return api::make_tls_context({.certificate = std::move(texts.certificate),
                                      .key = std::move(texts.key),
                                      .client_ca = std::move(texts.authority)},
                                     why);
      });
}

LoadedContext<const docker::TlsClient> load_engine_tls(const TlsFiles& files) {
  return load<const docker::TlsClient>(
      files, TlsSide::client, [](TlsTexts& texts, std::string& why) {
        return docker::make_tls_client({.ca = std::move(texts.authority),
                                        .certificate = std::move(texts.certificate),
                                        .key = std::move(texts.key)},
                                       docker::TlsCheck::host, why);
      });
}

EngineTls::EngineTls(const TlsFiles& files, std::shared_ptr<const docker::TlsClient> loaded)
    : files_(files), current_(std::move(loaded)), seen_(look()) {}

std::shared_ptr<const docker::TlsClient> EngineTls::current() {
  // Before they are read: what changes meanwhile is then seen the next time.
  const Stamps now = look();
  if (now == seen_) return current_;
  seen_ = now;
  LoadedContext<const docker::TlsClient> loaded = load_engine_tls(files_);
  for (const std::string& line : loaded.warnings) spdlog::warn("{}", line);
  if (loaded.context) {
    spdlog::info("the engine's TLS files have changed and were read again");
    current_ = std::move(loaded.context);
  } else {
    for (const std::string& line : loaded.errors) spdlog::error("{}", line);
    spdlog::error("the engine's TLS files have changed and were not taken; those of before count");
  }
  return current_;
}

bool EngineTls::Stamp::operator==(const Stamp& other) const {
  return inode == other.inode && size == other.size && changed.tv_sec == other.changed.tv_sec &&
         changed.tv_nsec == other.changed.tv_nsec;
}

EngineTls::Stamps EngineTls::look() const {
  Stamps stamps;
  std::size_t place = 0;
  for (const auto* file : {&files_.authority, &files_.certificate, &files_.key}) {
    struct stat seen {};
    if (*file && ::stat((*file)->path.c_str(), &seen) == 0) {
      stamps[place] = {.inode = seen.st_ino, .size = seen.st_size, .changed = seen.st_ctim};
    }
    ++place;
  }
  return stamps;
}

}  // namespace genisys::controller
