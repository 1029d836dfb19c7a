// TLS in front of a ScriptedEngine: what comes over TLS on a loopback port goes on to the engine's
// socket, and back. It runs on the test's io_context; a connection under way may outlive the front.
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
      : state_(std::make_shared<State>(io, std::get<UnixAddress>(engine).path)) {
    boost::asio::ssl::context& tls = state_->tls;
    tls.use_certificate_chain(boost::asio::buffer(shown.certificate));
    tls.use_private_key(boost::asio::buffer(shown.key), boost::asio::ssl::context::pem);
    if (!client_ca.empty()) {
      tls.add_certificate_authority(boost::asio::buffer(client_ca));
      tls.set_verify_mode(boost::asio::ssl::verify_peer |
                          boost::asio::ssl::verify_fail_if_no_peer_cert);
    }
    boost::asio::co_spawn(io, accept(state_), ignore);
  }
  TlsFront(const TlsFront&) = delete;
  TlsFront& operator=(const TlsFront&) = delete;
  ~TlsFront() { state_->acceptor.close(); }

  Address address(std::string host = "127.0.0.1") const {
    return TcpAddress{.host = std::move(host), .port = state_->acceptor.local_endpoint().port()};
  }
  boost::asio::ssl::context& context() { return state_->tls; }

  void say(Goodbye goodbye) { state_->goodbye = goodbye; }
  // Accepts connections and says nothing.
  void be_mute() { state_->is_mute = true; }

  std::vector<std::string> asked_names() const { return state_->asked; }
  int handshakes() const { return state_->handshakes; }

 private:
  using Tcp = boost::asio::ip::tcp::socket;
  struct State {
    State(boost::asio::io_context& io, const std::string& engine_path)
        : engine(engine_path), acceptor(io, {boost::asio::ip::address_v4::loopback(), 0}) {}
    boost::asio::local::stream_protocol::endpoint engine;
    boost::asio::ip::tcp::acceptor acceptor;
    boost::asio::ssl::context tls{boost::asio::ssl::context::tls_server};
    Goodbye goodbye = Goodbye::said;
    bool is_mute = false;
    std::vector<Tcp> held;
    std::vector<std::string> asked;
    int handshakes = 0;
  };
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

  static boost::asio::awaitable<void> accept(std::shared_ptr<State> state) {
    for (;;) {
      auto [error, socket] = co_await state->acceptor.async_accept(kAwaitable);
      if (error) co_return;
      if (state->is_mute) {
        state->held.push_back(std::move(socket));
        continue;
      }
      const boost::asio::any_io_executor executor = socket.get_executor();
      auto pair = std::make_shared<Pair>(std::move(socket), state->tls);
      boost::asio::co_spawn(executor, serve(state, std::move(pair)), ignore);
    }
  }

  static boost::asio::awaitable<void> serve(std::shared_ptr<State> state,
                                            std::shared_ptr<Pair> pair) {
    SSL* ssl = pair->tls.native_handle();
    const auto [error] =
        co_await pair->tls.async_handshake(boost::asio::ssl::stream_base::server, kAwaitable);
    if (error) co_return;
    ++state->handshakes;
    const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    state->asked.push_back(name == nullptr ? "" : name);
    const auto [failure] = co_await pair->engine.async_connect(state->engine, kAwaitable);
    if (failure) co_return;
    boost::asio::co_spawn(pair->engine.get_executor(), up(pair), ignore);
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
    if (state->goodbye == Goodbye::said) {
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

  std::shared_ptr<State> state_;
};

}  // namespace genisys::docker::testing
