// The files that TLS needs, of the API and of the engine: where the configuration names them, what
// is in them, and what is wrong with that.
//
// Any thread. No message contains anything of a key.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace genisys::controller {

struct TlsFile {
  std::filesystem::path path;  // absolute
  std::string where;           // named: "genisys-connector.yml:5:18: connector.tls.key"

  bool operator==(const TlsFile&) const = default;
};

// `certificate` and `key` are there both or not at all.
struct TlsFiles {
  std::optional<TlsFile> certificate = {};  // what this side shows
  std::optional<TlsFile> key = {};
  std::optional<TlsFile> authority = {};  // what the other side's certificate is checked with
};

// PEM; empty where no file is named.
struct TlsTexts {
  std::string certificate = {};
  std::string key = {};
  std::string authority = {};
};

// Either texts that OpenSSL can read and that belong together, or everything that is wrong with
// them. Warnings are about the time for which certificates are valid, and, of a server, about what
// clients will not take. One line each.
struct LoadedTls {
  std::optional<TlsTexts> texts = {};
  std::vector<std::string> errors = {};
  std::vector<std::string> warnings = {};
};

enum class TlsSide { server, client };

// Regular files of at most 256 KiB; nobody but its owner has access to the key.
LoadedTls load_tls(const TlsFiles& files, TlsSide side, std::chrono::system_clock::time_point now);

// The first certificate in `pem` alone.
std::string first_certificate(const std::string& pem);

}  // namespace genisys::controller
