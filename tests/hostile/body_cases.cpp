#include "tests/hostile/cases.hpp"

namespace genisys::test {

namespace {

using namespace std::string_literals;

HttpCase refused(std::string name, std::string_view path, const std::string& body,
                 std::string says) {
  return {std::move(name), post(path, body), {400}, std::move(says)};
}

// Text that is no JSON, or not JSON to everybody.
HttpCases syntax() {
  const auto row = [](std::string name, const std::string& body, std::string says = "") {
    return refused(std::move(name), "/service", body, std::move(says));
  };
  return {
      row("empty", ""),
      row("blanks", " \t\r\n"),
      row("NUL alone", "\0"s, "NUL"),
      row("NUL behind an object", "{}\0garbage"s, "NUL"),
      row("NUL between", "{\"name\"\0: 1}"s, "NUL"),
      row("NUL in a string", "{\"name\": \"a\0b\"}"s, "NUL"),
      row("escaped NUL in a string", R"({"name": "a\u0000b"})", "NUL"),
      row("escaped NUL in a key", R"({"na\u0000me": "a"})", "NUL"),
      row("byte order mark", "\xEF\xBB\xBF{}", "byte order mark"),
      row("UTF-16", "{\0}\0"s),
      row("UTF-16 with its mark", "\xFF\xFE{\0}\0"s),
      row("bytes of UTF-32", "\0\0\0{\0\0\0}"s),
      row("ff in a string", "{\"name\": \"\xff\"}"),
      row("Latin 1", "{\"name\": \"caf\xe9\"}"),
      row("overlong slash", "{\"name\": \"\xc0\xaf\"}"),
      row("overlong NUL", "{\"name\": \"\xc0\x80\"}"),
      row("overlong of three", "{\"name\": \"\xe0\x80\xaf\"}"),
      row("surrogate in bytes", "{\"name\": \"\xed\xa0\x80\"}"),
      row("pair of surrogates in bytes", "{\"name\": \"\xed\xa0\xbd\xed\xb8\x80\"}"),
      row("beyond Unicode", "{\"name\": \"\xf4\x90\x80\x80\"}"),
      row("sequence cut short", "{\"name\": \"\xe2\x82\"}"),
      row("stray continuation", "{\"name\": \"\x80\"}"),
      row("half a pair of surrogates, the first", R"({"name": "\ud800"})"),
      row("half a pair of surrogates, the second", R"({"name": "\udc00"})"),
      row("surrogates the wrong way round", R"({"name": "\udc00\ud800"})"),
      row("first half and a letter", R"({"name": "\ud800a"})"),
      row("escape of no letter", R"({"name": "\x41"})"),
      row("escape cut short", R"({"name": "\u00)"),
      row("escape of no digits", R"({"name": "\u00zz"})"),
      row("backslash at the end", "{\"name\": \"\\"),
      row("tab in a string", "{\"name\": \"a\tb\"}"),
      row("line break in a string", "{\"name\": \"a\nb\"}"),
      row("open string", R"({"name": "a)"),
      row("open object", R"({"name": "a")"),
      row("open list", "[1, 2"),
      row("closed twice", R"({"name": "a"}})"),
      row("closed by the other", "[}"),
      row("no colon", R"({"name" "a"})"),
      row("two colons", R"({"name":: "a"})"),
      row("no comma", R"({"name": "a" "image": "b:1"})"),
      row("comma at the end", R"({"name": "a",})"),
      row("comma at the beginning", R"({,"name": "a"})"),
      row("comma alone", ","),
      row("key without quotes", R"({name: "a"})"),
      row("single quotes", "{'name': 'a'}"),
      row("comment of C", R"({/* a */ "name": "a"})"),
      row("comment of C++", "{} // a"),
      row("comment of a shell", "{} # a"),
      row("two documents", "{}{}"),
      row("two documents on lines", "{}\n{}\n"),
      row("text behind", "{} x"),
      row("callback", "f({})"),
      row("guard against callbacks", ")]}',\n{}"),
      row("record separator", "\x1e{}"),
      row("other names of nothing", "[None, undefined, nil]"),
      row("truth in capitals", "[TRUE]"),
      row("half a truth", "[tru"),
      row("assignment", R"(web = {"image": "a:1"})"),
      row("YAML", "name: a\nimage: b:1\n"),
      row("form", "name=a&image=b%3A1"),
      row("XML", "<name>a</name>"),
      row("list", "[]", "object"),
      row("string", R"("a")"),
      row("number", "1"),
      row("null", "null"),
      row("truth", "true"),
      row("key twice", R"({"name": "a", "image": "a:1", "name": "b"})", "duplicate key"),
      row("key twice, once escaped", R"({"name": "a", "image": "a:1", "n\u0061me": "b"})",
          "duplicate key"),
      row("key twice further down",
          R"({"name": "a", "image": "a:1", "environment": {"A": "1", "A": "2"}})", "duplicate key"),
      row("empty key", R"({"": "a"})"),
      row("prototype", R"({"name": "a", "image": "a:1", "__proto__": {}})", "__proto__"),
      row("32 levels and one", R"({"a": )" + times(32, "[") + times(32, "]") + "}", "nested"),
      row("2,000 levels of lists", times(2000, "[") + times(2000, "]"), "nested"),
      row("100,000 levels of lists", times(100'000, "["), "nested"),
      row("40,000 levels of objects", times(40'000, R"({"a":)"), "nested"),
      row("200,000 closing", times(200'000, "]")),
      row("250 kB of zeros", "[" + times(125'000, "0,") + "0]"),
      row("250 kB of empty lists", "[" + times(83'000, "[],") + "0]"),
      row("250 kB of empty objects", "[" + times(83'000, "{},") + "0]"),
      row("250 kB of quotes", times(125'000, "\"\"")),
      row("250 kB of commas", times(250'000, ",")),
      row("250 kB of backslashes", "\"" + times(125'000, "\\\\") + "\""),
      row("20,000 keys",
          [] {
            std::string text = "{";
            for (int i = 0; i < 20'000; ++i) text += "\"k" + std::to_string(i) + "\":1,";
            return text + "\"name\":1}";
          }()),
      row("30,000 times the same key", "{" + times(30'000, R"("k":1,)") + R"("k":1})",
          "duplicate key"),
  };
}

// Numbers that mean one thing here and another there.
HttpCases numbers() {
  const auto row = [](std::string name, const std::string& number) {
    return refused("number: " + std::move(name), "/service/web/scale",
                   R"({"number": )" + number + "}", "");
  };
  return {
      // Its conversion reads out of bounds (CVE-2024-38517).
      row("tiny with a huge exponent", "0.00000000001e-2147483639"),
      row("huge exponent", "1e2147483648"),
      row("1e400", "1e400"),
      row("1e-400", "1e-400"),
      row("minus nothing", "-0"),
      row("minus one", "-1"),
      row("one and nothing behind", "1.0"),
      row("fraction", "1.5"),
      row("exponent", "1e2"),
      row("exponent in capitals", "1E0"),
      row("plus", "+1"),
      row("leading zero", "01"),
      row("point first", ".5"),
      row("point last", "5."),
      row("hexadecimal", "0x10"),
      row("octal", "0o7"),
      row("with underscore", "1_000"),
      row("with comma", "1,000"),
      row("two points", "1.2.3"),
      row("minus alone", "-"),
      row("exponent alone", "1e"),
      row("not a number", "NaN"),
      row("infinite", "Infinity"),
      row("minus infinite", "-Infinity"),
      row("above the limit", "1001"),
      row("2^31", "2147483648"),
      row("2^32 and 1", "4294967297"),
      row("2^63", "9223372036854775808"),
      row("2^64", "18446744073709551616"),
      row("2^64 and 1", "18446744073709551617"),
      row("200,000 digits", times(200'000, "9")),
      row("200,000 digits behind the point", "0." + times(200'000, "9")),
      row("string of 200,000 digits", "\"" + times(200'000, "9") + "\""),
      row("string with blank", R"("3 ")"),
      row("string with plus", R"("+3")"),
      row("string with exponent", R"("1e1")"),
      row("string of other digits", "\"\xEF\xBC\x93\""),
      row("string with leading zeros", R"("0x3")"),
      row("empty string", R"("")"),
      row("truth", "true"),
      row("null", "null"),
      row("list", "[3]"),
      row("object", R"({"number": 3})"),
  };
}

HttpCases scales() {
  const auto row = [](std::string name, const std::string& body, std::string says = "") {
    return refused(std::move(name), "/service/web/scale", body, std::move(says));
  };
  return {
      row("another key", R"({"number": 1, "nummber": 1})", "nummber"),
      row("key in other letters", R"({"Number": 1})"),
      row("slot of nothing", R"({"number": 1, "remove": [0]})"),
      row("slot below nothing", R"({"number": 1, "remove": [-1]})"),
      row("slot of 2^64", R"({"number": 1, "remove": [18446744073709551617]})"),
      row("slots that are no list", R"({"number": 1, "remove": 1})"),
      row("50,000 slots", R"({"number": 1, "remove": [)" + times(50'000, "1,") + "1]}"),
      {"10,000 services",
       post("/scale",
            [] {
              std::string text = "{";
              for (int i = 0; i < 10'000; ++i) text += "\"s" + std::to_string(i) + "\":1,";
              return text + "\"web\":1}";
            }()),
       {404}},
      {"a service that is none beside one that is",
       post("/scale", R"({"web": 1, "nobody": 1})"),
       {404},
       "nobody"},
      {"a service twice", post("/scale", R"({"web": 1, "web": 2})"), {400}, "duplicate key"},
      {"revision of nothing", post("/service/web/rollback", R"({"revision": 0})"), {400}},
      {"revision that is not kept", post("/service/web/rollback", R"({"revision": 99})"), {400}},
      {"revision of 2^64",
       post("/service/web/rollback", R"({"revision": 18446744073709551616})"),
       {400}},
  };
}

}  // namespace

HttpCases json_cases() { return syntax() + numbers() + scales(); }

}  // namespace genisys::test
