// How the configuration names the files of TLS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "controller/check.hpp"
#include "controller/config.hpp"

namespace genisys::controller {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ConfigPlace place() { return {.name = "c.yml", .folder = "/etc/genisys"}; }

Config accepted(std::string_view text, const ConfigPlace& where = place()) {
  ConfigResult result = parse_config(text, where);
  EXPECT_THAT(result.errors, IsEmpty());
  if (!result.config) throw std::runtime_error("refused: " + std::string(text));
  return *result.config;
}

TEST(TlsConfig, IsOffUnlessItIsNamed) {
  const Config config = accepted("docker: {url: 'tcp://10.0.0.5'}");
  EXPECT_FALSE(config.connector.tls);
  EXPECT_FALSE(config.docker.tls);
  EXPECT_EQ(docker::to_string(config.docker.address), "tcp://10.0.0.5:2375");
}

TEST(TlsConfig, NamesFilesOfTheApiBesideTheConfiguration) {
  const Config config = accepted(
      "connector:\n  tls:\n    certificate: ./api.pem\n    key: /run/api.key\n    client_ca: "
      "ca.pem\n");
  ASSERT_TRUE(config.connector.tls);
  EXPECT_EQ(config.connector.tls->certificate,
            (TlsFile{"/etc/genisys/api.pem", "c.yml:3:18: connector.tls.certificate"}));
  EXPECT_EQ(config.connector.tls->key, (TlsFile{"/run/api.key", "c.yml:4:10: connector.tls.key"}));
  EXPECT_EQ(config.connector.tls->authority,
            (TlsFile{"/etc/genisys/ca.pem", "c.yml:5:16: connector.tls.client_ca"}));
  EXPECT_EQ(api_url(config.connector), "https://127.0.0.1:7051");
}

TEST(TlsConfig, NamesFilesOfTheEngineBesideTheConfiguration) {
  const Config config = accepted(
      "docker:\n  tls: {ca: ca.pem, cert: c.pem, key: k.pem}\n  url: tcp://engine.example\n");
  ASSERT_TRUE(config.docker.tls);
  EXPECT_EQ(config.docker.tls->authority->path, "/etc/genisys/ca.pem");
  EXPECT_EQ(config.docker.tls->certificate->path, "/etc/genisys/c.pem");
  EXPECT_EQ(config.docker.tls->key->path, "/etc/genisys/k.pem");
  // The port that engines have for it, unless another one is named.
  EXPECT_EQ(docker::to_string(config.docker.address), "tcp://engine.example:2376");
  EXPECT_EQ(docker::to_string(
                accepted("docker: {url: 'tcp://engine:99', tls: {ca: ca.pem}}").docker.address),
            "tcp://engine:99");
}

struct Refusal {
  const char* name;
  const char* text;
  const char* error;
};
void PrintTo(const Refusal& row, std::ostream* out) { *out << row.text; }
class TlsConfigRefusals : public testing::TestWithParam<Refusal> {};

TEST_P(TlsConfigRefusals, AreOneErrorWithItsPlace) {
  EXPECT_THAT(parse_config(GetParam().text, place()).errors,
              ElementsAre(HasSubstr(GetParam().error)));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, TlsConfigRefusals,
    testing::Values(
        Refusal{"NoKey", "connector: {tls: {certificate: a}}",
                "c.yml:1:18: connector.tls: TLS needs a certificate and its key"},
        Refusal{"Nothing", "connector: {tls: }",
                "connector.tls: TLS needs a certificate and its key"},
        Refusal{"UnknownKey", "connector: {tls: {certificate: a, key: b, ca: c}}",
                "connector.tls.ca: unknown key"},
        Refusal{"OnASocket",
                "connector: {bind: 'unix:///run/a.sock', tls: {certificate: a, key: b}}",
                "connector.tls: a socket has no TLS"},
        Refusal{"NoCa", "docker: {url: 'tcp://a', tls: {cert: a, key: b}}",
                "docker.tls: the CA is missing"},
        Refusal{"NoClientKey", "docker: {url: 'tcp://a', tls: {ca: a, cert: b}}",
                "docker.tls: cert and key belong together"},
        Refusal{"EngineOnASocket", "docker: {url: 'unix:///run/a.sock', tls: {ca: a}}",
                "docker.tls: only an engine at tcp://"},
        Refusal{"NoEngine", "docker: {tls: {ca: a}}", "docker.tls: only an engine at tcp://"},
        Refusal{"Https", "docker: {url: 'https://a'}", "docker.url: 'https://a': write tcp://"},
        Refusal{"PlainHttp", "docker: {url: 'http://a', tls: {ca: a}}",
                "docker.tls: only an engine at tcp://"},
        // One mistake, not two.
        Refusal{"WrongUrl", "docker: {url: 'ssh://a', tls: {ca: a}}", "docker.url: 'ssh://a'"}),
    [](const auto& row) { return row.param.name; });

TEST(TlsConfig, ComesFromTheEnvironmentWithDockerHost) {
  ConfigPlace where = place();
  where.docker_host = "tcp://10.0.0.9";
  where.docker_certificates = "/certs";
  const Config config = accepted("", where);
  ASSERT_TRUE(config.docker.tls);
  EXPECT_EQ(docker::to_string(config.docker.address), "tcp://10.0.0.9:2376");
  EXPECT_EQ(config.docker.tls->authority,
            (TlsFile{"/certs/ca.pem", "DOCKER_CERT_PATH (environment)"}));
  // Neither is there.
  EXPECT_FALSE(config.docker.tls->certificate);
  EXPECT_FALSE(config.docker.tls->key);

  EXPECT_FALSE(accepted("docker: {url: 'tcp://other'}", where).docker.tls);
  where.docker_host = "unix:///var/run/docker.sock";
  EXPECT_FALSE(accepted("", where).docker.tls);
}

}  // namespace
}  // namespace genisys::controller
