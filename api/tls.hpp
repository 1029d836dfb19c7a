// What TLS needs of files, as their text, and the settings under which connections are taken.
//
// Any thread.
#pragma once

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace genisys::api {

// PEM.
struct TlsMaterial {
  std::string certificate;     // the server's, then those between it and a root
  std::string key;             // not encrypted
  std::string client_ca = {};  // not empty: clients need a certificate that one of these signed
};

// TLS 1.2 and 1.3, with ciphers that keep past connections secret when the key leaks; no
// compression, no renegotiation. Null when the material does not make sense, and `why` says what
// is wrong with it.
std::shared_ptr<boost::asio::ssl::context> make_tls_context(const TlsMaterial& material,
                                                            std::string& why);

}  // namespace genisys::api
