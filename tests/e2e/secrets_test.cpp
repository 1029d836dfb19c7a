// Where do secrets go? One text, unlike any other, is put wherever a secret may be given: nothing
// shows it but the definition, and that only to who may write it.

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/e2e/connector_test.hpp"
#include "tests/support/registry.hpp"
#include "tests/support/shell.hpp"

namespace genisys::test {
namespace {

// In everything that is secret here, and in nothing else.
constexpr const char* kCanary = "c4n4ry";
constexpr const char* kDeploy = "deploy-c4n4ry-0123456789";
constexpr const char* kWatch = "watch-c4n4ry-0123456789";

class SecretsOfTheUser : public ConnectorTest {
 protected:
  void SetUp() override {
    ConnectorTest::SetUp();
    if (IsSkipped()) return;
    set_up_connector(
        {.engine_url = engine_url(),
         .docker_config = "docker.json",
         .service_files = {"./compose.yaml"},
         .wrapper = {"/usr/bin/env", "FROM_OUTSIDE=c4n4ry-outside", "PORT_CANARY=c4n4ry-port"}});
    connector().edit_configuration("  port: 0\n",
                                   "  port: 0\n  token_file: ./tokens\n  log_level: debug\n");
    write("tokens", fmt::format("deploy:{}\nwatch:{}:read-only\n", kDeploy, kWatch));
    write("docker.json", R"({"auths": {"127.0.0.1:1": {"auth": "Ym9iOmM0bjRyeS1yZWdpc3RyeQ=="}}})");
    write("web.env", "FROM_FILE=c4n4ry-file\n");
    write(".env", "FROM_DOTENV=c4n4ry-dotenv\n");
    write_compose("");
  }

  void write(const std::string& name, const std::string& text) {
    connector().write_file(name, text);
    ASSERT_EQ(::chmod(connector().file(name).c_str(), 0600), 0);
  }
  // `more`: further lines of the service `web`.
  void write_compose(const std::string& more) {
    write("compose.yaml", fmt::format(R"(services:
  web:
    image: {}
    stop_signal: SIGKILL
    env_file: web.env
    environment:
      LITERAL: c4n4ry-literal
      OUTSIDE: ${{FROM_OUTSIDE}}
      DOTENV: ${{FROM_DOTENV}}
{}
)",
                                      image(), more));
  }

  HttpAnswer ask(const std::string& token, std::string_view method, const std::string& path,
                 const std::string& body = "") {
    return connector().call(method, path, body, {{"Authorization", "Bearer " + token}});
  }
  // What is answered is kept, and looked through at the end.
  std::string tell(std::string_view method, const std::string& path, const std::string& body = "") {
    const HttpAnswer answer = ask(kDeploy, method, path, body);
    told_.push_back(fmt::format("{} {}: {}", method, path, answer.body));
    for (const auto& [name, value] : answer.headers) told_.back() += "\n" + name + ": " + value;
    return answer.body;
  }
  void run(const std::string& arguments) {
    const Finished done =
        run_shell(fmt::format("cd {} && {} {}", shell_quoted(connector().file("")),
                              shell_quoted(GENISYS_CONNECTOR), arguments));
    told_.push_back(arguments + ": " + done.output);
  }
  // A service whose containers fail, until its failure is told.
  void fail(const std::string& name, const std::string& fields) {
    ASSERT_EQ(
        ask(kDeploy, "PUT", "/service/" + name,
            fmt::format(R"({{"image": "{}", "stop_signal": "SIGKILL", {}}})", image(), fields))
            .status,
        201);
    tell("POST", "/service/" + name + "/scale?dry_run=true", R"({"number": 1})");
    tell("POST", "/service/" + name + "/scale", R"({"number": 1})");
    EXPECT_TRUE(eventually([&] {
      return ask(kDeploy, "GET", "/service/" + name + "/events?limit=100")
                     .body.find(R"("kind":"failed")") != std::string::npos ||
             ask(kDeploy, "GET", "/service/" + name + "/why").body.find("last_end") !=
                 std::string::npos;
    })) << tell("GET", "/service/" + name + "/why");
    for (const char* page : {"/why", "/status", "/events?limit=100"})
      tell("GET", "/service/" + name + page);
  }
  void reload() {
    tell("POST", "/reload?dry_run=true");
    tell("POST", "/reload");
    const std::size_t offset = connector().process().log().size();
    connector().process().signal(SIGHUP);
    EXPECT_TRUE(
        connector().process().wait_for_log("service file", offset, std::chrono::seconds(20)));
    run("--check");
    run("--diff");
  }

