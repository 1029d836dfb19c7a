// The API under TLS with clients as people have them: curl, and those that mean no good.

#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/e2e/connector_test.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/shell.hpp"

namespace genisys::test {
namespace {

// A TCP connection that does what no client of ours does.
class RawPeer {
 public:
  explicit RawPeer(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("cannot connect");
    }
  }
  RawPeer(RawPeer&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  RawPeer& operator=(RawPeer&&) = delete;
  ~RawPeer() {
    if (fd_ >= 0) ::close(fd_);
  }
  void send(std::string_view bytes) const { ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  void reset() {
    const linger abort{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_;
};

class TlsOfTheApi : public ConnectorTest {
 protected:
  void SetUp() override {
    ConnectorTest::SetUp();
    if (IsSkipped()) return;
    connector().edit_configuration("  port: 0\n",
                                   "  port: 0\n  tls: {certificate: ./api.pem, key: ./api.key}\n");
    connector().write_file("ca.pem", authority_.certificate());
    install(authority_.issue({.name = "first"}));
  }

  void install(const Certified& certified) {
    connector().write_file("api.pem", certified.certificate);
    connector().write_file("api.key", certified.key);
    ASSERT_EQ(::chmod(connector().file("api.key").c_str(), 0600), 0);
  }
  // With `rest`: options, and the path behind the address.
  Finished curl(const std::string& rest, const std::string& options = "") {
    return run_shell(
        fmt::format("cd {} && curl -sS --max-time 20 --cacert ca.pem {} "
                    "https://localhost:{}{}",
                    shell_quoted(connector_folder()), options, port(), rest));
  }
  std::string shown_name() {
    return run_shell(fmt::format("openssl s_client -connect 127.0.0.1:{} </dev/null 2>/dev/null | "
                                 "openssl x509 -noout -subject",
                                 port()))
        .output;
  }
  Finished run(const std::string& arguments) {
    return run_shell(fmt::format("cd {} && {} {}", shell_quoted(connector_folder()),
                                 shell_quoted(GENISYS_CONNECTOR), arguments));
  }
  void reload_until(const std::string& log) {
    const std::size_t offset = connector().process().log().size();
    connector().process().signal(SIGHUP);
    ASSERT_TRUE(connector().process().wait_for_log(log, offset, std::chrono::seconds(20)));
  }
  std::string connector_folder() { return connector().file(""); }
  std::uint16_t port() { return connector().process().port(); }

  CertificateAuthority authority_;
};

TEST_F(TlsOfTheApi, ServesCurl) {
  connector().start();
  const std::string definition =
      fmt::format(R"('{{"name": "web", "image": "{}", "stop_signal": "SIGKILL"}}')", image());
  const std::string json = "-H 'Content-Type: application/json' -d ";
  EXPECT_EQ(curl("/service", json + definition).code, 0);
  EXPECT_EQ(curl("/service/web/scale", json + R"('{"number": 2}')").code, 0);
  const Json status = Json::parse(curl("/service/web/status?wait=30s\\&for=converged").output);
  EXPECT_TRUE(status["converged"].boolean()) << status.dump();
  EXPECT_EQ(connector().running("web").size(), 2u);

  // The same address without TLS says what to do.
  EXPECT_EQ(connector().call("GET", "/service").status, 400);
  // --diff asks over TLS, and takes the certificate of the configuration for the right one.
  connector().edit_configuration("port: 0", fmt::format("port: {}", port()));
  const Finished same = run("--diff");
  EXPECT_EQ(same.code, 0) << same.output;
  EXPECT_EQ(same.output.find("no connector answers"), std::string::npos) << same.output;
  const Finished checked = run("--check");
  EXPECT_EQ(checked.code, 0) << checked.output;
  EXPECT_NE(checked.output.find("https://127.0.0.1:"), std::string::npos) << checked.output;
}

TEST_F(TlsOfTheApi, TakesARenewedCertificateAndKeepsTheOldOneWhenItIsBroken) {
  connector().start();
  EXPECT_NE(shown_name().find("first"), std::string::npos);
  install(authority_.issue({.name = "second"}));
  reload_until("the certificate was read again");
  EXPECT_NE(shown_name().find("second"), std::string::npos);

  connector().write_file("api.key", authority_.issue().key);
  reload_until("the certificate was not taken");
  EXPECT_NE(connector().process().log().find("is not the key of the certificate"),
            std::string::npos);
  EXPECT_NE(shown_name().find("second"), std::string::npos);
  EXPECT_EQ(curl("/healthz").code, 0);
  EXPECT_EQ(run("--check").code, 2);
}

TEST_F(TlsOfTheApi, StandsPeersThatMeanNoGood) {
  connector().start();
  const std::string hello_of_512("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
  std::vector<RawPeer> held;
  for (int i = 0; i < 40; ++i) {
    RawPeer(port()).send(std::string(3000, static_cast<char>(i * 7)));
    RawPeer(port()).send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    RawPeer half(port());
    half.send(hello_of_512);
    if (i % 2 == 0) {
      half.reset();
    } else {
      held.push_back(std::move(half));
    }
    RawPeer(port()).reset();
  }
  EXPECT_EQ(curl("/healthz").code, 0);
  // Handshakes that are held open do not hold up the end, nor does a stream that is read.
  const std::string reading = fmt::format(
      "cd {} && curl -sS --max-time 20 --cacert ca.pem -N -o events -w '%{{exitcode}} "
      "%{{errormsg}}' "
      "https://localhost:{}/events 2>&1",
      shell_quoted(connector_folder()), port());
  std::string read;
  std::thread reader([&] { read = run_shell(reading).output; });
  EXPECT_TRUE(eventually([&] {
    std::error_code ignored;
    return std::filesystem::file_size(connector().file("events"), ignored) > 0 && !ignored;
  }));
  const Exit exit = connector().process().terminate();
  reader.join();
  EXPECT_EQ(exit.code, 0);
  EXPECT_LT(exit.took, std::chrono::seconds(2));
  EXPECT_TRUE(read.starts_with("0 ")) << read;
}

TEST_F(TlsOfTheApi, LetsInOnlyClientsOfItsAuthority) {
  const CertificateAuthority clients("clients");
  connector().edit_configuration("key: ./api.key}", "key: ./api.key, client_ca: ./clients.pem}");
  connector().write_file("clients.pem", clients.certificate());
  const Certified mine = clients.issue();
  connector().write_file("mine.pem", mine.certificate + mine.key);
  const Certified foreign = authority_.issue();
  connector().write_file("foreign.pem", foreign.certificate + foreign.key);
  connector().start();
  EXPECT_EQ(curl("/service", "--cert mine.pem").code, 0);
  EXPECT_NE(curl("/service").code, 0);
  EXPECT_NE(curl("/service", "--cert foreign.pem").code, 0);
}

TEST_F(TlsOfTheApi, IsCheckedBeforeTheStart) {
  connector().write_file("api.key", authority_.issue().key);
  const Finished mismatch = run("--check");
  EXPECT_EQ(mismatch.code, 2);
  EXPECT_NE(mismatch.output.find("error: genisys-connector.yml:4:"), std::string::npos)
      << mismatch.output;
  EXPECT_NE(mismatch.output.find("connector.tls.key: "), std::string::npos) << mismatch.output;
  EXPECT_EQ(run("").code, 2);

  install(authority_.issue({.ends = std::chrono::seconds(-1)}));
  const Finished expired = run("--check");
  EXPECT_EQ(expired.code, 0) << expired.output;
  EXPECT_NE(expired.output.find("warning "), std::string::npos) << expired.output;
  EXPECT_NE(expired.output.find("has expired"), std::string::npos) << expired.output;
}

TEST_F(TlsOfTheApi, IsMissedWhereTokensTravelInTheClear) {
  connector().edit_configuration("  tls: {certificate: ./api.pem, key: ./api.key}\n",
                                 "  token_file: ./tokens\n");
  connector().edit_configuration("bind: 127.0.0.1", "bind: 0.0.0.0");
  connector().write_file("tokens", "one:one-secret-0123456789\n");
  ASSERT_EQ(::chmod(connector().file("tokens").c_str(), 0600), 0);
  connector().process().launch();
  EXPECT_TRUE(connector().process().wait_for_log("reads the tokens", 0, std::chrono::seconds(20)));
}

}  // namespace
}  // namespace genisys::test
