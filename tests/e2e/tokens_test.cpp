// An API that takes tokens: who gets in, what for, and how tokens come and go.

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <string>

#include "tests/e2e/connector_test.hpp"
#include "tests/support/shell.hpp"

namespace genisys::test {
namespace {

constexpr const char* kDeploy = "deploy-secret-0123456789";
constexpr const char* kWatch = "watch-secret-0123456789";
constexpr const char* kLater = "later-secret-0123456789";

class TokensOfTheApi : public ConnectorTest {
 protected:
  void SetUp() override {
    ConnectorTest::SetUp();
    if (IsSkipped()) return;
    connector().edit_configuration("  port: 0\n", "  port: 0\n  token_file: ./tokens\n");
    write_tokens(fmt::format("# who may what\nwatch:{}:read-only\ndeploy:{}\n", kWatch, kDeploy));
  }
  void TearDown() override {
    if (!IsSkipped()) {
      EXPECT_EQ(connector().process().log().find("-secret-"), std::string::npos);
    }
    ConnectorTest::TearDown();
  }

  void write_tokens(const std::string& text, mode_t mode = 0600) {
    connector().write_file("tokens", text);
    ASSERT_EQ(::chmod(connector().file("tokens").c_str(), mode), 0);
  }
  HttpAnswer call(const std::string& token, std::string_view method, const std::string& path,
                  const std::string& body = "") {
    return connector().call(method, path, body, {{"Authorization", "Bearer " + token}});
  }
  int status_of(const std::string& token) { return call(token, "GET", "/service").status; }
  void reload_until(const std::string& log) {
    const std::size_t offset = connector().process().log().size();
    connector().process().signal(SIGHUP);
    ASSERT_TRUE(connector().process().wait_for_log(log, offset, std::chrono::seconds(20)));
  }
  Finished run(const std::string& arguments) {
    return run_shell(fmt::format("cd {} && {} {}", shell_quoted(connector().file("")),
                                 shell_quoted(GENISYS_CONNECTOR), arguments));
  }
};

TEST_F(TokensOfTheApi, LetInWhoHasOne) {
  connector().start();
  const HttpAnswer refused = connector().call("GET", "/service");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.header("www-authenticate"), "Bearer realm=\"genisys-connector\"");
  EXPECT_EQ(status_of("guess-secret-0123456789"), 401);
  EXPECT_EQ(status_of(kDeploy), 200);
  EXPECT_EQ(connector().call("GET", "/healthz").status, 200);
  EXPECT_NE(connector().call("GET", "/readyz").status, 401);
}

TEST_F(TokensOfTheApi, LetWriteWhoMayAndTellTheJournalWhoItWas) {
  connector().start();
  const std::string body = fmt::format(R"({{"name": "web", "image": "{}"}})", image());
  EXPECT_EQ(call(kWatch, "POST", "/service", body).status, 403);
  EXPECT_EQ(call(kWatch, "GET", "/service/web").status, 404);
  EXPECT_EQ(call(kDeploy, "POST", "/service", body).status, 201);
  EXPECT_EQ(call(kWatch, "GET", "/service/web").status, 200);
  const std::string events = call(kWatch, "GET", "/service/web/events").body;
  EXPECT_NE(events.find(R"("by":"deploy")"), std::string::npos) << events;
}

TEST_F(TokensOfTheApi, AreReadAgainOnSighup) {
  connector().start();
  write_tokens(fmt::format("later:{}\n", kLater));
  EXPECT_EQ(status_of(kDeploy), 200) << "not before the signal";
  reload_until("the token file was read again: 1\n");
  EXPECT_EQ(status_of(kLater), 200);
  EXPECT_EQ(status_of(kDeploy), 401);
  EXPECT_EQ(status_of(kWatch), 401);

  write_tokens(fmt::format("deploy:{}\nlater\n", kDeploy));
  reload_until("the token file was not taken");
  EXPECT_EQ(status_of(kLater), 200);
  EXPECT_EQ(status_of(kDeploy), 401);

  write_tokens(fmt::format("deploy:{}\n", kDeploy));
  connector().write_file("services.py", "web = {'imag': 'x'}\n");
  reload_until("the service file was not taken");
  EXPECT_EQ(status_of(kDeploy), 200) << "a broken service file keeps no token";
}

TEST_F(TokensOfTheApi, AreCheckedBeforeTheStart) {
  const Finished checked = run("--check");
  EXPECT_EQ(checked.code, 0) << checked.output;
  EXPECT_NE(checked.output.find("tokens         2 (1 read-only) in "), std::string::npos)
      << checked.output;

  write_tokens(fmt::format("deploy:{}\nwatch:{}:reader\n", kDeploy, kWatch));
  for (const char* arguments : {"--check", "--diff", ""}) {
    const Finished refused = run(arguments);
    EXPECT_EQ(refused.code, 2) << refused.output;
    EXPECT_NE(refused.output.find("tokens:2:"), std::string::npos) << refused.output;
    EXPECT_EQ(refused.output.find("-secret-"), std::string::npos) << refused.output;
  }
  write_tokens(fmt::format("deploy:{}\n", kDeploy), 0644);
  const Finished open = run("--check");
  EXPECT_EQ(open.code, 2) << open.output;
  EXPECT_NE(open.output.find("chmod 600"), std::string::npos) << open.output;
}

TEST_F(TokensOfTheApi, AreUsedToAskWhatAReloadWouldChange) {
  connector().start();
  connector().edit_configuration("port: 0", fmt::format("port: {}", connector().process().port()));
  const Finished same = run("--diff");
  EXPECT_EQ(same.code, 0) << same.output;
  EXPECT_TRUE(same.output.ends_with("nothing would change\n")) << same.output;

  write_tokens(fmt::format("watch:{}:read-only\n", kWatch));
  const Finished refused = run("--diff");
  EXPECT_EQ(refused.code, 1) << refused.output;
  EXPECT_NE(refused.output.find("token_file"), std::string::npos) << refused.output;
}

TEST_F(TokensOfTheApi, AllowAnAddressThatOthersReach) {
  connector().edit_configuration("bind: 127.0.0.1", "bind: 0.0.0.0");
  EXPECT_EQ(run("--check").code, 0);
  connector().edit_configuration("  token_file: ./tokens\n", "");
  const Finished refused = run("--check");
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.output.find("token_file"), std::string::npos) << refused.output;
}

}  // namespace
}  // namespace genisys::test
