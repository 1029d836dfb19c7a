// The contract on a real engine, through HttpEngine. Without an engine it fails: only
// GENISYS_TEST_ENGINE=none skips it. Over TLS when the environment says so as the docker command
// takes it (DOCKER_TLS_VERIFY, DOCKER_CERT_PATH): see over_tls.sh.
#include <fmt/format.h>

#include <boost/asio/executor_work_guard.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "docker/address.hpp"
#include "docker/http_engine.hpp"
#include "tests/contract/engine_contract.hpp"
#include "tests/support/shell.hpp"
#include "tests/support/test_engine.hpp"

namespace genisys::contract {

namespace {

docker::Address address_of(const std::string& url) {
  std::string why;
  auto address = docker::parse_address(url, why);
  if (!address) throw std::runtime_error(why);
  return *std::move(address);
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

docker::TlsSource tls_of_environment() {
  const char* wanted = std::getenv("DOCKER_TLS_VERIFY");
  const char* folder = std::getenv("DOCKER_CERT_PATH");
  if (wanted == nullptr || folder == nullptr) return {};
  std::string why;
  auto client = docker::make_tls_client({.ca = text_of(std::string(folder) + "/ca.pem"),
                                         .certificate = text_of(std::string(folder) + "/cert.pem"),
                                         .key = text_of(std::string(folder) + "/key.pem")},
                                        docker::TlsCheck::host, why);
  if (!client) throw std::runtime_error(why);
  return [client = std::move(client)] { return client; };
}

class RealUnderTest final : public EngineUnderTest {
 public:
  RealUnderTest()
      : host_(test::TestEngine::shared()),
        engine_(context_.get_executor(), address_of(host_.url()), {}, tls_of_environment()) {}

  ~RealUnderTest() override {
    host_.remove_containers();
    host_.remove_volumes();
    host_.remove_networks();
  }

  docker::Engine& engine() override { return engine_; }
  std::string image() override { return host_.image(); }
  std::map<std::string, std::string> labels() override { return host_.labels(); }
  std::string unique_name(std::string_view stem) override { return host_.unique_name(stem); }
  std::string shown_by_hand(const docker::ContainerId& id, const std::string& what) override {
    return host_.inspect(id.str(), what);
  }
  void by_hand(const std::string& verb, const docker::ContainerId& id,
               const std::string& name) override {
    const std::string grace = verb == "restart" ? "--time 1 " : "";
    const auto done = test::run_shell(fmt::format(
        "docker -H {} {} {}{} {}", test::shell_quoted(host_.url()), verb, grace, id.str(), name));
    if (done.code != 0) throw std::runtime_error(done.output);
  }
  void let_pass() override {
    // Idle when nothing is under way, too: time passes in the containers.
    const auto work = boost::asio::make_work_guard(context_);
    context_.restart();
    context_.run_for(std::chrono::milliseconds(5));
  }

 private:
  test::TestEngine& host_;
  docker::HttpEngine engine_;
};

std::unique_ptr<EngineUnderTest> make_real() {
  if (test::TestEngine::is_forbidden()) return nullptr;
  return std::make_unique<RealUnderTest>();
}

const Candidate kCandidate{Candidate{"HttpEngine", make_real}};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Real, EngineContract, ::testing::Values(kCandidate), name_of);
INSTANTIATE_TEST_SUITE_P(Real, EventContract, ::testing::Values(kCandidate), name_of);
INSTANTIATE_TEST_SUITE_P(Real, NetworkContract, ::testing::Values(kCandidate), name_of);
INSTANTIATE_TEST_SUITE_P(Real, VolumeContract, ::testing::Values(kCandidate), name_of);
INSTANTIATE_TEST_SUITE_P(Real, HostContract, ::testing::Values(kCandidate), name_of);

}  // namespace genisys::contract
