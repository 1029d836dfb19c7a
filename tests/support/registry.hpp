// A real image registry (Debian's docker-registry) on loopback that lets nobody in without a
// password.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/daemon_process.hpp"
#include "tests/support/scratch_directory.hpp"

namespace genisys::test {

// Runs from its constructor, which throws std::runtime_error when it does not, to its destructor,
// which also takes from the engine the names that it gave to images there.
class Registry {
 public:
  static constexpr const char* kUser = "robot";
  static constexpr const char* kPassword = "open sesame";

  // `engine_url`: of the engine that pushes to it, as DOCKER_HOST has it.
  explicit Registry(std::string engine_url);
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;
  ~Registry();

  // "127.0.0.1:40123": Docker speaks HTTP to registries of this network.
  const std::string& host() const { return host_; }

  // Pushes an image of the engine under `name` ("team/app:1"). Returns the reference that pulls it;
  // the engine does not have it any more, and loses it again with this object.
  std::string push(const std::string& image, const std::string& name);

  // A Docker config file with a login for this registry in it.
  std::string config(const std::string& password = kPassword) const;

 private:
  const std::string engine_url_;
  const ScratchDirectory folder_;
  DaemonProcess process_;
  std::string host_;
  std::vector<std::string> pushed_;
};

}  // namespace genisys::test
