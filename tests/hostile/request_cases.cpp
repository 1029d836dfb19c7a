#include "tests/hostile/cases.hpp"

namespace genisys::test {

namespace {

using namespace std::string_literals;

// The whole request line, and a Host.
std::string line(std::string_view request_line) {
  return std::string(request_line) + "\r\nHost: localhost\r\nConnection: close\r\n\r\n";
}

std::string request(std::string_view method, std::string_view target) {
  return line(std::string(method) + " " + std::string(target) + " HTTP/1.1");
}

}  // namespace

HttpCases line_cases() {
  return {
      // ---- version
      {"HTTP/0.9", line("GET /healthz HTTP/0.9"), {505}},
      {"HTTP/1.2", line("GET /healthz HTTP/1.2"), {505}},
      {"HTTP/1.9", line("GET /healthz HTTP/1.9"), {505}},
      {"HTTP/2.0", line("GET /healthz HTTP/2.0"), {505}},
      {"HTTP/9.9", line("GET /healthz HTTP/9.9"), {505}},
      {"HTTP/65536.1", line("GET /healthz HTTP/65536.1"), {}},
      {"HTTP/1", line("GET /healthz HTTP/1"), {}},
      {"HTTP/1.1 and more", line("GET /healthz HTTP/1.1x"), {}},
      {"lower-case HTTP", line("GET /healthz http/1.1"), {}},
      {"another protocol", line("GET /healthz ICY/1.1"), {}},
      {"no version", line("GET /healthz"), {505}},
      {"simple request", "GET /healthz\r\n\r\n", {505}},
      {"HTTP/1.0", "GET /healthz HTTP/1.0\r\n\r\n", {200}},
      // ---- method
      {"unknown method", request("FROB", "/healthz"), {}},
      {"lower-case method", request("get", "/healthz"), {}},
      {"method of 10 kB", request(times(10'000, "A"), "/healthz"), {}},
      {"method with NUL", request("G\0T"s, "/healthz"), {}},
      {"method that begins like one", request("GETT", "/healthz"), {}},
      {"blank before the method", line(" GET /healthz HTTP/1.1"), {}},
      {"CONNECT", request("CONNECT", "a:80"), {405}, "methods are"},
      {"CONNECT without authority", request("CONNECT", "/"), {405}},
      {"TRACE", request("TRACE", "/healthz"), {405}},
      {"OPTIONS of everything", request("OPTIONS", "*"), {405}},
      {"PATCH", request("PATCH", "/service/web"), {405}},
      {"method of WebDAV", request("MKCOL", "/service/web"), {501}},
      {"method of UPnP", request("M-SEARCH", "*"), {501}},
      {"method of caches", request("PURGE", "/service/web"), {501}},
      // ---- other protocols
      {"TLS hello", "\x16\x03\x01\x00\x05hello"s, {}},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {}},
      {"SSH", "SSH-2.0-OpenSSH_9.2\r\n", {}},
      {"an answer", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", {}},
      {"PROXY protocol", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + get("/healthz"), {}},
      {"NULs", std::string(64, '\0'), {}},
      {"64 kB of ff", times(65'536, "\xff"), {}},
      {"JSON", R"({"number": 1})", {}},
      // ---- line ends
      {"lines before", "\r\n\r\n" + get("/healthz"), {200}},
      {"line feeds alone", "GET /healthz HTTP/1.1\nHost: localhost\nConnection: close\n\n", {200}},
      {"carriage return alone", "GET /healthz HTTP/1.1\rHost: localhost\r\r", {}},
      {"two blanks behind the method", line("GET  /healthz HTTP/1.1"), {200}},
      {"two blanks behind the target", line("GET /healthz  HTTP/1.1"), {200}},
      {"blank behind the version", line("GET /healthz HTTP/1.1 "), {}},
      {"tab behind the method", line("GET\t/healthz HTTP/1.1"), {}},
      // ---- fields
      {"no field", "GET /healthz HTTP/1.1\r\n\r\n", {400}, "Host"},
      {"empty field name", get("/healthz", ": b\r\n"), {}},
      {"field without colon", get("/healthz", "X-A\r\n"), {}},
      {"blank in a field name", get("/healthz", "X A: b\r\n"), {400}},
      {"blank behind a field name", get("/healthz", "X-A : b\r\n"), {400}},
      {"bracket in a field name", get("/healthz", "X(A): b\r\n"), {}},
      {"8-bit field name", get("/healthz", "X-\xfc: b\r\n"), {}},
      {"NUL in a field name", get("/healthz", "X-\0: b\r\n"s), {}},
      // RFC 9112 §5.2 leaves the choice; no field that matters gets another meaning by it.
      {"folded value", get("/healthz", "X-A: b\r\n c\r\n"), {200}},
      {"value folded by a tab", get("/healthz", "X-A: b\r\n\tc\r\n"), {200}},
      {"folded empty value", get("/healthz", "X-A:\r\n b\r\n"), {200}},
      {"carriage return in a value", get("/healthz", "X-A: b\rc\r\n"), {}},
      {"NUL in a value", get("/healthz", "X-A: b\0c\r\n"s), {}},
      {"escape in a value", get("/healthz", "X-A: \x1b[2J\r\n"), {400}, "control character"},
      {"DEL in a value", get("/healthz", "X-A: \x7f\r\n"), {400}},
      {"8-bit value", get("/healthz", "X-A: \xfc\r\n"), {200}},
      {"empty value", get("/healthz", "X-A:\r\n"), {200}},
      {"blanks around a value", get("/healthz", "X-A: \t b \t \r\n"), {200}},
      {"field of line feeds", get("/healthz", "X-A: b\nX-B: c\n"), {200}},
  };
}

HttpCases size_cases() {
  const auto target = [](std::size_t size) {
    return "/service/" + times(size - std::string("/service/").size(), "a");
  };
  const auto value = [](std::size_t size) { return "X-A: " + times(size, "a") + "\r\n"; };
  const auto fields = [](std::size_t count) {  // with Host and Connection
    std::string text;
    for (std::size_t i = 2; i < count; ++i) text += "X-" + std::to_string(i) + ": a\r\n";
    return text;
  };
  const auto body = [](std::size_t size) { return post("/service", times(size, " ")); };
  return {
      {"target of 1 KiB", get(target(1024)), {404}},
      {"target of 1 KiB and 1", get(target(1025)), {414}, "1024"},
      {"target of 2 KiB", get(target(2048)), {414}},
      {"target of 2 KiB and 1", get(target(2049)), {}},
      {"target of 66 kB", get(target(66'000)), {}},
      {"target of 10 MB", get(target(10'000'000)), {}},
      {"query of 1 KiB", get("/healthz?" + times(1100, "a")), {414}},
      {"five hundred parameters", get("/status?" + times(500, "&")), {200}},
      {"value of 4 KiB", get("/healthz", value(4096)), {200}},
      {"value of 4 KiB and 1", get("/healthz", value(4097)), {431}, "X-A"},
      {"value of 8 KiB less 1", get("/healthz", value(8191)), {431}},
      {"value of 8 KiB", get("/healthz", value(8192)), {}},
      {"value of 10 MB", get("/healthz", value(10'000'000)), {}},
      {"blanks of 10 MB", get("/healthz", "X-A: " + times(10'000'000, " ") + "b\r\n"), {}},
      {"name of 256 bytes", get("/healthz", times(256, "a") + ": b\r\n"), {200}},
      {"name of 257 bytes", get("/healthz", times(257, "a") + ": b\r\n"), {}},
      {"64 fields", get("/healthz", fields(64)), {200}},
      {"65 fields", get("/healthz", fields(65)), {431}, "64"},
      {"100 fields", get("/healthz", fields(100)), {431}},
      {"101 fields", get("/healthz", fields(101)), {}},
      {"10,000 fields", get("/healthz", fields(10'000)), {}},
      {"60 fields of 4 KiB", get("/healthz", times(60, value(4096))), {}},
      {"Host of 5 kB", "GET / HTTP/1.1\r\nHost: " + times(5000, "a") + "\r\n\r\n", {431}},
      {"body of 256 KiB", body(262'144), {400}},
      {"body of 256 KiB and 1", body(262'145), {413}, "262144"},
      {"body of 1 MiB", body(1'048'576), {413}},
      {"body of 1 MiB and 1", body(1'048'577), {}},
      {"body of 20 MB", body(20'000'000), {}},
      {"empty lines of 1 MB", times(500'000, "\r\n"), {}},
  };
}

HttpCases target_cases() {
  const auto status = [](std::string_view query) {
    return get("/service/web/status?" + std::string(query));
  };
  const auto scale = [](std::string_view query) {
    return post("/service/web/scale" + std::string(query), R"({"number": 1})");
  };
  const auto del = [](std::string_view target) { return request("DELETE", target); };
  return {
      // ---- form
      {"absolute form", get("http://localhost/healthz"), {400}, "begins with a slash"},
      {"absolute form of another", get("http://evil.example/healthz"), {400}},
      {"asterisk", get("*"), {400}},
      {"no slash", get("healthz"), {}},
      {"two slashes", get("//healthz"), {404}},
      {"slash at the end", get("/healthz/"), {200}},
      {"fragment", get("/healthz#a"), {400}},
      {"tab", get("/health\tz"), {400}, "printable ASCII"},
      {"8-bit", get("/\xfc"), {400}},
      {"UTF-8", get("/\xc3\xbc"), {400}},
      {"NUL", get("/a\0b"s), {}},
      {"escape", get("/\x1b"), {}},
      {"DEL", get("/\x7f"), {}},
      {"backslash", get("/service\\web"), {404}},
      {"other letters", get("/HEALTHZ"), {404}},
      {"dots", get("/service/../healthz"), {404}},
      {"encoded dots", get("/service/%2e%2e/healthz"), {404}},
      {"semicolon", get("/healthz;a=b"), {404}},
      // ---- percent
      {"percent and no digits", get("/service/%zz"), {400}, "two hex digits"},
      {"percent and one digit", get("/service/%4"), {400}},
      {"percent alone", get("/service/%"), {400}},
      {"percent of half a byte's escape", get("/service/%%34%31"), {400}},
      {"encoded NUL", get("/service/web%00"), {400}},
      {"encoded line break", get("/service/web%0d%0aX-A:%20b"), {400}},
      {"encoded slash", get("/service%2Fweb"), {400}, "encoded slash"},
      {"encoded slash in a name", get("/service/..%2f..%2fetc"), {400}},
      {"encoded letters", get("/service/%77eb"), {200}},
      {"twice encoded letter", get("/service/%2577eb"), {404}},
      {"encoded ff", get("/service/%ff"), {400}},
      {"overlong slash", get("/service/%c0%af"), {400}},
      {"encoded surrogate", get("/service/%ed%a0%80"), {400}},
      {"beyond Unicode", get("/service/%f4%90%80%80"), {400}},
      {"encoded C1 control", get("/service/%c2%85"), {400}},
      {"escape of IIS", get("/service/%u0077eb"), {400}},
      {"encoded question mark", get("/service/web%3fwait=1s"), {404}},
      // ---- names
      {"name of dots", get("/service/.."), {404}},
      {"name of 1,000 letters", get("/service/" + times(1000, "a")), {404}},
      {"name of another script", get("/service/%d0%b0"), {404}},
      {"name with escape", get("/service/%1b%5b2J"), {400}},
      {"name of a template", get("/service/%7b%7b7*7%7d%7d"), {404}},
      {"name of SQL", get("/service/'%20or%201=1--"), {404}},
      {"empty name", get("/service//status"), {404}},
      // ---- parameters
      {"parameter twice", status("wait=1s&wait=2s&for=converged"), {400}, "more than once"},
      {"parameter twice, once encoded", status("wait=0s&%77ait=1s&for=converged"), {400}},
      {"unknown parameter", status("waits=1s"), {400}, "did you mean 'wait'"},
      {"parameter without name", status("=1"), {400}},
      {"parameter of nothing", status("&&"), {200}},
      {"plus is no blank", get("/service/web/events?limit=+1"), {400}},
      {"NUL in a parameter", status("wait=%00"), {400}},
      {"8-bit in a parameter", status("wait=\xfc"), {400}},
      {"wait without end", status("wait=999999999999999999h&for=converged"), {400}},
      {"wait of a minute and more", status("wait=61s&for=converged"), {400}, "at most 60s"},
      {"wait below nothing", status("wait=-1s&for=converged"), {400}},
      {"wait of NaN", status("wait=NaNs&for=converged"), {400}},
      {"wait without unit", status("wait=5&for=ever"), {400}},
      {"wait for nothing", status("wait=1s"), {400}},
      {"wait for both", status("wait=1s&for=converged&index=1"), {400}},
      {"wait for another thing", status("wait=1s&for=ever"), {400}},
      {"index of 2^64", status("wait=0s&index=18446744073709551616"), {400}},
      {"index below nothing", status("wait=0s&index=-1"), {400}},
      {"index of a fraction", status("wait=0s&index=1.5"), {400}},
      {"limit of nothing", get("/service/web/events?limit=0"), {400}},
      {"limit of 1,001", get("/service/web/events?limit=1001"), {400}},
      {"limit of 2^64", get("/service/web/events?limit=18446744073709551616"), {400}},
      {"events after what is no number", get("/events?after=x"), {400}},
      {"events of no name", get("/events?service=%2e"), {400}},
      {"half a dry run", scale("?dry_run=1"), {400}},
      {"empty dry run", scale("?dry_run="), {400}},
      {"dry run twice", scale("?dry_run=true&dry_run=false"), {400}},
      {"dry run of other letters", scale("?Dry_Run=true"), {400}},
      {"token in the query", get("/status?access_token=" + std::string(kToken)), {400}},
      {"parameter where none is taken", get("/service?a=b"), {400}},
      {"parameter that a cache is to miss by", get("/healthz?a=b"), {200}},
      {"keep of another thing", del("/service/web?keep=volumes"), {400}},
      {"volumes of another thing", del("/service/web?volumes=keep"), {400}},
      {"keep and remove", del("/service/web?keep=containers&volumes=remove"), {400}},
      // ---- methods of paths
      {"DELETE of everything", del("/service"), {405}},
      {"DELETE of a status", del("/service/web/status"), {405}},
      {"DELETE of health", del("/healthz"), {405}},
      {"POST to a definition", request("POST", "/service/web"), {405}},
      {"PUT of a target", request("PUT", "/service/web/scale"), {405}},
      {"GET of a target", get("/service/web/scale"), {405}},
      {"HEAD of a pause", request("HEAD", "/service/web/pause"), {405}},
      {"GET of a reload", get("/reload"), {405}},
      {"POST to the events", request("POST", "/events"), {405}},
      {"no such path", get("/v1/services"), {404}},
      {"no such path below", get("/service/web/status/web"), {404}},
      {"file of the system", get("/../../../../etc/passwd"), {404}},
      {"no such service", request("DELETE", "/service/nobody"), {404}},
  };
}

HttpCases header_cases() {
  const auto host = [](std::string_view value) {
    return "GET /healthz HTTP/1.1\r\nConnection: close\r\nHost: " + std::string(value) + "\r\n\r\n";
  };
  const auto of = [](std::string_view fields) {
    return get("/healthz", std::string(fields) + "\r\n");
  };
  const auto typed = [](std::string_view fields) {
    return "POST /service/web/scale HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
           std::string(fields) + "Content-Length: 13\r\n\r\n{\"number\": 1}";
  };
  const auto if_match = [](std::string_view value) {
    return post("/service/web/scale", R"({"number": 1})",
                "If-Match: " + std::string(value) + "\r\n");
  };
  return {
      // ---- Host
      {"no Host", "GET /healthz HTTP/1.1\r\n\r\n", {400}, "exactly one Host"},
      {"two Hosts", of("Host: localhost"), {400}},
      {"two different Hosts", of("Host: evil.example"), {400}},
      {"two Hosts in HTTP/1.0",
       "GET /healthz HTTP/1.0\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
       {400}},
      {"empty Host", host(""), {400}},
      {"foreign Host", host("evil.example"), {403}, "allowed_hosts"},
      {"foreign Host with our name", host("localhost.evil.example"), {403}},
      {"Host that begins like an address", host("127.0.0.1.evil.example"), {403}},
      {"list of Hosts", host("localhost, evil.example"), {400}},
      {"Host with user", host("localhost@evil.example"), {400}},
      {"Host with path", host("localhost/x"), {400}},
      {"Host with a port that is none", host("localhost:x"), {400}},
      {"Host with a port too high", host("localhost:65536"), {400}},
      {"Host of everything", host("0.0.0.0"), {403}},
      {"Host as one number", host("2130706433"), {403}},
      {"Host in other digits", host("\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x97.0.0.1"), {400}},
      {"Host with a zone", host("[fe80::1%25lo]"), {400}},
      // ---- where it comes from
      {"foreign Origin", of("Origin: https://evil.example"), {403}},
      {"Origin of nobody", of("Origin: null"), {403}},
      {"Origin with path", of("Origin: http://localhost/x"), {403}},
      {"Origin of a file", of("Origin: file://"), {403}},
      {"two Origins", of("Origin: http://localhost\r\nOrigin: http://localhost"), {400}},
      {"from another site", of("Sec-Fetch-Site: cross-site"), {403}},
      {"preflight",
       "OPTIONS /service HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n"
       "Access-Control-Request-Method: DELETE\r\n\r\n",
       {405}},
      // ---- hop by hop
      {"upgrade to h2c", of("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c"), {400}},
      {"upgrade to WebSocket",
       of("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13"),
       {400}},
      {"upgrade without Connection", of("Upgrade: h2c"), {400}},
      {"upgrade with a body",
       post_framed("Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n", "{}"),
       {400}},
      {"expecting tea", of("Expect: tea"), {417}},
      {"expecting to go on, and tea", of("Expect: 100-continue, tea"), {417}},
      {"trailers to come", of("TE: trailers\r\nTrailer: X-A"), {200}},
      {"connection fields that are Host", of("Connection: Host"), {200}},
      // ---- what the body is
      {"no type", typed(""), {415}, "application/json"},
      {"empty type", typed("Content-Type:\r\n"), {415}},
      {"text", typed("Content-Type: text/plain\r\n"), {415}},
      {"form", typed("Content-Type: application/x-www-form-urlencoded\r\n"), {415}},
      {"multipart", typed("Content-Type: multipart/form-data; boundary=x\r\n"), {415}},
      {"XML", typed("Content-Type: application/xml\r\n"), {415}},
      {"JSON of another kind", typed("Content-Type: application/merge-patch+json\r\n"), {415}},
      {"JSON in UTF-16", typed("Content-Type: application/json; charset=utf-16\r\n"), {415}},
      {"JSON in Latin 1", typed("Content-Type: application/json; charset=iso-8859-1\r\n"), {415}},
      {"JSON that hides text", typed("Content-Type: text/plain, application/json\r\n"), {415}},
      {"two types",
       typed("Content-Type: application/json\r\nContent-Type: application/json\r\n"),
       {415}},
      {"compressed", typed("Content-Type: application/json\r\nContent-Encoding: gzip\r\n"), {415}},
      {"compressed twice",
       typed("Content-Type: application/json\r\nContent-Encoding: identity\r\n"
             "Content-Encoding: br\r\n"),
       {415}},
      {"compressed, then said to be not",
       typed("Content-Type: application/json\r\nContent-Encoding: gzip\r\n"
             "Content-Encoding: identity\r\n"),
       {415}},
      {"body on GET",
       "GET /status HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}",
       {400}},
      {"body on DELETE",
       "DELETE /service/nobody HTTP/1.1\r\nHost: localhost\r\n"
       "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
       {400}},
      {"wanting HTML", get("/status", "Accept: text/html\r\nAccept-Encoding: gzip\r\n"), {200}},
      {"range", get("/status", "Range: bytes=0-0\r\n"), {200}},
      // ---- conditions
      {"condition of another generation", if_match("\"999999\""), {412}},
      {"weak condition", if_match("W/\"1\""), {412}},
      {"condition on nothing of ours", if_match("\"abc\""), {412}},
      {"condition with leading zero", if_match("\"01\""), {412}},
      {"condition without quotes", if_match("1"), {400}},
      {"condition of an open quote", if_match("\"1"), {400}},
      {"empty condition", if_match(""), {400}},
      {"condition of commas", if_match(", ,"), {400}},
      {"condition of many", if_match(times(600, "\"a\",")), {412}},
      {"conditions in many fields",
       post("/service/web/scale", R"({"number": 1})", times(50, "If-Match: \"999999\"\r\n")),
       {412}},
      {"condition on many services", post("/scale", R"({"web": 1})", "If-Match: \"1\"\r\n"), {400}},
      {"two places to resume from",
       get("/events", "Last-Event-ID: 1\r\nLast-Event-ID: 2\r\n"),
       {400}},
      {"place to resume from that is none", get("/events", "Last-Event-ID: -1\r\n"), {400}},
      {"stream of HTTP/1.0", "GET /events HTTP/1.0\r\n\r\n", {505}},
  };
}

HttpCases token_cases() {
  const auto with = [](std::string_view authorization) {
    return get("/status", "Authorization: " + std::string(authorization) + "\r\n");
  };
  const std::string token(kToken);
  const std::string reader(kReadOnlyToken);
  return {
      {"no token", get("/status"), {401}, "token"},
      {"no token for a path that is none", get("/nowhere"), {401}},
      {"no token for a service that is none", get("/service/nobody"), {401}},
      {"no token and a bad target", get("/%zz"), {401}},
      {"no token and a large body", post("/service", times(200'000, " ")), {401}},
      {"no token for the contract", get("/openapi.yaml"), {401}},
      {"no token for figures", get("/metrics"), {401}},
      {"no token for events", get("/events"), {401}},
      {"empty token", with(""), {401}},
      {"scheme alone", with("Bearer"), {401}},
      {"scheme and a blank", with("Bearer "), {401}},
      {"other scheme", with("Basic OnRva2Vu"), {401}},
      {"token without scheme", with(token), {401}},
      {"token under another scheme", with("Token " + token), {401}},
      {"wrong token", with("Bearer " + times(32, "a")), {401}},
      {"token cut short", with("Bearer " + token.substr(0, 31)), {401}},
      {"token and more", with("Bearer " + token + "a"), {401}},
      {"token twice", with("Bearer " + token + " " + token), {401}},
      {"token with NUL", with("Bearer " + token + '\0'), {}},
      {"token in other letters", with("Bearer 0123456789ABCDEF0123456789ABCDEF"), {401}},
      {"token of 4 KiB", with("Bearer " + times(4089, "a")), {401}},
      {"token of 8 KiB", with("Bearer " + times(8000, "a")), {431}},
      {"two tokens",
       get("/status",
           "Authorization: Bearer " + token + "\r\nAuthorization: Bearer " + token + "\r\n"),
       {401}},
      {"token in a cookie", get("/status", "Cookie: token=" + token + "\r\n"), {401}},
      {"token of a proxy", get("/status", "Proxy-Authorization: Bearer " + token + "\r\n"), {401}},
      {"token in the query", get("/status?token=" + token), {401}},
      {"token in the target", get("http://" + token + "@localhost/status"), {401}},
      {"token and foreign Host",
       "GET /status HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer " + token + "\r\n\r\n",
       {403}},
      {"token and foreign Origin",
       get("/status", "Origin: http://evil.example\r\nAuthorization: Bearer " + token + "\r\n"),
       {403}},
      {"health of other letters", get("/HEALTHZ"), {401}},
      {"health encoded", get("/%68ealthz"), {401}},
      {"health and more", get("/healthz/../status"), {401}},
      {"writing to health", post("/healthz", "{}"), {401}},
      {"writing with a token that reads",
       post("/service/web/scale", R"({"number": 1})", "Authorization: Bearer " + reader + "\r\n"),
       {403},
       "read-only"},
      {"dry run with a token that reads",
       post("/service/web/scale?dry_run=true", R"({"number": 1})",
            "Authorization: Bearer " + reader + "\r\n"),
       {403}},
      {"reading with a token that reads", with("Bearer " + reader), {200}},
      {"scheme in other letters", with("bEARER " + token), {200}},
      {"blanks around the token", with("Bearer   " + token + "  "), {200}},
      {"health without token", get("/healthz"), {200}},
  };
}

}  // namespace genisys::test
