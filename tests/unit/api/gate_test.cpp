#include "api/gate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace genisys::api {
namespace {

using FieldList = std::vector<std::pair<std::string_view, std::string_view>>;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

const FieldList kHost{{"Host", "localhost:7051"}};

FieldList with(FieldList more) {
  more.insert(more.begin(), kHost.front());
  return more;
}

GateRules rules() { return {.hosts = HostRules("192.0.2.7", {"Box.example", "[2001:db8::1]"})}; }

// 200 stands for "admitted".
int verdict(const RawRequest& raw, const GateRules& rules) {
  const auto admitted = admit(raw, rules);
  const auto* refusal = std::get_if<Response>(&admitted);
  return refusal == nullptr ? 200 : refusal->status;
}

struct Case {
  std::string name;
  RawRequest raw;
  int expected;
};

const std::string kLong(5000, 'a');
const std::string kLongTarget = "/" + std::string(kMaxTarget, 'a');
const std::string kBigBody(kMaxBody + 1, ' ');
const std::string kBigLength = std::to_string(kBigBody.size());
const FieldList kManyFields(kMaxFields + 1, {"X-A", "b"});

RawRequest get(std::string_view target, FieldList fields = kHost) {
  return {.method = "GET", .target = target, .fields = std::move(fields)};
}

RawRequest post(std::string_view body, FieldList fields) {
  fields.insert(fields.begin(), kHost.front());
  return {.method = "POST", .target = "/service", .fields = std::move(fields), .body = body};
}

RawRequest json(std::string_view content_type) {
  return post("{}", {{"Content-Length", "2"}, {"Content-Type", content_type}});
}

RawRequest method(std::string_view name) {
  return {.method = name, .target = "/service", .fields = kHost};
}

RawRequest version(int major, int minor, FieldList fields = kHost) {
  return {.method = "GET",
          .http_major = major,
          .http_minor = minor,
          .target = "/",
          .fields = std::move(fields)};
}

RawRequest host(std::string_view value) { return get("/", {{"Host", value}}); }
RawRequest origin(std::string_view value) { return get("/", with({{"Origin", value}})); }

class Gate : public testing::TestWithParam<Case> {};

TEST_P(Gate, Decides) { EXPECT_EQ(verdict(GetParam().raw, rules()), GetParam().expected); }

std::string case_name(const testing::TestParamInfo<Case>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Methods, Gate,
    testing::Values(Case{"Get", method("GET"), 200}, Case{"Head", method("HEAD"), 200},
                    Case{"Post", method("POST"), 200}, Case{"Put", method("PUT"), 200},
                    Case{"Delete", method("DELETE"), 200}, Case{"Options", method("OPTIONS"), 405},
                    Case{"Patch", method("PATCH"), 405}, Case{"Trace", method("TRACE"), 405},
                    Case{"Connect", method("CONNECT"), 405}, Case{"Webdav", method("MKCOL"), 501},
                    Case{"LowerCase", method("get"), 501}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Versions, Gate,
    testing::Values(Case{"V10", version(1, 0), 200}, Case{"V10WithoutHost", version(1, 0, {}), 200},
                    Case{"V11WithoutHost", version(1, 1, {}), 400}, Case{"V09", version(0, 9), 505},
                    Case{"V19", version(1, 9), 505}, Case{"V20", version(2, 0), 505}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Hosts, Gate,
    testing::Values(
        Case{"Localhost", host("localhost"), 200}, Case{"UpperCase", host("LOCALHOST:80"), 200},
        Case{"LoopbackV4", host("127.0.0.1:7051"), 200},
        Case{"OtherLoopback", host("127.9.9.9"), 200}, Case{"LoopbackV6", host("[::1]:7051"), 200},
        Case{"LoopbackV6Spelled", host("[0:0:0:0:0:0:0:1]"), 200},
        Case{"MappedLoopback", host("[::ffff:127.0.0.1]"), 200},
        Case{"BindAddress", host("192.0.2.7:7051"), 200},
        Case{"AllowedName", host("box.EXAMPLE:8080"), 200},
        Case{"AllowedAddress", host("[2001:db8:0::1]"), 200},
        Case{"Rebinding", host("evil.example"), 403}, Case{"Prefix", host("127.evil.com"), 403},
        Case{"AddressAsLabel", host("127.0.0.1.evil.com"), 403},
        Case{"TrailingDot", host("localhost."), 403}, Case{"Wildcard", host("0.0.0.0:7051"), 403},
        Case{"Decimal", host("2130706433"), 403}, Case{"ShortV4", host("127.1"), 403},
        Case{"OtherAddress", host("192.0.2.8"), 403}, Case{"Empty", host(""), 400},
        Case{"BadPort", host("localhost:x"), 400}, Case{"EmptyPort", host("localhost:"), 400},
        Case{"HugePort", host("localhost:65536"), 400},
        Case{"TwoPorts", host("localhost:1:2"), 400}, Case{"BareV6", host("::1"), 400},
        Case{"OpenBracket", host("[::1"), 400}, Case{"BracketedV4", host("[127.0.0.1]"), 400},
        Case{"UserInfo", host("a@localhost"), 400},
        Case{"NulInHost", host(std::string_view("127.0.0.1\0x", 11)), 400},
        Case{"Two", get("/", {{"Host", "localhost"}, {"host", "localhost"}}), 400}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Pages, Gate,
    testing::Values(
        Case{"SameOrigin", origin("http://localhost:7051"), 200},
        Case{"AllowedOrigin", origin("https://box.example"), 200},
        Case{"ForeignOrigin", origin("http://evil.example"), 403},
        Case{"NullOrigin", origin("null"), 403}, Case{"EmptyOrigin", origin(""), 403},
        Case{"OtherScheme", origin("file://localhost"), 403},
        Case{"PathInOrigin", origin("http://localhost/x"), 403},
        Case{"TwoOrigins",
             get("/", with({{"Origin", "http://localhost"}, {"Origin", "http://localhost"}})), 400},
        Case{"CrossSite", get("/", with({{"Sec-Fetch-Site", "cross-site"}})), 403},
        Case{"SameSite", get("/", with({{"Sec-Fetch-Site", "same-origin"}})), 200}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Fields, Gate,
    testing::Values(
        Case{"SpaceBeforeColon", get("/", with({{"Content-Length ", "0"}})), 400},
        Case{"NoToken", get("/", with({{"X(A)", "0"}})), 400},
        Case{"EmptyName", get("/", with({{"", "0"}})), 400},
        Case{"LongValue", get("/", with({{"X-A", kLong}})), 431},
        Case{"ManyFields", get("/", kManyFields), 431},
        Case{"ControlInValue", get("/", with({{"X-A", "a\x1b[2J"}})), 400},
        Case{"DelInValue", get("/", with({{"X-A", "\x7f"}})), 400},
        Case{"TabInValue", get("/", with({{"X-A", "a\tb"}})), 200},
        Case{"EightBitValue", get("/", with({{"X-A", "\xfc"}})), 200},
        Case{"Chunked", get("/", with({{"Transfer-Encoding", "chunked"}})), 411},
        Case{"ChunkedAndLength",
             get("/", with({{"Content-Length", "3"}, {"transfer-encoding", "chunked"}})), 411},
        Case{"Identity", get("/", with({{"Transfer-Encoding", "identity"}})), 411},
        Case{"TwoLengths", get("/", with({{"Content-Length", "0"}, {"Content-Length", "0"}})), 400},
        Case{"LengthList", get("/", with({{"Content-Length", "0, 0"}})), 400},
        Case{"LengthWithSign", get("/", with({{"Content-Length", "+0"}})), 400},
        Case{"EmptyLength", get("/", with({{"Content-Length", ""}})), 400},
        Case{"HugeLength", get("/", with({{"Content-Length", "99999999999999999999"}})), 400},
        Case{"OtherLength", get("/", with({{"Content-Length", "3"}})), 400},
        Case{"Upgrade", get("/", with({{"Upgrade", "h2c"}})), 400},
        Case{"Expect", get("/", with({{"Expect", "100-Continue"}})), 200},
        Case{"ExpectOther", get("/", with({{"Expect", "tea"}})), 417},
        Case{"AcceptHtml", get("/", with({{"Accept", "text/html"}})), 200}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Targets, Gate,
    testing::Values(
        Case{"Query", get("/a?wait=30s&for=converged"), 200}, Case{"Dots", get("/service/.."), 200},
        Case{"EncodedDots", get("/service/%2e%2e"), 200}, Case{"Utf8", get("/%c3%bc"), 200},
        Case{"FourBytes", get("/%F0%9F%98%80"), 200}, Case{"EmptyQuery", get("/?"), 200},
        Case{"EncodedSlashInQuery", get("/?a=%2F"), 200}, Case{"Long", get(kLongTarget), 414},
        Case{"AbsoluteForm", get("http://localhost/"), 400}, Case{"Asterisk", get("*"), 400},
        Case{"Empty", get(""), 400}, Case{"Tab", get("/a\tb"), 400},
        Case{"EightBit", get("/\xfc"), 400}, Case{"Fragment", get("/a#b"), 400},
        Case{"BadEscape", get("/%zz"), 400}, Case{"ShortEscape", get("/a%4"), 400},
        Case{"Percent", get("/%"), 400}, Case{"InvalidUtf8", get("/%ff"), 400},
        Case{"Overlong", get("/%c0%af"), 400}, Case{"OverlongThree", get("/%e0%80%af"), 400},
        Case{"Surrogate", get("/%ed%a0%80"), 400}, Case{"BeyondUnicode", get("/%f4%90%80%80"), 400},
        Case{"CutSequence", get("/%e2%82"), 400}, Case{"Nul", get("/?a=%00"), 400},
        Case{"Control", get("/%0a"), 400}, Case{"C1Control", get("/%c2%85"), 400},
        Case{"EncodedSlash", get("/service/a%2Fb"), 400},
        Case{"EncodedSlashLower", get("/%2f..%2f"), 400},
        Case{"DuplicateKey", get("/?a=1&a=2"), 400},
        Case{"DuplicateKeyEncoded", get("/?a=1&%61=2"), 400}, Case{"NoKey", get("/?=1"), 400},
        Case{"BadEscapeInQuery", get("/?a=%c0%af"), 400}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Bodies, Gate,
    testing::Values(
        Case{"Json", json("application/json"), 200},
        Case{"JsonUtf8", json("Application/JSON; Charset=UTF-8"), 200},
        Case{"JsonQuotedUtf8", json("application/json;charset=\"utf-8\""), 200},
        Case{"Utf16", json("application/json; charset=utf-16"), 415},
        Case{"TwoParameters", json("application/json; charset=utf-8; a=b"), 415},
        Case{"Text", json("text/plain"), 415},
        Case{"Form", json("application/x-www-form-urlencoded"), 415},
        Case{"Multipart", json("multipart/form-data; boundary=x"), 415},
        Case{"JsonPrefix", json("application/jsonp"), 415}, Case{"EmptyType", json(""), 415},
        Case{"NoType", post("{}", {{"Content-Length", "2"}}), 415},
        Case{"TwoTypes",
             post("{}", {{"Content-Length", "2"},
                         {"Content-Type", "application/json"},
                         {"Content-Type", "text/plain"}}),
             415},
        Case{"EmptyWithoutType", post("", {{"Content-Length", "0"}}), 200},
        Case{"Gzip",
             post("{}", {{"Content-Length", "2"},
                         {"Content-Type", "application/json"},
                         {"Content-Encoding", "gzip"}}),
             415},
        Case{"GzipAndThenNot",
             post("{}", {{"Content-Length", "2"},
                         {"Content-Type", "application/json"},
                         {"Content-Encoding", "gzip"},
                         {"Content-Encoding", "identity"}}),
             415},
        Case{"TooBig",
             post(kBigBody, {{"Content-Length", kBigLength}, {"Content-Type", "application/json"}}),
             413},
        Case{"OnGet",
             RawRequest{
                 .method = "GET",
                 .target = "/",
                 .fields = with({{"Content-Length", "2"}, {"Content-Type", "application/json"}}),
                 .body = "{}"},
             400},
        Case{"OnDelete",
             RawRequest{
                 .method = "DELETE",
                 .target = "/",
                 .fields = with({{"Content-Length", "2"}, {"Content-Type", "application/json"}}),
                 .body = "{}"},
             400}),
    case_name);

TEST(GateRequest, IsDecoded) {
  const auto admitted = admit({.method = "PUT",
                               .target = "/service/%C3%BC/?dry_run=true&note=a%20b&flag",
                               .fields = with({{"Content-Length", "2"},
                                               {"content-type", "application/json"},
                                               {"If-Match", "\"1\""},
                                               {"if-match", "\"2\""},
                                               {"If-None-Match", " * "},
                                               {"last-event-id", " 41 "}}),
                               .body = "{}"},
                              rules());
  const Request& request = std::get<Request>(admitted);
  EXPECT_EQ(request.method, Method::put);
  EXPECT_THAT(request.segments, ElementsAre("service", "ü"));
  EXPECT_THAT(request.query,
              ElementsAre(Pair("dry_run", "true"), Pair("note", "a b"), Pair("flag", "")));
  EXPECT_EQ(request.body, "{}");
  EXPECT_EQ(request.if_match, "\"1\", \"2\"");
  EXPECT_EQ(request.if_none_match, "*");
  EXPECT_EQ(request.last_event_id, "41");
  EXPECT_EQ(request.parameter("note"), "a b");
  EXPECT_EQ(request.parameter("other"), std::nullopt);
}

TEST(GateRequest, KeepsEmptySegmentsForTheRouterToRefuse) {
  const auto admitted = admit(get("//a//b/"), rules());
  EXPECT_THAT(std::get<Request>(admitted).segments, ElementsAre("", "a", "", "b"));
}

TEST(GateRefusal, OfTwoPlacesToResumeFrom) {
  EXPECT_EQ(
      verdict(get("/events", with({{"Last-Event-ID", "1"}, {"Last-Event-ID", "2"}})), rules()),
      400);
}

TEST(GateRefusal, SaysWhatToDo) {
  const auto detail = [](const RawRequest& raw) {
    return std::get<Response>(admit(raw, rules())).body;
  };
  EXPECT_THAT(detail(host("evil.example")), HasSubstr("allowed_hosts"));
  EXPECT_THAT(detail(json("text/plain")), HasSubstr("curl --json"));
  EXPECT_THAT(detail(json("text/plain")), HasSubstr("-H 'Content-Type: application/json'"));
}

TEST(GateRefusal, OfAMethodNamesTheOthers) {
  EXPECT_THAT(std::get<Response>(admit(method("PATCH"), rules())).headers,
              ElementsAre(Pair("Allow", "GET, HEAD, POST, PUT, DELETE")));
}

TEST(GateOnAUnixSocket, TakesAnyHostButNoForeignOrigin) {
  GateRules unix_rules = rules();
  unix_rules.check_host = false;
  EXPECT_EQ(verdict(host("docker"), unix_rules), 200);
  EXPECT_EQ(verdict(host(""), unix_rules), 200);
  EXPECT_EQ(verdict(get("/", {}), unix_rules), 400);
  EXPECT_EQ(verdict(origin("http://evil.example"), unix_rules), 403);
}

TEST(HostRules, NeverAllowTheWildcardAddress) {
  for (const std::string bind : {"0.0.0.0", "::"}) {
    const HostRules hosts(bind, {});
    EXPECT_EQ(hosts.check_authority("0.0.0.0:7051"), HostRules::Verdict::foreign);
    EXPECT_EQ(hosts.check_authority("[::]:7051"), HostRules::Verdict::foreign);
  }
}

}  // namespace
}  // namespace genisys::api