  const std::vector<std::string>& told() const { return told_; }

 private:
  std::vector<std::string> told_;
};

TEST_F(SecretsOfTheUser, AreNowhereButInDefinitions) {
  connector().start();
  // The engine repeats the user; a container what is in its environment; an argument; a registry.
  fail("user", R"("user": "c4n4ry-user", "environment": {"NAME": "c4n4ry-user"})");
  fail("words", R"("command": ["sh", "-c", "echo it is $TOLD; exit 1"],)"
                R"( "environment": {"TOLD": "c4n4ry-told"})");
  fail("program", R"("command": ["/no/such/program", "--password=c4n4ry-argument"])");
  fail("folder",
       R"("working_dir": "/dev/null/c4n4ry-folder", "labels": {"api.token": "c4n4ry-folder"})");
  ASSERT_EQ(
      ask(kDeploy, "POST", "/service",
          R"({"name": "pull", "image": "127.0.0.1:1/app:1", "environment": {"A": "c4n4ry-p"}})")
          .status,
      201);
  tell("POST", "/service/pull/scale", R"({"number": 1})");
  EXPECT_TRUE(eventually([&] {
    return ask(kDeploy, "GET", "/service/pull/why").body.find("ImageUnavailable") !=
           std::string::npos;
  }));
  // Files with a mistake on the line of the secret.
  write_compose("    ports: ['${PORT_CANARY}']");
  reload();
  write_compose("      OTHER: ${FROM_OUTSIDE}${c4n4ry");
  reload();
  write_compose("    user: \"c4n4ry-unclosed\n");
  reload();
  write("web.env", "FROM_FILE c4n4ry-file\n");
  write_compose("");
  reload();
  write("web.env", "FROM_FILE=c4n4ry-file\n");
  write(".env", "FROM_DOTENV='c4n4ry' c4n4ry-dotenv\n");
  reload();
  write("tokens", fmt::format("deploy:{}\nwatch:{}:reader\n", kDeploy, kWatch));
  reload();
  write("tokens", fmt::format("deploy:{}\nwatch:{}:read-only\n", kDeploy, kWatch));
  write(".env", "FROM_DOTENV=c4n4ry-dotenv\n");
  write("url.yml", "docker: {url: 'tcp://bob:c4n4ry@127.0.0.1:2375'}\n");
  run("--check --config url.yml");
  reload();

  for (const char* page : {"/status", "/metrics", "/readyz", "/healthz", "/", "/sd",
                           "/service/pull/why", "/service/web/status", "/service/web/why"}) {
    tell("GET", page);
  }
  // Not of those where the same text stands in a field that is no secret.
  for (const char* page :
       {"/service/web", "/service/web/revisions", "/service/words", "/service/program"}) {
    const std::string reading = ask(kWatch, "GET", page).body;
    EXPECT_EQ(reading.find(kCanary), std::string::npos) << page << ": " << reading;
  }
  const std::string web = ask(kDeploy, "GET", "/service/web").body;
  for (const char* value : {"c4n4ry-file", "c4n4ry-literal", "c4n4ry-outside", "c4n4ry-dotenv"})
    EXPECT_NE(web.find(value), std::string::npos) << value << " is not in " << web;

  EXPECT_EQ(connector().process().terminate().code, 0);
  std::size_t bytes = 0;
  for (const std::string& text : told()) {
    bytes += text.size();
    EXPECT_EQ(text.find(kCanary), std::string::npos) << text;
  }
  const std::string log = connector().process().log();
  EXPECT_EQ(log.find(kCanary), std::string::npos) << log.substr(log.find(kCanary) - 200, 400);
  EXPECT_GT(bytes, 10'000U) << "nothing was told";
  // The engine and the files did say them.
  for (const char* shown : {"unable to find user ***", "'***' is not a port"})
    EXPECT_NE(log.find(shown), std::string::npos) << shown;
  struct stat state {};
  ASSERT_EQ(::stat(connector().file("state.db").c_str(), &state), 0);
  EXPECT_EQ(state.st_mode & 07777, 0600U);
}

}  // namespace
}  // namespace genisys::test
