// What docker-compose makes of Compose files, and the networks and volumes that a project has on
// the engine, whoever made them. Everything is done with the commands that people type.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/support/compose_case.hpp"

namespace genisys::test {

// One project, with a name of its own, which all its networks and volumes have in theirs: so they
// can be found and removed. The destructor removes what is left, also what somebody else made
// under that name.
class ComposeProject {
 public:
  // The ids of the containers of a service, in the order of their numbers.
  using Services = std::map<std::string, std::vector<std::string>>;

  // `folder` has the files. Throws std::runtime_error when docker-compose is not installed.
  ComposeProject(std::string engine_url, std::string name, std::filesystem::path folder);
  ComposeProject(const ComposeProject&) = delete;
  ComposeProject& operator=(const ComposeProject&) = delete;
  ~ComposeProject();

  // All below throw std::runtime_error with the command's output when one fails.

  // What is somebody else's, and stays until the end.
  void make_before(const ComposeCase& wanted);
  // docker-compose up.
  void up(const ComposeCase& wanted) const;
  bool accepts(const ComposeCase& wanted) const;
  Services services() const;
  // The project's networks and volumes: what `docker inspect` says, by name.
  std::map<std::string, std::string> networks() const;
  std::map<std::string, std::string> volumes() const;
  // Removes what docker-compose made.
  void down() const;

 private:
  std::string docker(const std::string& arguments) const;
  std::string docker_compose(const ComposeCase& wanted, const std::string& command) const;
  std::vector<std::string> names(const std::string& kind) const;
  std::map<std::string, std::string> inspected(const std::string& kind) const;
  void remove(bool also_what_was_before) const;

  const std::string engine_url_;
  const std::string name_;
  const std::filesystem::path folder_;
  std::vector<std::string> before_;
};

}  // namespace genisys::test
