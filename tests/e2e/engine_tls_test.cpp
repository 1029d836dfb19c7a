// An engine that is spoken to over TLS, and everything that may be wrong with certificates. On an
// engine of the test's own.

#include <fmt/format.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <string>

#include "tests/e2e/connector_test.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/shell.hpp"
#include "tests/support/test_engine.hpp"

namespace genisys::test {
namespace {

constexpr const char* kImage = "genisys-tls:1";

void write(const std::string& path, const std::string& text) {
  // As programs do that renew certificates: whole, or not at all.
  std::ofstream(path + ".new", std::ios::trunc) << text;
  ::chmod((path + ".new").c_str(), 0600);
  std::filesystem::rename(path + ".new", path);
}

class TlsEngine {
 public:
  TlsEngine() {
    write(folder_.file("ca.pem"), authority.certificate());
    std::random_device random;
    const std::string address =
        fmt::format("169.254.{}.{}", random() % 200 + 20, random() % 60 * 4 + 2);
    const Certified shown = authority.issue({.name = "engine", .names = {"IP:" + address}});
    write(folder_.file("server-cert.pem"), shown.certificate);
    write(folder_.file("server-key.pem"), shown.key);
    const Finished started = run_shell(fmt::format("{} start --tls {} {} 2>/dev/null", script(),
                                                   folder_.path().string(), address));
    if (started.code != 0) throw std::runtime_error(started.output);
    const std::size_t line = started.output.find('\n');
    socket = started.output.substr(0, line);
    tcp = started.output.substr(line + 1, started.output.find('\n', line + 1) - line - 1);
    const Finished made =
        run_shell(fmt::format("GENISYS_TEST_DOCKER_HOST={} {} {}", socket,
                              shell_quoted(GENISYS_SOURCE_DIR "/scripts/test-image.sh"), kImage));
    if (made.code != 0) throw std::runtime_error(made.output);
  }
  TlsEngine(const TlsEngine&) = delete;
  TlsEngine& operator=(const TlsEngine&) = delete;
  ~TlsEngine() { run_shell(script() + " stop " + socket); }

  CertificateAuthority authority;
  std::string socket;
  std::string tcp;

 private:
  static std::string script() { return shell_quoted(GENISYS_SOURCE_DIR "/scripts/test-engine.sh"); }
  ScratchDirectory folder_;
};

TEST(EngineTls, ConvergesAndHealsWhenCertificatesArePutRight) {
  if (TestEngine::is_forbidden()) GTEST_SKIP() << "GENISYS_TEST_ENGINE=none";
  TlsEngine engine;
  const CertificateAuthority other("other");
  Connector connector({.engine_url = engine.socket});
  connector.edit_configuration(
      "url: " + engine.socket,
      fmt::format("url: {}\n  tls: {{ca: ./ca.pem, cert: ./cert.pem, key: ./key.pem}}",
                  engine.tcp));
  connector.edit_configuration("  port: 0\n", "  port: 0\n  interval: 100ms\n");
  const auto install = [&](const Certified& own) {
    write(connector.file("cert.pem"), own.certificate);
    write(connector.file("key.pem"), own.key);
  };
  const auto reachable = [&](const std::string& wanted, const std::string& part) {
    return eventually([&] {
      const Json status = connector.status("web");
      // No pass has looked yet.
      if (status.dump().find("EngineReachable") == std::string::npos) return false;
      const Json found = condition(status, "EngineReachable");
      return found["status"].text() == wanted && found.dump().find(part) != std::string::npos;
    });
  };
  const auto trouble = [&](const std::string& part) { return reachable("False", part); };
  const auto is_well = [&] { return reachable("True", ""); };
  const auto look_anew = [&] {  // what is connected stays so until one of both goes
    connector.process().terminate();
    connector.start();
  };

  write(connector.file("ca.pem"), engine.authority.certificate());
  install(engine.authority.issue());
  connector.start();
  connector.define("web", kImage, R"("network_mode": "none")");
  const Json status = connector.scale_and_converge("web", 3);
  EXPECT_EQ(connector.running("web").size(), 3u) << status.dump();
  connector.scale_and_converge("web", 1);

  write(connector.file("ca.pem"), other.certificate());
  look_anew();
  EXPECT_TRUE(trouble("is not signed by the CA")) << connector.status("web").dump();
  write(connector.file("ca.pem"), engine.authority.certificate());
  EXPECT_TRUE(is_well()) << connector.status("web").dump();

  install(other.issue());
  look_anew();
  EXPECT_TRUE(trouble("refuses this client's certificate")) << connector.status("web").dump();
  // A key that does not fit changes nothing and is told; the pair that does heals.
  const Certified right = engine.authority.issue();
  const std::size_t offset = connector.process().log().size();
  write(connector.file("key.pem"), right.key);
  EXPECT_TRUE(connector.process().wait_for_log("is not the key of the certificate", offset,
                                               Connector::kPatience));
  write(connector.file("cert.pem"), right.certificate);
  EXPECT_TRUE(is_well()) << connector.status("web").dump();

  install(engine.authority.issue({.ends = std::chrono::seconds(-1)}));
  look_anew();
  EXPECT_TRUE(trouble("expired")) << connector.status("web").dump();
  EXPECT_NE(connector.process().log().find("has expired on"), std::string::npos);
  install(right);
  EXPECT_TRUE(is_well()) << connector.status("web").dump();

  connector.edit_configuration(", cert: ./cert.pem, key: ./key.pem", "");
  look_anew();
  EXPECT_TRUE(trouble("wants a certificate of its clients")) << connector.status("web").dump();

  connector.edit_configuration("tls: {ca: ./ca.pem}", "adopt: true");
  connector.edit_configuration("  adopt: true\n  adopt: true\n", "  adopt: true\n");
  look_anew();
  EXPECT_TRUE(trouble("speaks TLS at this address")) << connector.status("web").dump();
  // Through all of it nothing was done to what ran.
  EXPECT_EQ(connector.running("web").size(), 1u);
  if (testing::Test::HasFailure()) std::cout << connector.process().log();
}

}  // namespace
}  // namespace genisys::test
