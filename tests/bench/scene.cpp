#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <stdexcept>

#include "tests/bench/measures.hpp"

namespace genisys::bench {
namespace {

constexpr std::chrono::minutes kPatience{1};

std::filesystem::path emptied(std::filesystem::path folder) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

std::string definition(const std::string& name, const Setup& setup, Ports ports) {
  std::string command;
  for (const std::string& word : kCommand) {
    command += fmt::format("{}\"{}\"", command.empty() ? "" : ", ", word);
  }
  return fmt::format(R"({{"name": "{}", "image": "{}", "command": [{}], "ports": [{}]}})", name,
                     setup.image, command, ports == Ports::one ? fmt::format("\"{}\"", kPort) : "");
}

}  // namespace

Scene::Scene(const Setup& setup, RawEngine& raw, Ports ports)
    : raw_(raw),
      options_{.program = setup.connector,
               .folder = emptied(setup.folder / "connector"),
               .engine = setup.engine},
      service_(ports == Ports::one ? "published" : "plain") {
  start();
  connector().call("POST", "/service", definition(service_, setup, ports));
}

Scene::~Scene() {
  try {
    if (connector_ == nullptr) start();
    empty();
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: cannot tidy up: {}\n", error.what());
  }
}

void Scene::start() {
  connector_ = std::make_unique<Connector>(options_);
  connector_->await_ready();
}

void Scene::scale_and_wait(std::size_t target) {
  connector_->scale(service_, target);
  connector_->await_converged(service_);
}

void Scene::empty() {
  scale_and_wait(0);
  const Clock::time_point deadline = Clock::now() + kPatience;
  while (raw_.count(service_) > 0) {
    if (Clock::now() > deadline) throw std::runtime_error("stopped containers are not removed");
  }
}

std::string Scene::status() {
  return connector_->call("GET", fmt::format("/service/{}/status", service_));
}

}  // namespace genisys::bench
