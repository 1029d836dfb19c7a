#include "controller/tls_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <string>

#include "tests/support/certificates.hpp"
#include "tests/support/scratch_directory.hpp"

namespace genisys::controller {
namespace {

using namespace std::chrono_literals;
using test::CertificateAuthority;
using test::CertificateWish;
using test::Certified;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class TlsFilesOfTheConfiguration : public ::testing::Test {
 protected:
  TlsFilesOfTheConfiguration() {
    put(authority_.issue());
    write("ca", authority_.certificate());
  }

  void write(const std::string& name, const std::string& text, mode_t mode = 0600) {
    std::ofstream(folder_.file(name), std::ios::trunc) << text;
    ASSERT_EQ(::chmod(folder_.file(name).c_str(), mode), 0);
  }
  void put(const Certified& certified) {
    write("certificate", certified.certificate, 0644);
    write("key", certified.key);
  }
  TlsFile file(const std::string& name) const {
    return {.path = folder_.file(name), .where = "c.yml:3:5: connector.tls." + name};
  }
  LoadedTls load(TlsSide side = TlsSide::server) const {
    return load_tls(
        {.certificate = file("certificate"), .key = file("key"), .authority = file("ca")}, side,
        std::chrono::system_clock::now());
  }
  // The only error.
  std::string error() const {
    const LoadedTls loaded = load();
    EXPECT_FALSE(loaded.texts);
    EXPECT_EQ(loaded.errors.size(), 1u);
    return loaded.errors.empty() ? "" : loaded.errors.front();
  }

  test::ScratchDirectory folder_;
  CertificateAuthority authority_;
};

TEST_F(TlsFilesOfTheConfiguration, AreReadAsTheyAre) {
  const Certified certified = authority_.issue({.ends = 24h * 400});
  put(certified);
  const LoadedTls loaded = load();
  EXPECT_THAT(loaded.errors, IsEmpty());
  EXPECT_THAT(loaded.warnings, IsEmpty());
  ASSERT_TRUE(loaded.texts);
  EXPECT_EQ(loaded.texts->certificate, certified.certificate);
  EXPECT_EQ(loaded.texts->key, certified.key);
  EXPECT_EQ(loaded.texts->authority, authority_.certificate());
}

TEST_F(TlsFilesOfTheConfiguration, AreNamedWhereTheyAreNamedWhenMissing) {
  std::filesystem::remove(folder_.file("certificate"));
  EXPECT_THAT(error(), AllOf(StartsWith("c.yml:3:5: connector.tls.certificate: "),
                             HasSubstr(folder_.file("certificate"))));
}

TEST_F(TlsFilesOfTheConfiguration, ReportAllThatIsWrongAtOnce) {
  write("certificate", "nothing");
  write("key", "nothing");
  write("ca", "");
  const LoadedTls loaded = load();
  EXPECT_THAT(loaded.errors, ElementsAre(HasSubstr("has no certificate that can be read"),
                                         HasSubstr("has no key that can be read"),
                                         HasSubstr("has no certificate that can be read")));
}

TEST_F(TlsFilesOfTheConfiguration, RefuseAKeyThatOthersMayRead) {
  for (const mode_t mode : {mode_t{0640}, mode_t{0604}, mode_t{0644}, mode_t{0660}}) {
    write("key", authority_.issue().key, mode);
    EXPECT_THAT(error(), AllOf(HasSubstr("others than its owner have access"),
                               HasSubstr("chmod 600 " + folder_.file("key"))));
  }
}

TEST_F(TlsFilesOfTheConfiguration, RefuseAKeyOfAnotherCertificate) {
  write("key", authority_.issue().key);
  EXPECT_THAT(error(), AllOf(StartsWith("c.yml:3:5: connector.tls.key: "),
                             HasSubstr("is not the key of the certificate")));
}

TEST_F(TlsFilesOfTheConfiguration, RefuseAKeyWithAPassphrase) {
  write("key",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
        "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAh/gox/IffVvAICCAAw\n"
        "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEKxLYXc0Ap55iG2LnT+ViiMEgZAC\n"
        "8vUVj1bDGbsuBnn71LCufKbc85UMNL9pGLOogDGiy5XSyC/l4cdrP9TNBeH6TXeR\n"
        "i4Z/wODOYS2eS/n96wsbJBVpGK/1oGQd2jHHbpT46C8JXNeQ1s6De6Vbzf1hzPhc\n"
        "3G5dli0u8QTqCrjBEzfV82tMS/dIWV14dq+3mg2ZI0km7lgt21q53XN1cYkKpiE=\n"
        "-----END ENCRYPTED PRIVATE KEY-----\n");
  EXPECT_THAT(error(), AllOf(HasSubstr("has a passphrase"), HasSubstr("openssl pkey -in")));
}

TEST_F(TlsFilesOfTheConfiguration, SayNothingOfTheKey) {
  const std::string secret = authority_.issue().key;
  write("certificate", secret);
  write("key", secret.substr(0, secret.size() / 2));
  for (const std::string& line : load().errors) {
    EXPECT_THAT(line, Not(HasSubstr(secret.substr(40, 16))));
  }
}

TEST_F(TlsFilesOfTheConfiguration, WarnOfTheTimeThatIsLeft) {
  struct Row {
    std::chrono::seconds begins, ends;
    const char* warning;
  };
  for (const Row& row : {Row{-2h, -1h, "has expired on 20"}, Row{1h, 2h, "is not valid yet"},
                         Row{-1h, 24h * 13, "expires on 20"}}) {
    put(authority_.issue({.begins = row.begins, .ends = row.ends}));
    const LoadedTls loaded = load();
    EXPECT_TRUE(loaded.texts) << row.warning;
    EXPECT_THAT(loaded.warnings,
                ElementsAre(AllOf(StartsWith("c.yml:3:5: connector.tls.certificate: "),
                                  HasSubstr(row.warning))));
  }
}

TEST_F(TlsFilesOfTheConfiguration, WarnOfAServerWithoutNames) {
  put(authority_.issue({.names = {}, .ends = 24h * 400}));
  EXPECT_THAT(load().warnings, ElementsAre(HasSubstr("has no subjectAltName")));
  EXPECT_THAT(load(TlsSide::client).warnings, IsEmpty());
}

TEST_F(TlsFilesOfTheConfiguration, AreOnlyThoseThatAreNamed) {
  const LoadedTls loaded =
      load_tls({.authority = file("ca")}, TlsSide::client, std::chrono::system_clock::now());
  ASSERT_TRUE(loaded.texts);
  EXPECT_EQ(loaded.texts->certificate, "");
  EXPECT_EQ(loaded.texts->key, "");
}

TEST(FirstCertificate, IsTheFirstOfAChain) {
  const CertificateAuthority authority;
  const std::string own = authority.issue().certificate;
  EXPECT_EQ(first_certificate(own + authority.certificate()), own);
}

}  // namespace
}  // namespace genisys::controller
