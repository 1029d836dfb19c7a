// What is refused over the wire: with the status that says why, every mistake at once, and nothing
// changed.

#include <fmt/format.h>

#include "tests/e2e/connector_test.hpp"

namespace genisys::test {
namespace {

struct BadInput {
  const char* name;
  const char* method;
  const char* path;
  std::string body;
  int status;
  std::vector<std::string> pointers = {};  // of `errors`, all of them
  const char* content_type = "application/json";
};

const std::string kTooMany(100, '9');

std::vector<BadInput> bad_scales() {
  const char* scale = "/service/web/scale";
  const auto row = [scale](const char* name, const std::string& number) {
    return BadInput{name, "POST", scale, R"({"number": )" + number + "}", 400, {"/number"}};
  };
  return {
      row("negative", "-1"),
      row("negative string", R"("-1")"),
      row("fractional", "1.5"),
      row("fractional that is whole", "3.0"),
      row("exponent", "1e2"),
      row("fractional string", R"("1.5")"),
      row("above the limit", "1001"),
      row("huge", kTooMany),
      row("huge string", '"' + kTooMany + '"'),
      row("wraps around 32 bits", "4294967297"),
      row("wraps around 64 bits", "18446744073709551617"),
      row("empty", R"("")"),
      row("blank", R"(" ")"),
      row("with a blank", R"("3 ")"),
      row("with a sign", R"("+3")"),
      row("hexadecimal", R"("0x3")"),
      row("boolean", "true"),
      row("null", "null"),
      row("list", "[3]"),
      row("object", "{}"),
      {"no number", "POST", scale, "{}", 400, {"/number"}},
      {"another key", "POST", scale, R"({"number": 1, "count": 2})", 400, {"/count"}},
      {"duplicate key", "POST", scale, R"({"number": 1, "number": 2})", 400, {"/number"}},
      {"empty body", "POST", scale, "", 400, {""}},
      {"no object", "POST", scale, "3", 400, {""}},
      {"cut off", "POST", scale, R"({"number": )", 400, {""}},
      {"something behind", "POST", scale, R"({"number": 1} x)", 400, {""}},
      {"form", "POST", scale, "number=1", 415, {}, "application/x-www-form-urlencoded"},
      {"plain text", "POST", scale, R"({"number": 1})", 415, {}, "text/plain"},
      {"unknown service", "POST", "/service/nobody/scale", R"({"number": 1})", 404},
      {"unknown parameter", "POST", "/service/web/scale?dry=true", R"({"number": 1})", 400},
      {"half a dry run", "POST", "/service/web/scale?dry_run=1", R"({"number": 1})", 400},
      {"one unknown of two", "POST", "/scale", R"({"web": 1, "nobody": 1})", 404, {"/nobody"}},
      {"one bad of two", "POST", "/scale", R"({"web": 1, "db": -1})", 400, {"/db"}},
  };
}

std::vector<BadInput> bad_definitions() {
  const auto row = [](const char* name, const std::string& body,
                      std::vector<std::string> pointers) {
    return BadInput{name, "POST", "/service", body, 400, std::move(pointers)};
  };
  return {
      row("no tag", R"({"name": "a", "image": "busybox"})", {"/image"}),
      row("port but no tag", R"({"name": "a", "image": "registry:5000/team/app"})", {"/image"}),
      row("no image", R"({"name": "a"})", {"/image"}),
      row("no name", R"({"image": "a:1"})", {"/name"}),
      row("image of another type", R"({"name": "a", "image": 1})", {"/image"}),
      row("name with a slash", R"({"name": "a/b", "image": "a:1"})", {"/name"}),
      row("name that begins with a dot", R"({"name": ".a", "image": "a:1"})", {"/name"}),
      row("empty name", R"({"name": "", "image": "a:1"})", {"/name"}),
      row("name of 64 letters",
          fmt::format(R"({{"name": "{}", "image": "a:1"}})", std::string(64, 'a')), {"/name"}),
      row("unknown key", R"({"name": "a", "image": "a:1", "comand": "x"})", {"/comand"}),
      row("privileged", R"({"name": "a", "image": "a:1", "privileged": true})", {"/privileged"}),
      row("open quote", R"({"name": "a", "image": "a:1", "command": "echo 'x"})", {"/command"}),
      row("port out of range", R"({"name": "a", "image": "a:1", "ports": ["0", "65536"]})",
          {"/ports/0", "/ports/1"}),
      row("environment of lists", R"({"name": "a", "image": "a:1", "environment": {"A": []}})",
          {"/environment/A"}),
      row("everything at once",
          R"({"name": "-", "image": "a", "comand": "x", "ports": ["x"], "environment": 1})",
          {"/name", "/image", "/comand", "/ports/0", "/environment"}),
      row("duplicate key", R"({"name": "a", "image": "a:1", "image": "b:1"})", {"/image"}),
      row("no UTF-8", "{\"name\": \"a\", \"image\": \"a:1\", \"command\": \"\xff\"}", {""}),
      row("too deep", std::string(40, '[') + std::string(40, ']'), {""}),
      {"name unlike the path",
       "PUT",
       "/service/web",
       R"({"name": "db", "image": "a:1"})",
       400,
       {"/name"}},
      {"bad name in the path", "PUT", "/service/-web", R"({"image": "a:1"})", 400, {"/name"}},
      {"too large", "POST", "/service", std::string(300 * 1024, ' '), 413},
      {"another method", "PATCH", "/service/web", "{}", 405},
      {"nowhere", "GET", "/services", "", 404},
      {"nobody", "GET", "/service/nobody", "", 404},
      {"nobody's status", "GET", "/service/nobody/status", "", 404},
      {"nobody to remove", "DELETE", "/service/nobody", "", 404},
  };
}

class BadInputs : public ConnectorTest {
 protected:
  void SetUp() override {
    ConnectorTest::SetUp();
    if (IsSkipped()) return;
    connector().start();
    connector().define("web", image());
    connector().define("db", image());
    connector().scale_and_converge("web", 0);
  }

  // What a refused write must not change; without what time changes.
  std::string recorded() {
    std::string text = connector().get("/service").dump();
    for (const char* service : {"web", "db"}) {
      const Json status = connector().status(service);
      text += fmt::format("\n{} {} {}", status["generation"].dump(), status["desired"].dump(),
                          status["running_resources"].dump());
    }
    return text;
  }

  void expect_refused(const std::vector<BadInput>& inputs) {
    const std::string before = recorded();
    for (const BadInput& input : inputs) {
      SCOPED_TRACE(input.name);
      HttpClient::Headers headers;
      if (!input.body.empty()) headers["Content-Type"] = input.content_type;
      const HttpAnswer answer = connector().call(input.method, input.path, input.body, headers);
      EXPECT_EQ(answer.status, input.status) << answer.body;
      EXPECT_EQ(answer.header("content-type"), "application/problem+json");
      const Json problem = Json::parse(answer.body);
      EXPECT_EQ(problem["status"].number(), input.status);
      EXPECT_FALSE(problem["title"].text().empty());
      EXPECT_FALSE(problem["detail"].text().empty());
      std::vector<std::string> pointers;
      if (problem.has("errors")) {
        for (const Json& error : problem["errors"].items()) {
          pointers.push_back(error["pointer"].text());
          EXPECT_FALSE(error["message"].text().empty());
        }
      }
      std::vector<std::string> expected = input.pointers;
      std::sort(expected.begin(), expected.end());
      std::sort(pointers.begin(), pointers.end());
      EXPECT_EQ(pointers, expected) << answer.body;
    }
    EXPECT_EQ(recorded(), before);
  }
};

TEST_F(BadInputs, AsAScaleChangeNothing) { expect_refused(bad_scales()); }

TEST_F(BadInputs, AsADefinitionChangeNothing) { expect_refused(bad_definitions()); }

TEST_F(BadInputs, FromAForeignPageChangeNothing) {
  const std::string before = recorded();
  const auto scale = [this](HttpClient::Headers headers) {
    return connector().call("POST", "/service/web/scale", R"({"number": 1})", headers).status;
  };
  EXPECT_EQ(scale({{"Origin", "https://evil.example"}}), 403);
  EXPECT_EQ(scale({{"Host", "evil.example"}}), 403);
  EXPECT_EQ(recorded(), before);
}

TEST_F(BadInputs, ThatAreNoHttpAreAnsweredOrDropped) {
  const HttpClient client = connector().client(std::chrono::seconds(20));
  for (const std::string bytes :
       {"\r\n\r\n\r\n\r\n", "GET\r\n\r\n", "\x16\x03\x01\x02\x01", "GET / HTTP/9.9\r\n\r\n",
        "POST /service HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n"}) {
    SCOPED_TRACE(bytes);
    const std::string answer = client.exchange_raw(bytes);
    EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 4") ||
                answer.starts_with("HTTP/1.1 5"))
        << answer;
  }
  EXPECT_EQ(connector().call("GET", "/healthz").status, 200);
}

}  // namespace
}  // namespace genisys::test
