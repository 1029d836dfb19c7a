#include "api/tls_socket.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/error.hpp>
#include <string_view>

namespace genisys::api {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::string_view kSpeaksTls =
    "HTTP/1.1 400 Bad Request\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: 48\r\n"
    "Connection: close\r\n\r\n"
    "this port speaks TLS: use https:// and try again";
static_assert(kSpeaksTls.ends_with("again") &&
              kSpeaksTls.size() - kSpeaksTls.find("\r\n\r\n") - 4 == 48);

bool is_plain_http(const error_code& error) {
  return error.category() == asio::error::get_ssl_category() &&
         ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_HTTP_REQUEST;
}

}  // namespace

TlsSocket::State::State(Tcp socket, std::shared_ptr<asio::ssl::context> settings,
                        std::shared_ptr<Connections> connections)
    : context(std::move(settings)),
      stream(std::move(socket), *context),
      deadline(stream.get_executor()),
      place(std::move(connections), this) {}

void TlsSocket::State::end_reading() {
  error_code ignored;
  Tcp& tcp = stream.next_layer();
  if (tcp.is_open()) tcp.shutdown(Tcp::shutdown_receive, ignored);
}

void TlsSocket::State::end() {
  error_code ignored;
  stream.next_layer().shutdown(Tcp::shutdown_both, ignored);
}

// By reading: what arrives on the socket may be TLS's own. Nobody needs what a peer says meanwhile,
// since the connection ends with the answer.
void TlsSocket::State::watch(Seen seen) {
  stream.async_read_some(asio::buffer(&scratch, 1),
                         [self = shared_from_this(), seen = std::move(seen)](
                             const error_code& error, std::size_t) { seen(error); });
}

Peer::Look TlsSocket::State::look() { return Look::speaks; }

TlsSocket::TlsSocket(Tcp socket, std::shared_ptr<asio::ssl::context> context,
                     std::shared_ptr<Connections> connections,
                     std::chrono::milliseconds handshake_limit)
    : state_(
          std::make_shared<State>(std::move(socket), std::move(context), std::move(connections))),
      handshake_limit_(handshake_limit) {}

TlsSocket::~TlsSocket() {
  if (state_) close();
}

void TlsSocket::handshake(std::function<void()> done,
                          std::function<void(const error_code&)> failed) {
  state_->deadline.expires_after(handshake_limit_);
  state_->deadline.async_wait([weak = std::weak_ptr(state_)](const error_code& cancelled) {
    const auto state = weak.lock();
    error_code ignored;
    if (!cancelled && state) state->stream.next_layer().close(ignored);
  });
  state_->stream.async_handshake(
      asio::ssl::stream_base::server,
      [state = state_, done = std::move(done), failed = std::move(failed)](error_code error) {
        // A deadline that passed meanwhile has closed the socket, whatever came of the handshake.
        if (!error && !state->stream.next_layer().is_open()) error = asio::error::timed_out;
        state->deadline.cancel();
        if (!error) {
          done();
          return;
        }
        if (is_plain_http(error)) {
          error_code ignored;
          state->stream.next_layer().non_blocking(true, ignored);
          state->stream.next_layer().write_some(asio::buffer(kSpeaksTls), ignored);
        }
        failed(error);
      });
}

void TlsSocket::shutdown(Tcp::shutdown_type what, error_code& error) {
  if (what == Tcp::shutdown_both && !state_->writing &&
      SSL_is_init_finished(state_->stream.native_handle()) != 0) {
    error_code ignored;
    tcp().non_blocking(true, ignored);
    if (!ignored) state_->stream.shutdown(ignored);
  }
  tcp().shutdown(what, error);
}

void TlsSocket::close() {
  error_code ignored;
  state_->deadline.cancel();
  tcp().close(ignored);
}

}  // namespace genisys::api
