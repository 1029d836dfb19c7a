#include "api/gate.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "api/problem.hpp"
#include "api/target.hpp"
#include "api/text.hpp"

namespace genisys::api {
namespace {

using Refused = std::optional<Response>;

constexpr std::string_view kMethods = "GET, HEAD, POST, PUT, DELETE";

std::optional<Method> parse_method(std::string_view text) {
  for (const Method method : {Method::get, Method::head, Method::post, Method::put, Method::del}) {
    if (to_string(method) == text) return method;
  }
  return std::nullopt;
}

Response refuse_method(std::string_view method) {
  constexpr std::array<std::string_view, 4> kKnown{"OPTIONS", "PATCH", "TRACE", "CONNECT"};
  const bool known = std::find(kKnown.begin(), kKnown.end(), method) != kKnown.end();
  Response response = problem(known ? 405 : 501, "methods are " + std::string(kMethods));
  response.headers.emplace_back("Allow", kMethods);
  return response;
}

// RFC 9110 §5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view kSymbols = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [kSymbols](char c) {
    return is_alphanumeric(c) || kSymbols.find(c) != std::string_view::npos;
  });
}

// RFC 9110 §5.5. The parser lets through what a terminal or a log would take for commands.
bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
  });
}

// The fields that the gate looks at, found in one walk over all of them.
struct Fields {
  int hosts = 0;
  int content_lengths = 0;
  int content_types = 0;
  int authorizations = 0;
  bool transfer_encoding = false;
  bool upgrade = false;
  bool content_encoding = false;
  std::string_view host;
  std::string_view content_length;
  std::string_view content_type;
  std::string_view authorization;
  std::optional<std::string_view> origin;
  std::optional<std::string_view> expect;
  std::optional<std::string_view> fetch_site;
  std::optional<std::string> if_match;
  std::optional<std::string> if_none_match;
  std::optional<std::string> last_event_id;
};

// Lists that come in several fields mean the same as in one (RFC 9110 §5.3).
void append_to_list(std::optional<std::string>& list, std::string_view value) {
  if (list) {
    *list += ", ";
    *list += value;
  } else {
    list = value;
  }
}

Refused sort_fields(const RawRequest& raw, Fields& found) {
  if (raw.fields.size() > kMaxFields) {
    return problem(431, "a request may have at most " + std::to_string(kMaxFields) + " fields");
  }
  for (const auto& [name, untrimmed] : raw.fields) {
    const std::string_view value = trimmed(untrimmed);
    if (!is_token(name)) {
      return problem(400, "a field name must be a token, with its colon right behind it");
    }
    if (!is_field_value(value)) {
      return problem(400,
                     "the value of the field " + std::string(name) + " has a control character");
    }
    if (value.size() > kMaxFieldValue) {
      return problem(431, "the value of the field " + std::string(name) + " is longer than " +
                              std::to_string(kMaxFieldValue) + " bytes");
    }
    const auto is = [&name](std::string_view other) { return equal_ignoring_case(name, other); };
    if (is("host")) {
      ++found.hosts;
      found.host = value;
    } else if (is("content-length")) {
      ++found.content_lengths;
      found.content_length = value;
    } else if (is("content-type")) {
      ++found.content_types;
      found.content_type = value;
    } else if (is("content-encoding")) {
      found.content_encoding |= !equal_ignoring_case(value, "identity");
    } else if (is("transfer-encoding")) {
      found.transfer_encoding = true;
    } else if (is("upgrade")) {
      found.upgrade = true;
    } else if (is("expect")) {
      found.expect = value;
    } else if (is("origin")) {
      if (found.origin) return problem(400, "the request has more than one Origin field");
      found.origin = value;
    } else if (is("sec-fetch-site")) {
      found.fetch_site = value;
    } else if (is("authorization")) {
      ++found.authorizations;
      found.authorization = value;
    } else if (is("if-match")) {
      append_to_list(found.if_match, value);
    } else if (is("if-none-match")) {
      append_to_list(found.if_none_match, value);
    } else if (is("last-event-id")) {
      if (found.last_event_id) {
        return problem(400, "the request has more than one Last-Event-ID field");
      }
      found.last_event_id = value;
    }
  }
  return std::nullopt;
}

