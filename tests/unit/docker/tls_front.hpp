// TLS in front of a ScriptedEngine: what comes over TLS on a loopback port goes on to the engine's
// socket, and back. It runs on the test's io_context.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <string>
#include <vector>

#include "docker/address.hpp"
#include "tests/support/certificates.hpp"

namespace genisys::docker::testing {

// How the front ends a connection that the engine has closed.
enum class Goodbye { said, omitted };

class TlsFront {
 public:
  TlsFront(boost::asio::io_context& io, const Address& engine, const test::Certified& shown,
           const std::string& client_ca = "")
      : engine_(std::get<UnixAddress>(engine).path),
        acceptor_(io, {boost::asio::ip::address_v4::loopback(), 0}) {
    tls_.use_certificate_chain(boost::asio::buffer(shown.certificate));
    tls_.use_private_key(boost::asio::buffer(shown.key), boost::asio::ssl::context::pem);
    if (!client_ca.empty()) {
      tls_.add_certificate_authority(boost::asio::buffer(client_ca));
      tls_.set_verify_mode(boost::asio::ssl::verify_peer |
                           boost::asio::ssl::verify_fail_if_no_peer_cert);
    }
    boost::asio::co_spawn(io, accept(), ignore);
  }

  Address address(std::string host = "127.0.0.1") const {
    return TcpAddress{.host = std::move(host), .port = acceptor_.local_endpoint().port()};
  }
  boost::asio::ssl::context& context() { return tls_; }

  Goodbye goodbye = Goodbye::said;
  // Accepts connections and says nothing.
  bool is_mute = false;

  std::vector<std::string> asked_names() const { return *asked_; }
  int handshakes() const { return handshakes_; }

 private:
  using Tcp = boost::asio::ip::tcp::socket;
  struct Pair {
    Pair(Tcp socket, boost::asio::ssl::context& context)
        : tls(std::move(socket), context), engine(tls.get_executor()) {}
    boost::asio::ssl::stream<Tcp> tls;
    boost::asio::local::stream_protocol::socket engine;
  };
  static constexpr auto kAwaitable = boost::asio::as_tuple(boost::asio::use_awaitable);
  static void ignore(std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  }

  boost::asio::awaitable<void> accept() {
    for (;;) {
      auto [error, socket] = co_await acceptor_.async_accept(kAwaitable);
      if (error) co_return;
      if (is_mute) {
        held_.push_back(std::move(socket));
        continue;
      }
      auto pair = std::make_shared<Pair>(std::move(socket), tls_);
      boost::asio::co_spawn(acceptor_.get_executor(), serve(std::move(pair)), ignore);
    }
  }

  boost::asio::awaitable<void> serve(std::shared_ptr<Pair> pair) {
    SSL* ssl = pair->tls.native_handle();
    const auto [error] =
        co_await pair->tls.async_handshake(boost::asio::ssl::stream_base::server, kAwaitable);
    if (error) co_return;
    ++handshakes_;
    const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    asked_->push_back(name == nullptr ? "" : name);
    const auto [failure] = co_await pair->engine.async_connect(engine_, kAwaitable);
    if (failure) co_return;
    boost::asio::co_spawn(acceptor_.get_executor(), up(pair), ignore);
    char bytes[16384];
    for (;;) {
      const auto [end, size] =
          co_await pair->engine.async_read_some(boost::asio::buffer(bytes), kAwaitable);
      if (end) break;
      const auto [broken, sent] = co_await boost::asio::async_write(
          pair->tls, boost::asio::buffer(bytes, size), kAwaitable);
      if (broken) break;
    }
    boost::system::error_code ignored;
    if (goodbye == Goodbye::said) {
      pair->tls.next_layer().non_blocking(true, ignored);
      pair->tls.shutdown(ignored);
    }
    pair->tls.next_layer().close(ignored);
  }

  static boost::asio::awaitable<void> up(std::shared_ptr<Pair> pair) {
    char bytes[16384];
    for (;;) {
      const auto [end, size] =
          co_await pair->tls.async_read_some(boost::asio::buffer(bytes), kAwaitable);
      if (end) break;
      co_await boost::asio::async_write(pair->engine, boost::asio::buffer(bytes, size), kAwaitable);
    }
    boost::system::error_code ignored;
    pair->engine.close(ignored);
  }

  boost::asio::local::stream_protocol::endpoint engine_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::ssl::context tls_{boost::asio::ssl::context::tls_server};
  std::vector<Tcp> held_;
  std::shared_ptr<std::vector<std::string>> asked_ = std::make_shared<std::vector<std::string>>();
  int handshakes_ = 0;
};

}  // namespace genisys::docker::testing
