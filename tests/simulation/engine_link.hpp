// The way from one life of the connector to its engine. Every call is told to a witness, and any of
// them can be the last thing that this life does: then it never returns, nor does one after it, and
// nothing that is called later gets through.
//
// Logic thread only. The engine, the executor and the life outlive it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "docker/engine.hpp"
#include "tests/fakes/fault.hpp"

namespace genisys::simulation {

// When, as seen from one operation, SIGKILL comes.
enum class Kill {
  none,
  before,  // it does not reach the other side
  during,  // it has been sent: it takes effect, if it can, with nobody waiting
  after,   // it took effect, and the answer came too late
};

std::string_view text_of(Kill kill);  // ", killed before it", …; empty for none

// What somebody asks of the engine.
struct EngineCall {
  fakes::Operation operation;
  std::string subject = {};                        // a name or a reference
  std::optional<docker::ContainerId> id = {};      // of the container
  const docker::ContainerSpec* spec = nullptr;     // of a create; for as long as the call begins
  std::optional<std::chrono::seconds> grace = {};  // of a stop
  bool force = false;                              // of a remove
};
std::string to_string(const EngineCall&);

class Witness {
 public:
  virtual ~Witness() = default;
  // Whether the call is the last thing this life does.
  virtual Kill begins(const EngineCall& call) = 0;
  // It was answered, so that the connector knows.
  virtual void answered(const EngineCall& call, const docker::Error* error) = 0;
};

// One life of the connector, from its start to its SIGKILL.
class Life {
 public:
  explicit Life(Witness& witness) : witness_(&witness) {}
  bool is_over() const { return is_over_; }
  void end() { is_over_ = true; }
  // An answer that is still out kills it no more.
  void spare() { is_spared_ = true; }
  bool is_spared() const { return is_spared_; }
  Witness& witness() { return *witness_; }

 private:
  Witness* witness_;
  bool is_over_ = false;
  bool is_spared_ = false;
};

class EngineLink final : public docker::Engine {
 public:
  EngineLink(boost::asio::any_io_executor executor, docker::Engine& engine,
             std::shared_ptr<Life> life);

  boost::asio::awaitable<docker::Result<docker::EngineInfo>> info() override;
  boost::asio::awaitable<docker::Result<std::vector<docker::Container>>> list(
      docker::ListFilter filter) override;
  boost::asio::awaitable<docker::Result<docker::ContainerDetail>> inspect(
      std::string id_or_name) override;
  boost::asio::awaitable<docker::Result<docker::ContainerId>> create(
      std::string name, docker::ContainerSpec spec) override;
  boost::asio::awaitable<docker::Result<void>> start(docker::ContainerId id) override;
  boost::asio::awaitable<docker::Result<void>> stop(docker::ContainerId id,
                                                    std::chrono::seconds grace) override;
  boost::asio::awaitable<docker::Result<void>> remove(docker::ContainerId id, Force force) override;
  boost::asio::awaitable<docker::Result<std::string>> logs(docker::ContainerId id,
                                                           int lines) override;
  boost::asio::awaitable<docker::Result<std::string>> image_id(std::string reference) override;
  boost::asio::awaitable<docker::Result<void>> pull(
      std::string reference, std::string registry_auth,
      std::function<void(const docker::PullProgress&)> progress) override;
  boost::asio::awaitable<docker::Result<std::vector<docker::Network>>> networks(
      std::string name) override;
  boost::asio::awaitable<docker::Result<void>> create_network(
      docker::NetworkConfig config) override;
  boost::asio::awaitable<docker::Result<void>> remove_network(docker::Network network) override;
  boost::asio::awaitable<docker::Result<void>> connect(std::string network,
                                                       docker::ContainerId container,
                                                       docker::Endpoint endpoint) override;
  boost::asio::awaitable<docker::Result<docker::Volume>> volume(std::string name) override;
  boost::asio::awaitable<docker::Result<void>> create_volume(docker::Volume volume) override;
  boost::asio::awaitable<docker::Result<void>> remove_volume(std::string name) override;
  boost::asio::awaitable<docker::Result<std::unique_ptr<docker::EventStream>>> subscribe() override;

 private:
  template <class T>
  boost::asio::awaitable<docker::Result<T>> pass(
      EngineCall call, std::function<boost::asio::awaitable<docker::Result<T>>()> begin);

  boost::asio::any_io_executor executor_;
  docker::Engine& engine_;
  std::shared_ptr<Life> life_;
};

}  // namespace genisys::simulation
