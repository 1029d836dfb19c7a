#include "tests/hostile/file_cases.hpp"

#include <functional>

#include "tests/hostile/cases.hpp"

namespace genisys::test {

namespace {

using namespace std::string_literals;

constexpr const char* kConfiguration = "genisys-connector.yml";

// A configuration whose service file is `file`.
FileCase service_file(std::string name, const std::string& file, const std::string& text,
                      std::string says) {
  return {std::move(name),
          {{kConfiguration, "connector: {service_file: " + file + "}\n"}, {file, text}},
          std::move(says)};
}

FileCase yaml(std::string name, const std::string& text, std::string says) {
  return service_file(std::move(name), "services.yml", text, std::move(says));
}

FileCase fine(FileCase accepted) {
  accepted.is_fine = true;
  return accepted;
}

FileCase configuration(std::string name, const std::string& text, std::string says) {
  return {std::move(name), {{kConfiguration, text}}, std::move(says)};
}

std::string lines(int count, const std::function<std::string(int)>& line) {
  std::string text;
  for (int i = 0; i < count; ++i) text += line(i) + "\n";
  return text;
}

// Each level has nine times the one before.
std::string laughs(const std::string& open, const std::string& item, const std::string& close) {
  std::string text = "x0: &a0 " + open + times(9, "lol, ") + close + "\n";
  for (int level = 1; level < 9; ++level) {
    text += "x" + std::to_string(level) + ": &a" + std::to_string(level) + " " + open;
    for (int i = 0; i < 9; ++i) {
      text += (item.empty() ? "" : "k" + std::to_string(i) + item) + "*a" +
              std::to_string(level - 1) + ", ";
    }
    text += close + "\n";
  }
  return text;
}

}  // namespace

FileCases yaml_cases() {
  return {
      yaml("comma", ",", "unexpected"),
      yaml("commas", times(1000, ","), "unexpected"),
      yaml("list that has itself", "a: &a [*a]\n", "an alias within"),
      yaml("map that has itself", "a: &a {k: *a}\n", "an alias within"),
      yaml("map that is its key", "&a {*a : 1}\n", "key"),
      yaml("alias of nothing", "a: *nowhere\n", "anchor is not defined"),
      yaml("alias before its anchor", "a: *b\nb: &b 1\n", ""),
      yaml("merge of text", "a: {<<: b}\n", "merge key"),
      yaml("two merges", "a:\n  <<: {image: 'a:1'}\n  <<: {image: 'b:1'}\n", "second merge key"),
      yaml("tag of Python", "a: !!python/object/apply:os.system ['id']\n", "tag"),
      yaml("tag of Ruby", "a: !ruby/object:Gem::Installer {}\n", "tag"),
      yaml("tag of bytes", "a: !!binary aGk=\n", "tag"),
      yaml("tag of text", "a: !!str 1\n", "tag"),
      yaml("another document", "a: {image: 'a:1'}\n---\nb: {image: 'b:1'}\n", "second document"),
      yaml("key twice", "a: {image: 'a:1'}\na: {image: 'b:1'}\n", "duplicate key"),
      yaml("key twice further down", "a: {image: 'a:1', image: 'b:1'}\n", "duplicate key"),
      yaml("key that is a list", "[a, b]: 1\n", "key"),
      yaml("key that is nothing", "~: 1\n", "key"),
      yaml("21 levels", times(21, "- ") + "a\n", "nested"),
      yaml("21 levels in one line", "a: " + times(21, "[") + times(21, "]") + "\n", "nested"),
      yaml("30,000 open brackets", times(30'000, "["), ""),
      yaml("30,000 open braces", times(30'000, "{"), ""),
      yaml("30,000 dashes", times(30'000, "- "), "nested"),
      yaml("30,000 question marks", times(30'000, "? "), ""),
      yaml("ff", "a: \xff\n", "UTF-8"),
      yaml("overlong slash", "a: \xc0\xaf\n", "UTF-8"),
      yaml("surrogate in bytes", "a: \xed\xa0\x80\n", "UTF-8"),
      yaml("UTF-16",
           "\xff\xfe"
           "a\0:\0"s,
           "UTF-8"),
      yaml("UTF-32", "\0\0\xfe\xff\0\0\0a"s, "UTF-8"),
      yaml("NUL", "a: b\0c\n"s, "UTF-8"),
      yaml("escaped NUL", "a: {image: \"a:1\\0\"}\n", "NUL"),
      yaml("open quote", "a: \"b\n", ""),
      yaml("open single quote", "a: 'b\n", ""),
      yaml("open list", "a: [b\n", ""),
      yaml("bad escape", "a: \"\\q\"\n", ""),
      yaml("half a surrogate escaped", "a: {image: 'a:1', command: \"\\ud800\"}\n", ""),
      yaml("tabs before a key", "a:\n\timage: 'a:1'\n", ""),
      fine(yaml("unknown directive", "%FOO bar\n---\na: {image: 'a:1'}\n", "")),
      yaml("version of YAML to come", "%YAML 9.9\n---\na: {image: 'a:1'}\n", ""),
      yaml("text", "only text\n", ""),
      yaml("number", "42\n", ""),
      yaml("list", "- a\n", ""),
      fine(yaml("dots", "...\n...\n", "")),
      yaml("octal replicas", "a: {image: 'a:1', deploy: {replicas: 010}}\n", "replicas"),
      yaml("hexadecimal replicas", "a: {image: 'a:1', deploy: {replicas: 0x10}}\n", "replicas"),
      yaml("replicas in base 60", "a: {image: 'a:1', deploy: {replicas: 1:30}}\n", "replicas"),
      yaml("replicas with underscore", "a: {image: 'a:1', deploy: {replicas: 1_0}}\n", "replicas"),
      yaml("replicas with exponent", "a: {image: 'a:1', deploy: {replicas: 1e1}}\n", "replicas"),
      yaml("infinite replicas", "a: {image: 'a:1', deploy: {replicas: .inf}}\n", "replicas"),
      yaml("truth of Norway", "a: {image: 'a:1', init: no}\n", "init"),
      yaml("port in base 60", "a: {image: 'a:1', ports: [22:22:22:22]}\n", "ports"),
      yaml("257 KiB", "#" + times(257 * 1024, "a") + "\n", "allowed"),
  };
}

FileCases configuration_cases() {
  const auto connector = [](std::string name, const std::string& line, std::string says) {
    return configuration(std::move(name), "connector:\n  " + line + "\n", std::move(says));
  };
  return {
      configuration("comma", ",", "unexpected"),
      configuration("list that has itself", "&a [*a]", ""),
      configuration("list", "- a\n", ""),
      configuration("text", "a\n", ""),
      configuration("65 KiB", "#" + times(65 * 1024, "a") + "\n", ""),
      configuration("unknown section", "connectors: {}\n", "did you mean connector"),
      configuration("section twice", "connector: {}\nconnector: {}\n", "duplicate key"),
      configuration("laughs", laughs("[", "", "]"), ""),
      connector("unknown key", "prot: 1", "did you mean port"),
      connector("octal port", "port: 010", "port"),
      connector("hexadecimal port", "port: 0x10", "port"),
      connector("quoted port", "port: '7051'", "port"),
      connector("port below nothing", "port: -1", "port"),
      connector("port too high", "port: 65536", "port"),
      connector("port of 2^64", "port: 18446744073709551617", "port"),
      connector("port of a fraction", "port: 7051.0", "port"),
      connector("bind to everything", "bind: 0.0.0.0", "bind"),
      connector("bind to a name", "bind: example.org", "bind"),
      connector("bind to a relative socket", "bind: unix://a", "bind"),
      connector("bind to a socket of 200 letters", "bind: unix:///" + times(200, "a"), "bind"),
      connector("no time between passes", "interval: 0s", "interval"),
      connector("time of ages", "interval: 99999999999999h", "interval"),
      connector("truth of Norway", "allow_unauthenticated: yes", "allow_unauthenticated"),
      connector("host with a scheme", "allowed_hosts: ['http://a']", "allowed_hosts"),
      connector("instance with line break", "instance: \"a\\nb\"", "instance"),
      connector("instance of 64 letters", "instance: " + times(64, "i"), "instance"),
      connector("service file that is a folder", "service_file: /", ""),
      connector("service file that never ends", "service_file: /dev/zero", "regular file"),
      connector("service file that is a terminal", "service_file: /dev/tty", ""),
      connector("token file that is not there", "token_file: nowhere", "nowhere"),
      connector("token file that never ends", "token_file: /dev/zero", ""),
      configuration("engine of another kind", "docker: {url: 'ssh://a'}\n", "docker.url"),
      configuration("engine at no port", "docker: {url: 'tcp://a:99999'}\n", "docker.url"),
      configuration("no calls", "docker: {concurrency: 0}\n", "concurrency"),
      configuration("too many replicas", "limits: {replicas: 4294967297}\n", "replicas"),
      configuration("path of the policy that goes up", "policy: {binds: [/data/../etc]}\n",
                    "policy"),
      configuration("relative path of the policy", "policy: {binds: [data]}\n", "policy"),
  };
}

FileCases compose_cases() {
  const auto project = [](std::string name, const std::string& services, std::string says) {
    return yaml(std::move(name), "services:\n" + services, std::move(says));
  };
  FileCase env_file = project("env file that never ends",
                              "  a: {image: 'a:1', env_file: /dev/zero}\n", "regular file");
  FileCase large_env =
      project("env file of 2 MB", "  a: {image: 'a:1', env_file: large.env}\n", "large.env");
  large_env.files["large.env"] =
      lines(20'000, [](int i) { return "K" + std::to_string(i) + "=" + times(100, "v"); });
  return {
      std::move(env_file),
      std::move(large_env),
      project("itself", "  a: {image: 'a:1', extends: a}\n", "extends"),
      project("one another", "  a: {image: 'a:1', extends: b}\n  b: {image: 'b:1', extends: a}\n",
              "extends"),
      fine(project("a chain of 100",
                   "  s0: {image: 'a:1'}\n" + lines(100,
                                                    [](int i) {
                                                      return "  s" + std::to_string(i + 1) +
                                                             ": {extends: s" + std::to_string(i) +
                                                             "}";
                                                    }),
                   "")),
      project("another file", "  a: {extends: {service: a, file: /etc/passwd}}\n", "file"),
      yaml("includes", "include: [/etc/passwd]\nservices: {}\n", "include"),
      project("needs itself", "  a: {image: 'a:1', depends_on: [a]}\n", "depends_on"),
      project("need one another",
              "  a: {image: 'a:1', depends_on: [b]}\n  b: {image: 'b:1', depends_on: [a]}\n", ""),
      project("variable without end", "  a: {image: 'a:${X'}\n", ""),
      project("variable without name", "  a: {image: 'a:${}'}\n", ""),
      project("variable that must be set", "  a: {image: 'a:${NOWHERE_SET:?set it}'}\n", "set it"),
      project("variables 21 deep",
              "  a: {image: 'a:" + times(21, "${NOWHERE_SET:-") + "1" + times(21, "}") + "'}\n",
              "nested deeper"),
      project("variables 5,000 deep",
              "  a: {image: 'a:" + times(5000, "${X:-") + "1" + times(5000, "}") + "'}\n", ""),
      project("ports of all onto all", "  a: {image: 'a:1', ports: ['1-65535:1-65535']}\n",
              "ports"),
      project("ports of all onto all, replicated",
              "  a: {image: 'a:1', ports: ['1-65535:1-65535'], deploy: {replicas: 1000}}\n",
              "ports"),
      project("300 ranges of all",
              "  a: {image: 'a:1', ports: [" + times(300, "'1-65535:80', ") + "]}\n", "ports"),
      project("10^18 replicas", "  a: {image: 'a:1', deploy: {replicas: 1000000000000000000}}\n",
              "replicas"),
      project("socket of the engine", "  a: {image: 'a:1', volumes: ['/var/run/docker.sock:/a']}\n",
              "volumes"),
      project("privileged", "  a: {image: 'a:1', privileged: true}\n", "privileged"),
      project("name with a path", "  ../../a: {image: 'a:1'}\n", "service name"),
      project("built", "  a: {build: .}\n", ""),
  };
}

FileCases other_file_cases() {
  const auto python = [](std::string name, const std::string& text, std::string says) {
    return service_file(std::move(name), "services.py", text, std::move(says));
  };
  const auto json = [](std::string name, const std::string& text, std::string says) {
    return service_file(std::move(name), "services.json", text, std::move(says));
  };
  return {
      python("call", "a = dict(image='a:1')\n", ""),
      python("import", "import os\n", ""),
      python("call within", "a = {'image': open('/etc/passwd').read()}\n", ""),
      python("multiplication", "a = {'image': 'a' * 1000000000}\n", ""),
      python("comprehension", "a = {'image': [x for x in 'a']}\n", ""),
      python("formatted", "a = {'image': f'{1}'}\n", ""),
      python("name of another", "a = {'image': b}\n", ""),
      python("twice", "a = {'image': 'a:1'}\na = {'image': 'b:1'}\n", ""),
      python("key twice", "a = {'image': 'a:1', 'image': 'b:1'}\n", ""),
      python("100,000 open brackets", "a = " + times(100'000, "["), ""),
      python("100,000 open parentheses", "a = " + times(100'000, "("), ""),
      python("100,000 open braces", "a = " + times(100'000, "{"), ""),
      python("open text of three quotes", "a = '''" + times(100'000, "a"), ""),
      python("NUL", "a = {'image': 'a:1'}\0\n"s, ""),
      python("ff", "a = {'image': '\xff'}\n", ""),
      python("number of 200,000 digits",
             "a = {'deploy': {'replicas': " + times(200'000, "9") + "}}", ""),
      python("coding of another kind", "# -*- coding: utf-7 -*-\na = {'image': '+AGE-:1'}\n", ""),
      json("open", "{", ""),
      json("two documents", "{}{}", ""),
      json("50,000 levels", times(50'000, "{\"a\":"), "nested"),
      json("NUL", "{}\0"s, "NUL"),
      json("CVE-2024-38517",
           R"({"a": {"image": "a:1", "deploy": {"replicas": 0.00000000001e-2147483639}}})", ""),
      json("key twice", R"({"a": {"image": "a:1"}, "a": {"image": "b:1"}})", "duplicate key"),
      json("300 KiB", "{\"a\": \"" + times(300 * 1024, "a") + "\"}", "allowed"),
  };
}

FileCases bomb_cases() {
  constexpr std::size_t kMost = std::size_t{255} * 1024;  // of a service file
  const auto fill = [](const std::string& head, const std::string& piece) {
    return head + times((kMost - head.size()) / piece.size(), piece);
  };
  return {
      yaml("laughs of lists", laughs("[", "", "]"), "copy more than"),
      yaml("laughs of maps", "x0: &a0 {a: b}\n" + laughs("{", ": ", "}"), ""),
      yaml("laughs of merges",
           "a0: &a0 {k: 1}\n" + lines(2000,
                                      [](int i) {
                                        const std::string n = std::to_string(i);
                                        return "a" + std::to_string(i + 1) + ": &a" +
                                               std::to_string(i + 1) + " {<<: *a" + n + ", k" + n +
                                               ": 1}";
                                      }),
           "copy more than"),
      yaml("merge of a thousand aliases", "a: &a {k: 1}\nb: {<<: [" + times(30'000, "*a,") + "]}\n",
           ""),
      yaml("long text copied often",
           "a: &a " + times(100'000, "x") + "\nb: [" + times(50'000, "*a,") + "]\n",
           "copy more than"),
      yaml(
          "anchor on everything",
          "a: [" +
              [] {
                std::string text;
                for (int i = 0; i < 20'000; ++i) text += "&a" + std::to_string(i) + " 1,";
                return text;
              }() +
              "]\n",
          ""),
      yaml("same anchor on everything", "a: [" + times(50'000, "&a 1,") + "]\n", ""),
      yaml("question marks", fill("", "? a\n"), ""),
      yaml("keys of one letter", fill("", "a:\n"), "duplicate key"),
      yaml("60,000 scalars", fill("a: [", "1,") + "]\n", ""),
      yaml("lists of lists", fill("a: [", "[],") + "]\n", ""),
      yaml("maps of maps", fill("a: [", "{},") + "]\n", ""),
      yaml("one scalar", fill("a: ", "x") + "\n", ""),
      yaml("one scalar of lines", fill("a: |\n", " x\n"), ""),
      yaml("folded lines", fill("a: >\n", "\n"), ""),
      yaml("escapes", fill("a: \"", "\\u0041") + "\"\n", ""),
      fine(yaml("comments", fill("", "#\n"), "")),
      fine(yaml("empty lines", fill("", "\n"), "")),
      yaml("spaces", fill("a:", " ") + "\n", ""),
      yaml("commas", fill("a: [", ",") + "]\n", ""),
      yaml("colons", fill("", ":"), ""),
      yaml("documents", fill("", "---\n"), "second document"),
      yaml("aliases of nothing", fill("a: [", "*a,") + "]\n", ""),
      fine(yaml(
          "5,000 services",
          "services:\n" +
              lines(5000, [](int i) { return "  s" + std::to_string(i) + ": {image: 'a:1'}"; }),
          "")),
      yaml(
          "5,000 mistakes",
          "services:\n" + lines(5000, [](int i) { return "  s" + std::to_string(i) + ": {x: 1}"; }),
          ""),
      yaml("long default of variables", fill("services:\n  a: {image: 'a:${X:-", "x") + "}'}\n",
           ""),
      yaml("variables that grow",
           "services:\n  a:\n    image: a:1\n    environment:\n      A: '" +
               times(20'000, "${PATH}") + "'\n",
           ""),
      yaml("extended by everybody",
           "services:\n  base: {image: 'a:1', environment: {A: '" + times(30'000, "x") + "'}}\n" +
               lines(4000, [](int i) { return "  s" + std::to_string(i) + ": {extends: base}"; }),
           "copy more than"),
      fine(yaml("all ports of many",
                "services:\n" + lines(2000,
                                      [](int i) {
                                        return "  s" + std::to_string(i) +
                                               ": {image: 'a:1', ports: "
                                               "['1-65535:80']}";
                                      }),
                "")),
      service_file("lists of Python", "services.py", fill("a = [", "[],") + "]\n", ""),
      service_file("escapes of Python", "services.py", fill("a = '", "\\x41") + "'\n", ""),
      service_file("joined texts of Python", "services.py", fill("a = (", "'' ") + ")\n", ""),
      service_file("lists of JSON", "services.json", fill("{\"a\":[", "[],") + "1]}", ""),
      service_file("escapes of JSON", "services.json", fill("{\"a\":\"", "\\u0041") + "\"}", ""),
  };
}

}  // namespace genisys::test
