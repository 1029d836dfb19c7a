// TLS to an engine: what it needs of files, as their text, and what its failures mean for a person.
//
// Any thread.
#pragma once

#include <boost/system/error_code.hpp>
#include <functional>
#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}
// OpenSSL's.
struct ssl_st;
struct x509_st;

namespace genisys::docker {

// PEM.
struct TlsMaterial {
  std::string ca;                // who must have signed the engine's certificate
  std::string certificate = {};  // ours, with those between it and a root; empty: none is shown
  std::string key = {};          // of it, not encrypted
};

// How the certificate of the other side is looked at.
enum class TlsCheck {
  host,        // it is for the host of the address, and valid, and the CA signed it
  certificate  // it is `ca` itself: for a peer whose very certificate is known
};

// Immutable; shared by connections.
struct TlsClient {
  std::shared_ptr<boost::asio::ssl::context> context;
  TlsCheck check = TlsCheck::host;
  bool shows_certificate = false;
};

// TLS 1.2 and 1.3. Nothing when the material does not make sense, and `why` says what is wrong.
std::shared_ptr<const TlsClient> make_tls_client(const TlsMaterial& material, TlsCheck check,
                                                 std::string& why);

// Asked before each connection, so that renewed files count from the next one on. Never null.
using TlsSource = std::function<std::shared_ptr<const TlsClient>()>;

// Before the handshake: what is expected of the other side. False: OpenSSL has no memory.
bool expect_host(ssl_st* ssl, const TlsClient& client, const std::string& host);

// The names and addresses that a certificate is for: "engine.example, 10.0.0.5".
std::string names_of(const x509_st* certificate);

// What an error of OpenSSL or of Asio's TLS means: "cannot reach …" or the like, and what to do.
// `where`: the engine's address; `host`: of it; `names`: of its certificate, when that was refused.
std::string describe_tls_failure(ssl_st* ssl, const boost::system::error_code& error,
                                 const TlsClient& client, const std::string& where,
                                 const std::string& host, const std::string& names);

}  // namespace genisys::docker
