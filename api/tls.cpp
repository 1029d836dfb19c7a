#include "api/tls.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/system/system_error.hpp>
#include <string_view>

namespace genisys::api {
namespace {

namespace asio = boost::asio;
using asio::ssl::context;

// Of TLS 1.2; those of 1.3 are all right as they are.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

void require_client_certificates(context& tls, const std::string& authorities) {
  tls.add_certificate_authority(asio::buffer(authorities));
  tls.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
  SSL_CTX* native = tls.native_handle();
  // The names that clients choose their certificate by.
  const STACK_OF(X509_OBJECT)* trusted = X509_STORE_get0_objects(SSL_CTX_get_cert_store(native));
  for (int i = 0; i < sk_X509_OBJECT_num(trusted); ++i) {
    if (X509* authority = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(trusted, i))) {
      SSL_CTX_add_client_CA(native, authority);
    }
  }
  // A session that is taken up again would not show its certificate, which may have expired since.
  SSL_CTX_set_options(native, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(native, 0);
}

}  // namespace

std::shared_ptr<context> make_tls_context(const TlsMaterial& material, std::string& why) {
  std::string_view step = "settings";
  try {
    auto tls = std::make_shared<context>(context::tls_server);
    SSL_CTX* native = tls->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                    SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_cipher_list(native, kCiphers);
    // OpenSSL would ask whoever sits at the terminal.
    tls->set_password_callback([](std::size_t, context::password_purpose) { return ""; });
    step = "certificate";
    tls->use_certificate_chain(asio::buffer(material.certificate));
    step = "key";
    tls->use_private_key(asio::buffer(material.key), context::pem);
    step = "client_ca";
    if (!material.client_ca.empty()) require_client_certificates(*tls, material.client_ca);
    return tls;
  } catch (const boost::system::system_error& error) {
    why = fmt::format("{}: {}", step, error.code().message());
    return nullptr;
  }
}

}  // namespace genisys::api
