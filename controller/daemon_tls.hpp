// From the files of the configuration to TLS: the API's context, and the engine's, which follows
// its files.
#pragma once

#include <sys/types.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "api/tls.hpp"
#include "controller/config.hpp"
#include "docker/tls.hpp"

namespace genisys::controller {

// Reads all files anew. Either a context or what is wrong, one line each; warnings in any case.
template <class Context>
struct LoadedContext {
  std::shared_ptr<Context> context = {};
  std::vector<std::string> errors = {};
  std::vector<std::string> warnings = {};
};

LoadedContext<boost::asio::ssl::context> load_api_tls(const TlsFiles& files);
LoadedContext<const docker::TlsClient> load_engine_tls(const TlsFiles& files);

// What connects to the engine asks this before each connection: when a file has changed since, all
// are read again. Files that do not make sense are logged once and change nothing: they may be on
// the way. Logic thread.
class EngineTls {
 public:
  // `files` outlives it, and `loaded` was made of it.
  EngineTls(const TlsFiles& files, std::shared_ptr<const docker::TlsClient> loaded);

  std::shared_ptr<const docker::TlsClient> current();

 private:
  struct Stamp {
    ino_t inode = 0;
    off_t size = 0;
    timespec changed = {};
    bool operator==(const Stamp& other) const;
  };
  using Stamps = std::array<Stamp, 3>;
  Stamps look() const;

  const TlsFiles& files_;
  std::shared_ptr<const docker::TlsClient> current_;
  Stamps seen_;
};

}  // namespace genisys::controller
