// A raw, blocking HTTP client over TLS, as RawClient is without.
#pragma once

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>

#include "tests/support/certificates.hpp"
#include "tests/unit/api/http_client.hpp"

namespace genisys::api {

struct TlsClientOptions {
  std::string ca;  // PEM; what the server's certificate must be signed by
  std::optional<test::Certified> own = {};
  int newest_version = TLS1_3_VERSION;
  int oldest_version = TLS1_VERSION;
};

class TlsClient : public RawClient {
 public:
  // Throws std::runtime_error when the handshake fails. Under TLS 1.3 a server that dislikes the
  // client's certificate says so afterwards.
  TlsClient(std::uint16_t port, const TlsClientOptions& options)
      : RawClient(port), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_security_level(context_.get(), 0);  // old versions are offered, too
    SSL_CTX_set_min_proto_version(context_.get(), options.oldest_version);
    SSL_CTX_set_max_proto_version(context_.get(), options.newest_version);
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), certificate(options.ca).get());
    if (options.own) {
      SSL_CTX_use_certificate(context_.get(), certificate(options.own->certificate).get());
      const std::unique_ptr<BIO, Free> text(bio(options.own->key));
      const std::unique_ptr<EVP_PKEY, Free> key(
          PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr));
      SSL_CTX_use_PrivateKey(context_.get(), key.get());
    }
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), fd_);
    SSL_set1_host(ssl_.get(), "localhost");
    if (SSL_connect(ssl_.get()) != 1) throw std::runtime_error("handshake: " + last_error());
  }
  TlsClient(TlsClient&&) noexcept = default;

  TlsClient& send(std::string_view bytes) override {
    SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    return *this;
  }

  // Says goodbye and leaves the socket open.
  void say_goodbye() { SSL_shutdown(ssl_.get()); }
  // What comes of it: empty when the server does as it is told.
  std::string renegotiate() {
    ERR_clear_error();
    SSL_renegotiate(ssl_.get());
    return SSL_do_handshake(ssl_.get()) == 1 ? "" : last_error();
  }

  const char* version() const { return SSL_get_version(ssl_.get()); }
  std::string server_name() const {
    const std::unique_ptr<X509, Free> shown(SSL_get1_peer_certificate(ssl_.get()));
    char name[256] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(shown.get()), NID_commonName, name,
                              sizeof name);
    return name;
  }
  // Whether what ended the reading was the server's goodbye, not a cut.
  bool was_told_goodbye() const {
    return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
  }
  const std::string& failure() const { return failure_; }

 protected:
  bool receive() override {
    char bytes[16384];
    ERR_clear_error();
    const int count = SSL_read(ssl_.get(), bytes, sizeof bytes);
    if (count <= 0) {
      failure_ = last_error();
      return false;
    }
    buffer_.append(bytes, static_cast<std::size_t>(count));
    return true;
  }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* ssl) const { SSL_free(ssl); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(BIO* text) const { BIO_free_all(text); }
  };

  static BIO* bio(const std::string& text) {
    return BIO_new_mem_buf(text.data(), static_cast<int>(text.size()));
  }
  static std::unique_ptr<X509, Free> certificate(const std::string& pem) {
    const std::unique_ptr<BIO, Free> text(bio(pem));
    return std::unique_ptr<X509, Free>(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
  }
  static std::string last_error() {
    char text[256] = {};
    ERR_error_string_n(ERR_peek_last_error(), text, sizeof text);
    return text;
  }

  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> ssl_;
  std::string failure_;
};

}  // namespace genisys::api
