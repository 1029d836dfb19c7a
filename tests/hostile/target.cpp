#include "tests/hostile/target.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "tests/hostile/cases.hpp"
#include "tests/support/json.hpp"

namespace genisys::test {

namespace {

// The first answer of `text`, taken off it; nothing when none is whole.
bool take_answer(std::string& text, bool has_body, HttpAnswer& answer) {
  const std::size_t end = text.find("\r\n\r\n");
  if (!text.starts_with("HTTP/1.1 ") || end == std::string::npos) return false;
  const std::string head = text.substr(0, end + 2);
  std::from_chars(head.data() + 9, head.data() + head.size(), answer.status);
  for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
    const std::size_t line_end = head.find("\r\n", at);
    const std::string line = head.substr(at, line_end - at);
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) return false;
    std::string name = line.substr(0, colon);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    answer.headers[name] = line.substr(colon + 2);
    at = line_end + 2;
  }
  std::size_t size = 0;
  const std::string length = has_body ? answer.header("content-length") : "";
  std::from_chars(length.data(), length.data() + length.size(), size);
  if (text.size() < end + 4 + size) return false;
  answer.body = text.substr(end + 4, size);
  text.erase(0, end + 4 + size);
  return true;
}

}  // namespace

std::vector<int> Answers::statuses() const {
  std::vector<int> all;
  for (const HttpAnswer& answer : whole) all.push_back(answer.status);
  return all;
}

Target::Target(Options options) : options_(std::move(options)) {
  std::ofstream(folder_.file("genisys-connector.yml"))
      << "connector:\n  port: 0\n  instance: hostile\n"
      << (options_.tokens ? "  token_file: tokens\n" : "") << options_.more
      << "docker: {url: 'unix://" << folder_.file("no-engine.sock") << "'}\n";
  if (options_.tokens) {
    std::ofstream(folder_.file("tokens"))
        << "writer:" << kToken << "\nreader:" << kReadOnlyToken << ":read-only\n";
    ::chmod(folder_.file("tokens").c_str(), 0600);
  }
  std::vector<std::string> arguments{GENISYS_CONNECTOR, "--config", "genisys-connector.yml"};
  std::filesystem::path program = GENISYS_CONNECTOR;
  if (options_.descriptors > 0) {
    arguments.insert(arguments.begin(),
                     {"-c", fmt::format("ulimit -n {}; exec \"$0\" \"$@\"", options_.descriptors)});
    program = "/bin/sh";
  } else {
    arguments.erase(arguments.begin());
  }
  process_ = std::make_unique<DaemonProcess>(program, arguments, folder_.path());
  process_->start();
  for (const char* definition : {R"({"name": "web", "image": "busybox:1"})",
                                 R"({"name": "db", "image": "busybox:2", "command": "sleep 1"})"}) {
    if (call("POST", "/service", definition).status != 201) throw std::runtime_error("no service");
  }
  if (call("POST", "/service/web/scale", R"({"number": 0})").status != 200) {
    throw std::runtime_error("no target");
  }
}

HttpClient Target::client(std::chrono::milliseconds timeout) const {
  return HttpClient(HttpClient::Tcp{"127.0.0.1", port()}, timeout);
}

HttpClient::Headers Target::with_token() const {
  if (!options_.tokens) return {};
  return {{"Authorization", "Bearer " + std::string(kToken)}};
}

HttpAnswer Target::call(std::string_view method, const std::string& target,
                        const std::string& body) const {
  return client().send(method, target, body, with_token());
}

Answers Target::exchange(const std::string& bytes) const {
  const auto begin = std::chrono::steady_clock::now();
  Answers answers;
  answers.rest = client().exchange_raw(bytes);
  answers.took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begin);
  const bool has_body = !bytes.starts_with("HEAD ");
  for (HttpAnswer answer; take_answer(answers.rest, has_body, answer); answer = {}) {
    answers.whole.push_back(answer);
  }
  return answers;
}

std::string Target::recorded() const {
  std::string text = call("GET", "/service").body;
  const Json statuses = Json::parse(call("GET", "/status").body);
  for (const std::string& name : statuses.keys()) {
    text += fmt::format("\n{} {} {}", name, statuses[name]["generation"].dump(),
                        statuses[name]["desired"].dump());
  }
  return text;
}

std::size_t Target::from_status(const std::string& key) const {
  std::ifstream file(fmt::format("/proc/{}/status", process_->pid()));
  for (std::string word; file >> word;) {
    std::size_t value = 0;
    if (word == key && file >> value) return value;
  }
  throw std::runtime_error("no " + key);
}

std::size_t Target::resident_kib() const { return from_status("VmRSS:"); }
std::size_t Target::peak_kib() const { return from_status("VmHWM:"); }

std::size_t Target::descriptors() const {
  const std::filesystem::directory_iterator files(fmt::format("/proc/{}/fd", process_->pid()));
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

}  // namespace genisys::test