Refused check_framing(const RawRequest& raw, const Fields& fields) {
  if (fields.transfer_encoding) {
    return problem(411, "send the body with Content-Length, without Transfer-Encoding");
  }
  if (fields.upgrade) return problem(400, "this server speaks HTTP/1.1 only; leave out Upgrade");
  if (fields.content_lengths > 1) {
    return problem(400, "the request has more than one Content-Length field");
  }
  // The parser has framed the body already; where the field does not say the same, something in
  // front of us may have framed it otherwise.
  std::size_t length = 0;
  if (fields.content_lengths == 1) {
    const std::string_view text = fields.content_length;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (error != std::errc{} || end != text.data() + text.size()) {
      return problem(400, "Content-Length must be a decimal number");
    }
  }
  if (length != raw.body.size()) {
    return problem(400, "Content-Length is not the length of the body");
  }
  if (fields.expect && !equal_ignoring_case(*fields.expect, "100-continue")) {
    return problem(417, "the only expectation that is met is 100-continue");
  }
  if (raw.body.size() > kMaxBody) {
    return problem(413, "a body may have at most " + std::to_string(kMaxBody) + " bytes");
  }
  return std::nullopt;
}

Refused check_origin(const RawRequest& raw, const Fields& fields, const GateRules& rules) {
  const bool is_http_1_0 = raw.http_minor == 0;
  if (fields.hosts > 1 || (fields.hosts == 0 && !is_http_1_0)) {
    return problem(400, "a request must have exactly one Host field");
  }
  if (rules.check_host && fields.hosts == 1) {
    switch (rules.hosts.check_authority(fields.host)) {
      case HostRules::Verdict::allowed:
        break;
      case HostRules::Verdict::malformed:
        return problem(400, "Host must be a name or address, with or without a port");
      case HostRules::Verdict::foreign:
        return problem(403,
                       "this Host is neither a loopback name or address nor listed in "
                       "allowed_hosts of the configuration");
    }
  }
  if (fields.origin && rules.hosts.check_origin(*fields.origin) != HostRules::Verdict::allowed) {
    return problem(403,
                   "requests of pages from another Origin are refused; list its host in "
                   "allowed_hosts of the configuration to allow them");
  }
  if (fields.fetch_site && equal_ignoring_case(*fields.fetch_site, "cross-site")) {
    return problem(403, "requests of pages from another site are refused");
  }
  return std::nullopt;
}

bool is_reading(Method method) { return method == Method::get || method == Method::head; }

// What supervisors ask, who have no business beyond it.
bool is_open_to_all(Method method, std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  return is_reading(method) && (path == "/healthz" || path == "/readyz");
}

// What stands behind "Bearer"; nothing when there is something else.
std::optional<std::string_view> bearer_token(const Fields& fields) {
  constexpr std::string_view kScheme = "bearer ";
  if (fields.authorizations != 1 ||
      !equal_ignoring_case(fields.authorization.substr(0, kScheme.size()), kScheme)) {
    return std::nullopt;
  }
  return trimmed(fields.authorization.substr(kScheme.size()));
}

// As RFC 6750 has it; `error` is empty where nothing was presented.
Response challenge(int status, std::string_view error, std::string detail) {
  Response response = problem(status, std::move(detail));
  std::string value = "Bearer realm=\"genisys-connector\"";
  if (!error.empty()) value += ", error=\"" + std::string(error) + "\"";
  response.headers.emplace_back("WWW-Authenticate", std::move(value));
  return response;
}

