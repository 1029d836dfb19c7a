// An engine of a test's own, the only one that a test may kill.
#pragma once

#include <sys/types.h>

#include <string>

namespace genisys::test {

// Made with scripts/test-engine.sh, and gone with this object, whatever was done to it. Blocking;
// throws std::runtime_error with what the script said when it fails.
class PrivateEngine {
 public:
  // With the test image under that name.
  explicit PrivateEngine(const std::string& image);
  PrivateEngine(const PrivateEngine&) = delete;
  PrivateEngine& operator=(const PrivateEngine&) = delete;
  ~PrivateEngine();

  const std::string& url() const { return url_; }
  // SIGKILL: all its containers end, but it learns that only when it is revived.
  void crash();
  void revive();
  // SIGTERM, and revived when it has ended.
  void restart();
  // SIGSTOP and SIGCONT: connections are accepted, and nothing is answered.
  void hang();
  void go_on();

 private:
  pid_t process() const;

  const std::string url_;
};

}  // namespace genisys::test
