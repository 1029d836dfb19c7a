#include "tests/hostile/cases.hpp"

namespace genisys::test {

namespace {

using namespace std::string_literals;

const std::string kChunk = "3\r\nabc\r\n0\r\n\r\n";
// What an attacker would like somebody else's connection to begin with.
const std::string kSmuggled = "DELETE /service/web HTTP/1.1\r\nHost: localhost\r\n\r\n";
const std::string kNext = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
const std::string kLast = get("/healthz");

HttpCases lengths() {
  const auto row = [](std::string name, const std::string& fields, std::vector<int> statuses,
                      std::string says = "") {
    return HttpCase{std::move(name), post_framed(fields, "abc"), std::move(statuses),
                    std::move(says)};
  };
  return {
      row("length twice", "Content-Length: 3\r\nContent-Length: 3\r\n", {}),
      row("two lengths", "Content-Length: 3\r\nContent-Length: 0\r\n", {}),
      row("two lengths in other letters", "content-length: 3\r\nCONTENT-LENGTH: 5\r\n", {}),
      row("list of lengths", "Content-Length: 3, 3\r\n", {}),
      row("list of two lengths", "Content-Length: 3,4\r\n", {}),
      row("length with plus", "Content-Length: +3\r\n", {}),
      row("length with minus", "Content-Length: -1\r\n", {}),
      row("hexadecimal length", "Content-Length: 0x3\r\n", {}),
      row("length with exponent", "Content-Length: 3e0\r\n", {}),
      row("fractional length", "Content-Length: 3.0\r\n", {}),
      row("two numbers in a length", "Content-Length: 3 4\r\n", {}),
      row("empty length", "Content-Length: \r\n", {}),
      row("length of blanks", "Content-Length:    \r\n", {}),
      row("quoted length", "Content-Length: \"3\"\r\n", {}),
      row("full-width digit in a length", "Content-Length: \xEF\xBC\x93\r\n", {}),
      row("folded length", "Content-Length: 1\r\n 1\r\n", {}),
      row("length with vertical tab",
          "Content-Length: \x0B"
          "3\r\n",
          {}),
      row("length of 2^64", "Content-Length: 18446744073709551616\r\n", {}),
      row("length of 2^64 and 3", "Content-Length: 18446744073709551619\r\n", {}),
      row("length of 2^63", "Content-Length: 9223372036854775808\r\n", {}),
      row("length of 2^32 and 3", "Content-Length: 4294967299\r\n", {}),
      row("length of 100 GB", "Content-Length: 107374182400\r\n", {}),
      row("length of 400 digits", "Content-Length: " + times(400, "9") + "\r\n", {}),
      row("blank before the colon", "Content-Length : 3\r\n", {400},
          "a field name must be a token"),
      row("tab before the colon", "Content-Length\t: 3\r\n", {}),
      row("name with underscore is another", "Content_Length: 3\r\n", {400}),
      row("blank before the name folds it", "X-A: b\r\n Content-Length: 3\r\n", {400}),
  };
}

HttpCases transfer_encodings() {
  const auto row = [](std::string name, const std::string& fields, std::vector<int> statuses) {
    const std::string says = statuses.empty() || statuses.back() != 411 ? "" : "Content-Length";
    return HttpCase{std::move(name), post_framed(fields, kChunk), std::move(statuses), says};
  };
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  return {
      row("chunked", chunked, {411}),
      row("length and chunked", "Content-Length: 3\r\n" + chunked, {}),
      row("chunked and length", chunked + "Content-Length: 3\r\n", {}),
      row("length of nothing and chunked", "Content-Length: 0\r\n" + chunked, {}),
      row("chunked in capitals", "Transfer-Encoding: CHUNKED\r\n", {411}),
      row("chunked with blank before the colon", "Transfer-Encoding : chunked\r\n", {400}),
      row("chunked with blank before the colon, and length",
          "Transfer-Encoding : chunked\r\nContent-Length: 3\r\n", {}),
      row("another encoding", "Transfer-Encoding: xchunked\r\n", {}),
      row("chunked after vertical tab",
          "Transfer-Encoding: \x0B"
          "chunked\r\n",
          {}),
      row("chunked after form feed",
          "Transfer-Encoding: \x0C"
          "chunked\r\n",
          {}),
      row("quoted chunked", "Transfer-Encoding: \"chunked\"\r\n", {}),
      row("chunked then identity", "Transfer-Encoding: chunked, identity\r\n", {}),
      row("chunked twice", "Transfer-Encoding: chunked, chunked\r\n", {}),
      row("fields chunked and identity", chunked + "Transfer-Encoding: identity\r\n", {}),
      row("fields identity and chunked", "Transfer-Encoding: identity\r\n" + chunked, {411}),
      row("gzip then chunked", "Transfer-Encoding: gzip, chunked\r\n", {411}),
      row("chunked with parameter", "Transfer-Encoding: chunked;q=1\r\n", {}),
      row("folded chunked", "Transfer-Encoding:\r\n chunked\r\n", {411}),
      row("identity without length", "Transfer-Encoding: identity\r\n", {}),
      row("empty encoding", "Transfer-Encoding: \r\n", {}),
      {"chunked in HTTP/1.0",
       "POST /service HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + kChunk,
       {411}},
      {"chunked without a body", get("/healthz", chunked) + "0\r\n\r\n", {411}},
  };
}

HttpCases chunks() {
  const auto row = [](std::string name, const std::string& body, std::vector<int> statuses) {
    return HttpCase{std::move(name), post_framed("Transfer-Encoding: chunked\r\n", body),
                    std::move(statuses), ""};
  };
  return {
      row("chunk of hexadecimal prefix", "0x1\r\na\r\n0\r\n\r\n", {}),
      row("chunk of negative size", "-1\r\na\r\n0\r\n\r\n", {}),
      row("chunk of more than 64 bits", "10000000000000000\r\na\r\n0\r\n\r\n", {}),
      row("chunk without size", "\r\na\r\n0\r\n\r\n", {}),
      row("chunk of no hexadecimal", "z\r\na\r\n0\r\n\r\n", {}),
      row("line feed after a chunk's size", "1\na\r\n0\r\n\r\n", {}),
      row("chunk that goes on", "1\r\naXX0\r\n\r\n", {411}),
      row("blank after a chunk's size", "1 \r\na\r\n0\r\n\r\n", {411}),
      row("chunk with extension", "1;a=b\r\na\r\n0\r\n\r\n", {411}),
      row("line feed in an extension", "1;a\nb\r\na\r\n0\r\n\r\n", {411}),
      row("extension of 60 kB", "1;" + times(60'000, "a") + "\r\na\r\n0\r\n\r\n", {411}),
      row("ten thousand chunks of one byte", times(10'000, "1\r\na\r\n") + "0\r\n\r\n", {411}),
      row("trailers", "1\r\na\r\n0\r\nX-A: b\r\n\r\n", {411}),
      row("length in the trailers", "1\r\na\r\n0\r\nContent-Length: 5\r\n\r\n", {411}),
      row("host in the trailers", "1\r\na\r\n0\r\nHost: evil.example\r\n\r\n", {411}),
      row("chunks beyond the hard limit", times(20, "10000\r\n" + times(0x10000, "a") + "\r\n"),
          {}),
  };
}

HttpCases smuggled() {
  return {
      {"request behind a shorter length", post("/service", "{}", "").substr(0) + kSmuggled, {400}},
      {"request behind a refused one", get("/service/%zz") + kSmuggled, {400}},
      {"request behind chunked and length",
       post_framed("Transfer-Encoding: chunked\r\nContent-Length: 6\r\n", "0\r\n\r\n" + kSmuggled),
       {}},
      {"request behind chunks",
       post_framed("Transfer-Encoding: chunked\r\n", kChunk + kSmuggled),
       {411}},
      {"request in the body of a GET",
       "GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
           std::to_string(kSmuggled.size()) + "\r\n\r\n" + kSmuggled,
       {400},
       "has no body"},
      {"request behind a second length",
       post_framed("Content-Length: 0\r\nContent-Length: 44\r\n", kSmuggled),
       {}},
      {"request in a folded field", get("/healthz", "X-A: b\r\n " + kSmuggled), {400}},
      {"request behind an upgrade",
       get("/healthz", "Connection: Upgrade\r\nUpgrade: websocket\r\n") + kSmuggled,
       {400}},
      {"request behind CONNECT",
       "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n" + kSmuggled,
       {405}},
      {"request behind a HEAD with body",
       "HEAD /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc" + kSmuggled,
       {400}},
      {"request behind close", get("/healthz") + kSmuggled, {200}},
      {"three pipelined", kNext + kNext + kLast, {200, 200, 200}},
      {"pipelined and the second refused", kNext + get("/nowhere/%zz") + kSmuggled, {200, 400}},
      {"pipelined and the second no HTTP", kNext + "abc\r\n\r\n", {200}},
      {"a hundred pipelined", times(99, kNext) + kLast, std::vector<int>(100, 200)},
      {"pipelined behind lines", kNext + "\r\n\r\n" + kLast, {200, 200}},
  };
}

}  // namespace

HttpCases framing_cases() { return lengths() + transfer_encodings() + chunks() + smuggled(); }

HttpCases unfinished_cases() {
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  return {
      {"nothing", "", {}},
      {"lines", times(3, "\r\n"), {}},
      {"one letter", "G", {}},
      {"method", "GET ", {}},
      {"target without end", "GET /service", {}},
      {"request line", "GET /healthz HTTP/1.1\r\n", {}},
      {"half a field", "GET /healthz HTTP/1.1\r\nHost: loc", {}},
      {"no empty line", "GET /healthz HTTP/1.1\r\nHost: localhost\r\n", {}},
      {"half an empty line", "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r", {}},
      {"no body", post_framed("Content-Length: 10\r\n", ""), {}},
      {"half a body", post_framed("Content-Length: 10\r\n", "{"), {}},
      {"most of a large body", post_framed("Content-Length: 262144\r\n", times(262'143, " ")), {}},
      {"expecting to be asked for the body",
       post_framed("Content-Length: 10\r\nExpect: 100-continue\r\n", ""),
       {}},
      {"chunk without data", post_framed(chunked, "a\r\n"), {}},
      {"chunk of 2^63", post_framed(chunked, "8000000000000000\r\na\r\n0\r\n\r\n"), {}},
      {"no last chunk", post_framed(chunked, "1\r\na\r\n"), {}},
      {"no end of trailers", post_framed(chunked, "0\r\nX-A: b\r\n"), {}},
      {"half a second request",
       "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /healthz HTTP",
       {200}},
      {"kept alive and silent", "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", {200}},
  };
}

}  // namespace genisys::test
