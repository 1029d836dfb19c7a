// What every request passes before it is routed. The HTTP parser underneath is lenient (it takes
// "Content-Length : 3", any version and a missing Host), and whoever can reach the port may be a
// web page: here is checked again what must hold, and refused what no client of ours needs.
//
// Pure. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "api/host_rules.hpp"
#include "api/http.hpp"
#include "api/tokens.hpp"

namespace genisys::api {

// Soft limits: beyond them a request is answered with 414, 431 or 413. The server has hard limits
// above them, where the connection is closed without an answer.
constexpr std::size_t kMaxTarget = 1024;
constexpr std::size_t kMaxFieldValue = 4096;
constexpr std::size_t kMaxFields = 64;
constexpr std::size_t kMaxBody = 256 * 1024;

// A request as it was received, in order and undecoded. The views live as long as the call.
struct RawRequest {
  std::string_view method;
  int http_major = 1;
  int http_minor = 1;
  std::string_view target;
  std::vector<std::pair<std::string_view, std::string_view>> fields = {};
  std::string_view body = {};
};

struct GateRules {
  HostRules hosts;
  // Off on a unix socket: no browser gets there, and clients put anything into Host.
  bool check_host = true;
  // Unset: every request may do everything. GET /healthz and /readyz need none in any case.
  std::optional<Tokens> tokens = {};
};

// The request, or the answer that refuses it, after which the connection must be closed: where the
// next message begins is not certain then.
std::variant<Request, Response> admit(const RawRequest& raw, const GateRules& rules);

}  // namespace genisys::api
