#include "controller/tls_files.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstring>
#include <ctime>
#include <memory>
#include <string_view>
#include <system_error>

#include "state/documents.hpp"

namespace genisys::controller {
namespace {

namespace fs = std::filesystem;
using std::chrono::system_clock;

constexpr std::size_t kMaxFileBytes = 256 * 1024;
constexpr fs::perms kOthers = fs::perms::group_all | fs::perms::others_all;
constexpr std::chrono::days kSoon{14};

struct Free {
  void operator()(BIO* text) const { BIO_free_all(text); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Certificate = std::unique_ptr<X509, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;

std::unique_ptr<BIO, Free> reader(const std::string& text) {
  return std::unique_ptr<BIO, Free>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// No passphrase; and remembers to have been asked. OpenSSL would ask whoever sits at the terminal.
int refuse_passphrase(char*, int, int, void* was_asked) {
  *static_cast<bool*>(was_asked) = true;
  return -1;
}

std::vector<Certificate> parse_certificates(const std::string& text) {
  std::vector<Certificate> found;
  const auto in = reader(text);
  bool ignored = false;
  while (X509* next = PEM_read_bio_X509_AUX(in.get(), nullptr, refuse_passphrase, &ignored)) {
    found.emplace_back(next);
  }
  ERR_clear_error();
  return found;
}

std::time_t end_of(const X509* certificate) {
  std::tm end{};
  ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end);
  return ::timegm(&end);
}

class Loader {
 public:
  Loader(TlsSide side, system_clock::time_point now)
      : side_(side), now_(system_clock::to_time_t(now)) {}

  LoadedTls load(const TlsFiles& files) {
    TlsTexts texts;
    Certificate own =
        files.certificate ? load_certificates(*files.certificate, texts.certificate) : nullptr;
    if (files.key) load_key(*files.key, texts.key, own.get());
    if (files.authority) load_certificates(*files.authority, texts.authority);
    if (own && side_ == TlsSide::server &&
        X509_get_ext_by_NID(own.get(), NID_subject_alt_name, -1) < 0) {
      warn(*files.certificate,
           fmt::format("{} has no subjectAltName: clients that look at the name refuse it",
                       files.certificate->path.string()));
    }
    if (loaded_.errors.empty()) loaded_.texts = std::move(texts);
    return std::move(loaded_);
  }

 private:
  void reject(const TlsFile& file, std::string_view why) {
    loaded_.errors.push_back(fmt::format("{}: {}", file.where, why));
  }
  void warn(const TlsFile& file, std::string_view why) {
    loaded_.warnings.push_back(fmt::format("{}: {}", file.where, why));
  }

  bool read(const TlsFile& file, std::string& text) {
    std::string why;
    bool missing = false;
    auto read = state::read_file(file.path.string(), kMaxFileBytes, why, missing);
    if (!read) {
      reject(file, why);
      return false;
    }
    text = std::move(*read);
    return true;
  }

  // The first one; null when there is none.
  Certificate load_certificates(const TlsFile& file, std::string& text) {
    if (!read(file, text)) return nullptr;
    std::vector<Certificate> found = parse_certificates(text);
    if (found.empty()) {
      reject(file, fmt::format("{} has no certificate that can be read (PEM: it begins with "
                               "-----BEGIN CERTIFICATE-----)",
                               file.path.string()));
      return nullptr;
    }
    for (const Certificate& certificate : found) look_at_time(file, certificate.get());
    return std::move(found.front());
  }

  void look_at_time(const TlsFile& file, const X509* certificate) {
    const std::string path = file.path.string();
    const std::time_t end = end_of(certificate);
    std::time_t at = now_;
    if (end < now_) {
      warn(file, fmt::format("a certificate in {} has expired on {:%Y-%m-%d}: renew it", path,
                             fmt::gmtime(end)));
    } else if (X509_cmp_time(X509_get0_notBefore(certificate), &at) > 0) {
      warn(file,
           fmt::format("a certificate in {} is not valid yet: look at this machine's clock", path));
    } else if (end - now_ < std::chrono::seconds(kSoon).count()) {
      warn(file, fmt::format("a certificate in {} expires on {:%Y-%m-%d}: renew it soon", path,
                             fmt::gmtime(end)));
    }
  }

  void load_key(const TlsFile& file, std::string& text, X509* own) {
    if (!read(file, text)) return;
    const std::string path = file.path.string();
    std::error_code error;
    const fs::perms mode = fs::status(file.path, error).permissions();
    if (error || (mode & kOthers) != fs::perms::none) {
      reject(file,
             fmt::format("others than its owner have access to {}: chmod 600 {}", path, path));
      return;
    }
    bool is_encrypted = false;
    const Key key(
        PEM_read_bio_PrivateKey(reader(text).get(), nullptr, refuse_passphrase, &is_encrypted));
    ERR_clear_error();
    if (!key) {
      reject(file,
             is_encrypted
                 ? fmt::format("{} has a passphrase, which nobody can type here (openssl pkey "
                               "-in {} -out NEW makes one without)",
                               path, path)
                 : fmt::format("{} has no key that can be read (PEM: it begins with "
                               "-----BEGIN PRIVATE KEY-----)",
                               path));
    } else if (own != nullptr && X509_check_private_key(own, key.get()) != 1) {
      ERR_clear_error();
      reject(file, fmt::format("{} is not the key of the certificate (of its first one, if it has "
                               "several): name the two that were made together",
                               path));
    }
  }

  TlsSide side_;
  std::time_t now_;
  LoadedTls loaded_;
};

}  // namespace

LoadedTls load_tls(const TlsFiles& files, TlsSide side, system_clock::time_point now) {
  return Loader(side, now).load(files);
}

std::string first_certificate(const std::string& pem) {
  constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
  return pem.substr(0, pem.find(kEnd) + kEnd.size()) + "\n";
}

}  // namespace genisys::controller
