// The Engine over HTTP: what engine.hpp promises, by calls to one engine on a unix socket or TCP.
//
// The API version is negotiated before the first call, and again whenever another engine may have
// taken its place: after a failure to reach it, and when an answer names another version than the
// last one. Events and pulls have connections of their own; stops queue apart from all other calls,
// so that none of these waits for a container that takes its time to stop.
//
// Thread: the executor's, no locks. Outlives its calls; event streams need only the executor.
// Cancelling (terminal) throws operation_aborted; a call that was under way may have taken effect.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <list>
#include <optional>
#include <vector>

#include "docker/address.hpp"
#include "docker/engine.hpp"
#include "docker/failure.hpp"
#include "docker/target.hpp"
#include "docker/transport.hpp"

namespace genisys::docker {

// The deadlines are those of engine.hpp.
struct HttpEngineOptions {
  using Duration = std::chrono::steady_clock::duration;

  Duration connect = std::chrono::seconds(10);  // within the deadline of the call
  Duration info = std::chrono::seconds(10);
  Duration list = std::chrono::seconds(10);
  Duration inspect = std::chrono::seconds(10);
  Duration create = std::chrono::seconds(60);
  Duration start = std::chrono::seconds(120);
  Duration stop_margin = std::chrono::seconds(60);  // beyond the grace period
  Duration remove = std::chrono::seconds(60);
  Duration logs = std::chrono::seconds(10);
  Duration image_id = std::chrono::seconds(10);
  Duration pull_silence = std::chrono::minutes(5);
  Duration network = std::chrono::seconds(10);
  Duration create_network = std::chrono::seconds(60);
  Duration remove_network = std::chrono::seconds(60);
  Duration connect_network = std::chrono::seconds(60);
  Duration volume = std::chrono::seconds(10);
  Duration create_volume = std::chrono::seconds(60);
  Duration remove_volume = std::chrono::seconds(60);
  Duration subscribe = std::chrono::seconds(30);

  std::size_t max_connections = 64;  // for stops, and as many for all other calls
  std::size_t max_idle_connections = 16;
  Duration max_idle_time = std::chrono::seconds(30);
  std::uint64_t max_body = 64 * 1024 * 1024;  // a larger answer is an error, never cut
};

// A call that waits for the engine.
struct CallUnderWay {
  Operation operation;
  std::chrono::steady_clock::time_point since;
  Deadline deadline;
};

class HttpEngine final : public Engine {
 public:
  using Options = HttpEngineOptions;

  // The oldest first. Without the streams of events and pulls once they stand.
  std::vector<CallUnderWay> under_way() const { return {calls_.begin(), calls_.end()}; }

  // `tls`: empty for none.
  HttpEngine(boost::asio::any_io_executor executor, Address address, Options options = {},
             TlsSource tls = {});

  boost::asio::awaitable<Result<EngineInfo>> info() override;
  boost::asio::awaitable<Result<std::vector<Container>>> list(ListFilter filter) override;
  boost::asio::awaitable<Result<ContainerDetail>> inspect(std::string id_or_name) override;
  boost::asio::awaitable<Result<ContainerId>> create(std::string name, ContainerSpec spec) override;
  boost::asio::awaitable<Result<void>> start(ContainerId id) override;
  boost::asio::awaitable<Result<void>> stop(ContainerId id, std::chrono::seconds grace) override;
  boost::asio::awaitable<Result<void>> remove(ContainerId id, Force force) override;
  boost::asio::awaitable<Result<std::string>> logs(ContainerId id, int lines) override;
  boost::asio::awaitable<Result<std::string>> image_id(std::string reference) override;
  boost::asio::awaitable<Result<void>> pull(
      std::string reference, std::string registry_auth,
      std::function<void(const PullProgress&)> progress) override;
  boost::asio::awaitable<Result<std::vector<Network>>> networks(std::string name) override;
  boost::asio::awaitable<Result<void>> create_network(NetworkConfig config) override;
  boost::asio::awaitable<Result<void>> remove_network(Network network) override;
  boost::asio::awaitable<Result<void>> connect(std::string network, ContainerId container,
                                               Endpoint endpoint) override;
  boost::asio::awaitable<Result<Volume>> volume(std::string name) override;
  boost::asio::awaitable<Result<void>> create_volume(Volume volume) override;
  boost::asio::awaitable<Result<void>> remove_volume(std::string name) override;
  boost::asio::awaitable<Result<std::unique_ptr<EventStream>>> subscribe() override;

 private:
  class CallMark;

  // One call: negotiated, versioned, exchanged and classified. `request.target` is without the
  // version.
  boost::asio::awaitable<Result<Response>> call(Operation operation, Request request,
                                                Deadline deadline);
  // The same for an answer that is read as a stream.
  boost::asio::awaitable<Result<Transport::Stream>> open(Operation operation, Request request,
                                                         Deadline deadline);
  boost::asio::awaitable<Result<ApiVersion>> negotiated(Deadline deadline);
  boost::asio::awaitable<Result<std::vector<Network>>> find_networks(std::string name,
                                                                     Deadline deadline);

  void note_engine(const Head& head);
  // Returns it, having forgotten the version where the error may mean that the engine is another
  // one.
  Error note_failure(Error error);

  Options options_;
  Transport transport_;
  std::string offered_;  // the engine's newest version, as it names it in every answer
  std::optional<ApiVersion> version_;
  std::list<CallUnderWay> calls_;
};

}  // namespace genisys::docker