// `whose` becomes the token that counts, if tokens do.
Refused check_token(Method method, const RawRequest& raw, const Fields& fields,
                    const GateRules& rules, const Token*& whose) {
  if (!rules.tokens || is_open_to_all(method, raw.target)) return std::nullopt;
  const auto presented = bearer_token(fields);
  if (!presented) {
    return challenge(
        401, "",
        "a token is needed: send one field `Authorization: Bearer TOKEN`, with a token "
        "of the connector's token_file");
  }
  const Token* token = rules.tokens->find(*presented);
  if (token == nullptr) {
    return challenge(401, "invalid_token",
                     "this token is not one of the connector's token_file: it may have been "
                     "replaced, or added without a SIGHUP to the connector");
  }
  if (token->access == Access::reading && !is_reading(method)) {
    return challenge(403, "insufficient_scope",
                     "this token is read-only: it is good for GET and HEAD; use one that is not");
  }
  whose = token;
  return std::nullopt;
}

// application/json, with no parameter but charset=utf-8 (RFC 8259 has none, yet httpie's older
// versions and many libraries send it).
bool is_json(std::string_view content_type) {
  const auto semicolon = content_type.find(';');
  if (!equal_ignoring_case(trimmed(content_type.substr(0, semicolon)), "application/json")) {
    return false;
  }
  if (semicolon == std::string_view::npos) return true;
  const std::string_view parameter = trimmed(content_type.substr(semicolon + 1));
  return parameter.empty() || equal_ignoring_case(parameter, "charset=utf-8") ||
         equal_ignoring_case(parameter, "charset=\"utf-8\"");
}

Refused check_body(Method method, const RawRequest& raw, const Fields& fields) {
  if (raw.body.empty()) return std::nullopt;
  if (method != Method::post && method != Method::put) {
    return problem(400, "a " + std::string(to_string(method)) + " request has no body");
  }
  if (fields.content_encoding) {
    return problem(415, "send the body as it is, without Content-Encoding");
  }
  if (fields.content_types != 1 || !is_json(fields.content_type)) {
    return problem(415,
                   "the body must be declared as JSON: use curl --json, or "
                   "-H 'Content-Type: application/json'");
  }
  return std::nullopt;
}

}  // namespace

std::variant<Request, Response> admit(const RawRequest& raw, const GateRules& rules) {
  if (raw.http_major != 1 || (raw.http_minor != 0 && raw.http_minor != 1)) {
    return problem(505, "the versions spoken here are HTTP/1.1 and HTTP/1.0");
  }
  const std::optional<Method> method = parse_method(raw.method);
  if (!method) return refuse_method(raw.method);

  Fields fields;
  if (Refused refused = sort_fields(raw, fields)) return std::move(*refused);
  if (Refused refused = check_framing(raw, fields)) return std::move(*refused);
  if (Refused refused = check_origin(raw, fields, rules)) return std::move(*refused);
  const Token* token = nullptr;
  if (Refused refused = check_token(*method, raw, fields, rules, token)) {
    return std::move(*refused);
  }

  if (raw.target.size() > kMaxTarget) {
    return problem(414, "a target may have at most " + std::to_string(kMaxTarget) + " bytes");
  }
  auto parsed = parse_target(raw.target);
  if (const auto* error = std::get_if<TargetError>(&parsed)) return problem(400, error->message);
  if (Refused refused = check_body(*method, raw, fields)) return std::move(*refused);

  Target target = std::get<Target>(std::move(parsed));
  return Request{.method = *method,
                 .segments = std::move(target.segments),
                 .query = std::move(target.query),
                 .body = std::string(raw.body),
                 .if_match = std::move(fields.if_match),
                 .if_none_match = std::move(fields.if_none_match),
                 .last_event_id = std::move(fields.last_event_id),
                 .author = token != nullptr ? token->name : std::string(kAnyone),
                 .masks_secrets = token != nullptr && token->access == Access::reading};
}

}  // namespace genisys::api
