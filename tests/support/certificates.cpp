#include "tests/support/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace genisys::test {
namespace {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Text = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;

void require(bool done) {
  if (!done) throw std::runtime_error("libcrypto refuses to make a certificate");
}

std::string text_of(BIO* out) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

std::string pem(X509* certificate) {
  const Text out(BIO_new(BIO_s_mem()));
  require(PEM_write_bio_X509(out.get(), certificate) == 1);
  return text_of(out.get());
}

std::string pem(EVP_PKEY* key) {
  const Text out(BIO_new(BIO_s_mem()));
  require(PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return text_of(out.get());
}

void extend(X509* certificate, X509* issuer, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str()));
  require(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ",") + part;
  return text;
}

// Without extensions and signature. Null `issuer`: its own.
Certificate draft(const std::string& name, EVP_PKEY* key, X509* issuer, std::chrono::seconds begins,
                  std::chrono::seconds ends) {
  Certificate made(X509_new());
  require(X509_set_version(made.get(), X509_VERSION_3) == 1);
  unsigned char serial[8];
  require(RAND_bytes(serial, sizeof serial) == 1);
  serial[0] &= 0x7f;
  const std::unique_ptr<BIGNUM, Freed<BN_free>> number(BN_bin2bn(serial, sizeof serial, nullptr));
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(made.get()));
  X509_gmtime_adj(X509_getm_notBefore(made.get()), begins.count());
  X509_gmtime_adj(X509_getm_notAfter(made.get()), ends.count());
  X509_NAME* subject = X509_get_subject_name(made.get());
  require(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                                     0) == 1);
  require(X509_set_issuer_name(made.get(), issuer ? X509_get_subject_name(issuer) : subject) == 1);
  require(X509_set_pubkey(made.get(), key) == 1);
  return made;
}

}  // namespace

struct CertificateAuthority::Impl {
  Key key;
  Certificate certificate;
};

CertificateAuthority::CertificateAuthority(const std::string& name)
    : impl_(std::make_unique<Impl>()) {
  impl_->key.reset(EVP_EC_gen("P-256"));
  require(impl_->key != nullptr);
  impl_->certificate =
      draft(name, impl_->key.get(), nullptr, std::chrono::hours(-1000), std::chrono::hours(1000));
  X509* made = impl_->certificate.get();
  extend(made, made, NID_basic_constraints, "critical,CA:TRUE");
  extend(made, made, NID_key_usage, "critical,keyCertSign,cRLSign");
  extend(made, made, NID_subject_key_identifier, "hash");
  require(X509_sign(made, impl_->key.get(), EVP_sha256()) > 0);
}

CertificateAuthority::~CertificateAuthority() = default;

std::string CertificateAuthority::certificate() const { return pem(impl_->certificate.get()); }

Certified CertificateAuthority::issue(const CertificateWish& wish) const {
  const Key key(EVP_EC_gen("P-256"));
  require(key != nullptr);
  X509* issuer = impl_->certificate.get();
  const Certificate made = draft(wish.name, key.get(), issuer, wish.begins, wish.ends);
  extend(made.get(), issuer, NID_basic_constraints, "CA:FALSE");
  if (!wish.names.empty()) extend(made.get(), issuer, NID_subject_alt_name, joined(wish.names));
  std::vector<std::string> uses;
  if (wish.for_server) uses.emplace_back("serverAuth");
  if (wish.for_client) uses.emplace_back("clientAuth");
  if (!uses.empty()) extend(made.get(), issuer, NID_ext_key_usage, joined(uses));
  require(X509_sign(made.get(), impl_->key.get(), EVP_sha256()) > 0);
  return {.certificate = pem(made.get()), .key = pem(key.get())};
}

}  // namespace genisys::test
