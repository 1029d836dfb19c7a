// A request as handlers see it and a response as they make it: no RESTinio here, so that handlers
// are tested without a socket.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace genisys::api {

enum class Method { get, head, post, put, del };
std::string_view to_string(Method);

// Who asks, where the API takes no tokens.
inline constexpr std::string_view kAnyone = "api";

// Passed the gate: method known, path and query percent-decoded valid UTF-8 without control
// characters, at most one of each query key, body (possibly empty) complete and, when there is one,
// declared as JSON.
struct Request {
  Method method = Method::get;
  std::vector<std::string> segments = {};  // of the path, decoded: {"service", "web"}
  std::vector<std::pair<std::string, std::string>> query = {};
  std::string body = {};
  std::optional<std::string> if_match = {};
  std::optional<std::string> if_none_match = {};
  std::optional<std::string> last_event_id = {};
  std::string author{kAnyone};  // the name of the token, for the journal
  // What is secret in definitions is masked: whoever asks may only read.
  bool masks_secrets = false;

  // The value of a query key; nothing when it is absent.
  std::optional<std::string_view> parameter(std::string_view key) const;
};

struct Response {
  int status = 200;
  std::string body = {};
  std::string content_type = "application/json";
  // Only values that the program made itself: RESTinio sends them as they are.
  std::vector<std::pair<std::string, std::string>> headers = {};
};

// What a body without an end is made of, piece after piece. Logic thread.
class PieceSource {
 public:
  virtual ~PieceSource() = default;

  // The next piece, not empty; nothing at the end. Asked for only once the piece before it was
  // handed to the system, so that a slow reader slows the source down instead of filling memory.
  // Cancellation (terminal) ends it with an exception, and it is not called again.
  virtual boost::asio::awaitable<std::optional<std::string>> next() = 0;
};

// 200, and a body that goes on until its source or its reader has enough.
struct Stream {
  std::string content_type;
  std::unique_ptr<PieceSource> source;
};

// At once, or later, or bit by bit.
using Reply = std::variant<Response, boost::asio::awaitable<Response>, Stream>;

}  // namespace genisys::api
