#include "tests/e2e/compose_project.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "tests/support/json.hpp"
#include "tests/support/shell.hpp"

namespace genisys::test {

namespace {

std::string run(const std::string& command) {
  const Finished finished = run_shell(command);
  if (finished.code != 0) throw std::runtime_error(command + "\n" + finished.output);
  return finished.output;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream lines(text);
  std::vector<std::string> found;
  for (std::string line; std::getline(lines, line);) found.push_back(line);
  return found;
}

}  // namespace

ComposeProject::ComposeProject(std::string engine_url, std::string name,
                               std::filesystem::path folder)
    : engine_url_(std::move(engine_url)), name_(std::move(name)), folder_(std::move(folder)) {
  if (run_shell("command -v docker-compose").code != 0) {
    throw std::runtime_error("there is no docker-compose to compare with: install docker-compose");
  }
}

ComposeProject::~ComposeProject() {
  try {
    remove(true);
  } catch (const std::exception& error) {
    std::cerr << "cannot clean up after project " << name_ << ": " << error.what() << "\n";
  }
}

void ComposeProject::make_before(const ComposeCase& wanted) {
  for (const std::string& network : wanted.networks) {
    docker("network create " + shell_quoted(network));
    before_.push_back(network);
  }
  for (const std::string& volume : wanted.volumes) {
    docker("volume create " + shell_quoted(volume));
    before_.push_back(volume);
  }
}

void ComposeProject::up(const ComposeCase& wanted) const {
  const std::string command = docker_compose(wanted, "up --detach");
  const Finished finished = run_shell(command);
  if (finished.code != 0 && !wanted.start_may_fail) {
    throw std::runtime_error(command + "\n" + finished.output);
  }
}

bool ComposeProject::accepts(const ComposeCase& wanted) const {
  return run_shell(docker_compose(wanted, "config --quiet")).code == 0;
}

ComposeProject::Services ComposeProject::services() const {
  constexpr const char* kLabels = "com.docker.compose.";
  std::map<std::string, std::map<int, std::string>> found;
  const std::string format = fmt::format(
      R"({{{{.ID}}}} {{{{.Label "{0}service"}}}} {{{{.Label "{0}container-number"}}}})", kLabels);
  for (const std::string& line :
       lines_of(docker(fmt::format("ps --all --no-trunc --filter label={}project={} --format {}",
                                   kLabels, name_, shell_quoted(format))))) {
    std::istringstream words(line);
    std::string id, service;
    int number = 0;
    words >> id >> service >> number;
    found[service][number] = id;
  }
  Services services;
  for (const auto& [service, ids] : found) {
    for (const auto& [number, id] : ids) services[service].push_back(id);
  }
  return services;
}

std::map<std::string, std::string> ComposeProject::networks() const { return inspected("network"); }

std::map<std::string, std::string> ComposeProject::volumes() const { return inspected("volume"); }

void ComposeProject::down() const { remove(false); }

std::string ComposeProject::docker(const std::string& arguments) const {
  return run(fmt::format("docker -H {} {}", shell_quoted(engine_url_), arguments));
}

std::string ComposeProject::docker_compose(const ComposeCase& wanted,
                                           const std::string& command) const {
  std::string files;
  for (const std::string& file : wanted.their_files) files += " --file " + shell_quoted(file);
  return fmt::format("cd {} && DOCKER_HOST={} docker-compose --project-name {}{} {} {}",
                     shell_quoted(folder_.string()), shell_quoted(engine_url_), name_, files,
                     wanted.options, command);
}

std::vector<std::string> ComposeProject::names(const std::string& kind) const {
  return lines_of(docker(
      fmt::format("{} ls --filter name={} --format {}", kind, name_, shell_quoted("{{.Name}}"))));
}

std::map<std::string, std::string> ComposeProject::inspected(const std::string& kind) const {
  std::map<std::string, std::string> found;
  for (const std::string& name : names(kind)) {
    const std::string text = docker(fmt::format("{} inspect {}", kind, shell_quoted(name)));
    found.emplace(name, Json::parse(text)[0].dump());
  }
  return found;
}

void ComposeProject::remove(bool also_what_was_before) const {
  std::string containers;
  for (const auto& [service, ids] : services()) {
    for (const std::string& id : ids) containers += " " + id;
  }
  if (!containers.empty()) docker("rm --force --volumes" + containers);
  for (const char* kind : {"network", "volume"}) {
    for (const std::string& name : names(kind)) {
      const bool was_before = std::find(before_.begin(), before_.end(), name) != before_.end();
      if (!was_before || also_what_was_before) {
        docker(fmt::format("{} rm {}", kind, shell_quoted(name)));
      }
    }
  }
}

}  // namespace genisys::test
