// The real Docker engine that tests run on, what they need there, and the cleaning up.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace genisys::test {

// Finds the engine (GENISYS_TEST_DOCKER_HOST, else DOCKER_HOST, else unix:///var/run/docker.sock)
// and has a small image with busybox's commands there: that of GENISYS_TEST_IMAGE, which somebody
// else made and removes, else one of its own. Does everything with the docker command and
// scripts/test-image.sh.
//
// One per program is enough, see shared(). What carries its label or its image goes with it, and
// volumes and networks with its names; nothing else on the engine is touched.
class TestEngine {
 public:
  // Whether GENISYS_TEST_ENGINE=none forbids tests with a real engine: only then they may be
  // skipped.
  static bool is_forbidden();

  // Throws std::runtime_error that says what to do when no engine answers or the image cannot be
  // made.
  TestEngine();
  TestEngine(const TestEngine&) = delete;
  TestEngine& operator=(const TestEngine&) = delete;
  ~TestEngine();

  // Made at the first call, destroyed when the program ends.
  static TestEngine& shared();

  const std::string& url() const { return url_; }      // as DOCKER_HOST takes it
  const std::string& image() const { return image_; }  // with a tag
  const std::string& run_id() const { return run_id_; }

  // What every container of this run carries.
  std::map<std::string, std::string> labels() const;
  // Unique on the engine; `stem` says whose it is.
  std::string unique_name(std::string_view stem);

  // Removes by force all containers that carry this run's label.
  void remove_containers();
  // Removes the volumes that have a name of unique_name(). No container may mount them any more.
  void remove_volumes();
  // The same of networks. No container that runs may take part in them any more.
  void remove_networks();
  // What `docker inspect` shows of a container under "Config.User", as JSON; on failure what it
  // says.
  std::string inspect(const std::string& id, const std::string& what) const;

 private:
  std::string url_;
  std::string run_id_;
  std::string image_;
  bool owns_image_ = false;
  unsigned names_ = 0;
};

}  // namespace genisys::test
