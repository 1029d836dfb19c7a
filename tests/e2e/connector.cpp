#include "tests/e2e/connector.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <stdexcept>
#include <utility>

namespace genisys::test {

namespace {

std::string configuration(const Connector::Options& options, const std::string& instance) {
  const bool one_file = options.service_files.size() == 1;
  std::string text = fmt::format(
      "connector:\n"
      "  bind: 127.0.0.1\n"
      "  port: 0\n"
      "  service_file: {}\n"
      "  state_file: ./state.db\n"
      "  instance: '{}'\n"
      "docker:\n"
      "  url: {}\n"
      "  adopt: {}\n"
      "  config: {}\n",
      one_file ? options.service_files.front()
               : fmt::format("[{}]", fmt::join(options.service_files, ", ")),
      instance, options.way_to_engine.empty() ? options.engine_url : options.way_to_engine,
      options.adopt, options.docker_config);
  if (!options.policy.empty()) text += "policy:\n";
  for (const std::string& line : options.policy) text += "  " + line + "\n";
  return text;
}

// Of the connector, or of what becomes it.
std::vector<std::string> arguments(const std::vector<std::string>& wrapper) {
  std::vector<std::string> words(wrapper.begin() + (wrapper.empty() ? 0 : 1), wrapper.end());
  if (!wrapper.empty()) words.emplace_back(GENISYS_CONNECTOR);
  words.insert(words.end(), {"--config", "genisys-connector.yml"});
  return words;
}

void expect_success(const HttpAnswer& answer, const std::string& what) {
  if (answer.status >= 200 && answer.status < 300) return;
  throw std::runtime_error(fmt::format("{}: {} {}", what, answer.status, answer.body));
}

}  // namespace

std::string random_text() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

Connector::Connector(Options options)
    : engine_(options.engine_url),
      process_(options.wrapper.empty() ? GENISYS_CONNECTOR : options.wrapper.front(),
               arguments(options.wrapper), folder_.path()) {
  write_file("genisys-connector.yml", configuration(options, instance_));
}

Connector::~Connector() {
  try {
    // Not by SIGKILL: the container of a create that is under way would appear after the list.
    if (process_.is_running()) process_.terminate();
    engine_.remove_all(kInstanceLabel, instance_);
    engine_.remove_networks(kInstanceLabel, instance_);
  } catch (const std::exception& error) {
    std::cerr << "cannot clean up after instance " << instance_ << ": " << error.what() << "\n";
  }
}

void Connector::write_file(const std::string& name, const std::string& text) const {
  std::ofstream(file(name), std::ios::trunc) << text;
}

void Connector::edit_configuration(const std::string& from, const std::string& to) const {
  const std::string name = "genisys-connector.yml";
  std::ifstream stream(file(name));
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  const std::size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("no `" + from + "` in:\n" + text);
  write_file(name, text.replace(at, from.size(), to));
}

HttpClient Connector::client(std::chrono::milliseconds timeout) const {
  return HttpClient(HttpClient::Tcp{"127.0.0.1", process_.port()}, timeout);
}

HttpAnswer Connector::call(std::string_view method, const std::string& path,
                           const std::string& body, HttpClient::Headers headers) const {
  return client().send(method, path, body, std::move(headers));
}

Json Connector::get(const std::string& path) const {
  const HttpAnswer answer = call("GET", path);
  if (answer.status != 200) {
    throw std::runtime_error(fmt::format("GET {}: {} {}", path, answer.status, answer.body));
  }
  return Json::parse(answer.body);
}

std::string Connector::definition(const std::string& service, const std::string& image,
                                  const std::string& fields) {
  const bool says_signal = fields.find("\"stop_signal\"") != std::string::npos ||
                           fields.find("\"stop_grace_period\"") != std::string::npos;
  return fmt::format(R"({{"name": "{}", "image": "{}"{}{}{}}})", service, image,
                     says_signal ? "" : R"(, "stop_signal": "SIGKILL")", fields.empty() ? "" : ", ",
                     fields);
}

void Connector::define(const std::string& service, const std::string& image,
                       const std::string& fields) {
  expect_success(call("POST", "/service", definition(service, image, fields)), "define " + service);
}

void Connector::replace(const std::string& service, const std::string& image,
                        const std::string& fields) {
  expect_success(call("PUT", "/service/" + service, definition(service, image, fields)),
                 "replace " + service);
}

void Connector::scale(const std::string& service, std::uint32_t number) {
  expect_success(
      call("POST", "/service/" + service + "/scale", fmt::format(R"({{"number": {}}})", number)),
      "scale " + service);
}

Json Connector::converge(const std::string& service) const {
  const Json status =
      get(fmt::format("/service/{}/status?for=converged&wait={}s", service, kPatience.count()));
  if (!status["converged"].boolean()) {
    throw std::runtime_error(service + " does not converge: " + status.dump());
  }
  return status;
}

Json Connector::scale_and_converge(const std::string& service, std::uint32_t number) {
  scale(service, number);
  return converge(service);
}

std::vector<SeenContainer> Connector::containers(const std::string& service) const {
  std::vector<SeenContainer> found = engine_.list(kInstanceLabel, instance_);
  std::erase_if(found, [&](const SeenContainer& seen) { return seen.service != service; });
  return found;
}

std::vector<std::string> Connector::running(const std::string& service) const {
  std::vector<std::string> ids;
  for (const SeenContainer& seen : containers(service)) {
    if (seen.is_running()) ids.push_back(seen.id);
  }
  return ids;
}

std::vector<std::string> Connector::settled(const std::string& service, std::size_t count) const {
  std::vector<std::string> ids;
  if (!eventually([&] { return (ids = running(service)).size() == count; })) {
    throw std::runtime_error(fmt::format("{} of {} run, {} expected", ids.size(), service, count));
  }
  return ids;
}

Json condition(const Json& status, const std::string& type) {
  for (const Json& found : status["conditions"].items()) {
    if (found["type"].text() == type) return found;
  }
  throw std::runtime_error(fmt::format("no condition {} in {}", type, status.dump()));
}

}  // namespace genisys::test
