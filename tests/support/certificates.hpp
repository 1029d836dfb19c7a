// Certificates for tests, made on the spot with libcrypto: an authority of a test's own, what it
// signs, and what is wrong with that.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace genisys::test {

// PEM.
struct Certified {
  std::string certificate;
  std::string key;
};

struct CertificateWish {
  std::string name = "test";
  // subjectAltName, as OpenSSL writes it: "DNS:localhost", "IP:127.0.0.1". None: none.
  std::vector<std::string> names = {"DNS:localhost", "IP:127.0.0.1"};
  // From now.
  std::chrono::seconds begins = std::chrono::hours(-1);
  std::chrono::seconds ends = std::chrono::hours(1);
  bool for_server = true;
  bool for_client = true;
};

// Signs with a fresh P-256 key. Two authorities have different keys even under one name.
class CertificateAuthority {
 public:
  explicit CertificateAuthority(const std::string& name = "test authority");
  ~CertificateAuthority();
  CertificateAuthority(const CertificateAuthority&) = delete;
  CertificateAuthority& operator=(const CertificateAuthority&) = delete;

  std::string certificate() const;  // PEM
  Certified issue(const CertificateWish& wish = {}) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace genisys::test
