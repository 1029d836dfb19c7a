#include "docker/tls.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/system/system_error.hpp>
#include <string_view>

#include "docker/text.hpp"

namespace genisys::docker {
namespace {

namespace asio = boost::asio;
using asio::ssl::context;
using boost::system::error_code;

constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr std::size_t kLongestNames = 256;

bool is_address(const std::string& host) {
  unsigned char bytes[sizeof(in6_addr)];
  return ::inet_pton(AF_INET, host.c_str(), bytes) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

std::string address_text(const ASN1_OCTET_STRING* bytes) {
  char text[INET6_ADDRSTRLEN] = {};
  const int family = ASN1_STRING_length(bytes) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(bytes) != 16) return {};
  ::inet_ntop(family, ASN1_STRING_get0_data(bytes), text, sizeof text);
  return text;
}

std::string describe_refused_certificate(const SSL* ssl, const std::string& where,
                                         const std::string& host, const std::string& names) {
  switch (const long verdict = SSL_get_verify_result(ssl)) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return fmt::format(
          "the certificate of the engine at {}, or of its CA, has expired: renew it on the "
          "engine's "
          "machine (or set this machine's clock, if that is wrong)",
          where);
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return fmt::format(
          "the certificate of the engine at {} is not valid yet: compare the clocks of both "
          "machines",
          where);
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return fmt::format(
          "the certificate of the engine at {} is not for {} but for {}: write the address with "
          "one "
          "of these names, or make a certificate whose subjectAltName has {}",
          where, host, names.empty() ? "no name at all" : names, host);
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return fmt::format(
          "the certificate of the engine at {} is not signed by the CA that it is checked with: "
          "name "
          "the CA of that engine in docker.tls.ca, and see that nobody sits in between",
          where);
    default:
      return fmt::format("the certificate of the engine at {} is refused: {}", where,
                         X509_verify_cert_error_string(verdict));
  }
}

std::string describe_refusal_by_peer(int reason, bool shows_certificate, const std::string& where) {
  if (!shows_certificate) {
    return fmt::format(
        "the engine at {} wants a certificate of its clients, and this one has none: name "
        "docker.tls.cert "
        "and docker.tls.key",
        where);
  }
  if (reason == SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED) {
    return fmt::format("the engine at {} says that this client's certificate has expired: renew it",
                       where);
  }
  return fmt::format(
      "the engine at {} refuses this client's certificate (docker.tls.cert): it must not have "
      "expired, and "
      "the CA that the engine trusts (its --tlscacert) must have signed it for clients",
      where);
}

}  // namespace

std::shared_ptr<const TlsClient> make_tls_client(const TlsMaterial& material, TlsCheck check,
                                                 std::string& why) {
  std::string_view step = "settings";
  try {
    auto tls = std::make_shared<context>(context::tls_client);
    SSL_CTX* native = tls->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_cipher_list(native, kCiphers);
    tls->set_verify_mode(asio::ssl::verify_peer);
    tls->set_password_callback([](std::size_t, context::password_purpose) { return ""; });
    step = "ca";
    tls->add_certificate_authority(asio::buffer(material.ca));
    if (!material.certificate.empty()) {
      step = "certificate";
      tls->use_certificate_chain(asio::buffer(material.certificate));
      step = "key";
      tls->use_private_key(asio::buffer(material.key), context::pem);
    }
    return std::make_shared<const TlsClient>(
        TlsClient{.context = std::move(tls),
                  .check = check,
                  .shows_certificate = !material.certificate.empty()});
  } catch (const boost::system::system_error& error) {
    why = fmt::format("{}: {}", step, error.code().message());
    return nullptr;
  }
}

bool expect_host(SSL* ssl, const TlsClient& client, const std::string& host) {
  X509_VERIFY_PARAM* wanted = SSL_get0_param(ssl);
  if (client.check == TlsCheck::certificate) {
    X509_VERIFY_PARAM_set_flags(wanted, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
    return true;
  }
  if (is_address(host)) return X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) == 1;
  X509_VERIFY_PARAM_set_hostflags(
      wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  return X509_VERIFY_PARAM_set1_host(wanted, host.data(), host.size()) == 1 &&
         SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
}

std::string names_of(const X509* certificate) {
  std::string text;
  auto* names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type);
    std::string name;
    if (type == GEN_DNS) {
      const auto* string = static_cast<const ASN1_STRING*>(value);
      name.assign(reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
                  static_cast<std::size_t>(ASN1_STRING_length(string)));
    } else if (type == GEN_IPADD) {
      name = address_text(static_cast<const ASN1_OCTET_STRING*>(value));
    }
    if (!name.empty()) text += (text.empty() ? "" : ", ") + name;
  }
  GENERAL_NAMES_free(names);
  return printable(text, kLongestNames);
}

std::string describe_tls_failure(SSL* ssl, const error_code& error, const TlsClient& client,
                                 const std::string& where, const std::string& host,
                                 const std::string& names) {
  if (error == asio::ssl::error::stream_truncated) {
    return fmt::format("the engine at {} closed the connection before its answer was complete",
                       where);
  }
  // Whatever OpenSSL happened to fail with while it looked at the certificate.
  if (SSL_get_verify_result(ssl) != X509_V_OK) {
    return describe_refused_certificate(ssl, where, host, names);
  }
  const int reason = ERR_GET_REASON(static_cast<unsigned long>(error.value()));
  switch (reason) {
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
      return describe_refusal_by_peer(reason, client.shows_certificate, where);
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
      return fmt::format(
          "what answers at {} does not speak TLS: use the engine's TLS port (2376, as a rule), or "
          "leave out "
          "docker.tls",
          where);
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
      return fmt::format("the engine at {} speaks no TLS 1.2 or newer: update it", where);
    default:
      return fmt::format("cannot reach the engine at {}: TLS fails: {}", where, error.message());
  }
}

}  // namespace genisys::docker
