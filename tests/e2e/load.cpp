#include "tests/e2e/load.hpp"

#include <fmt/format.h>

#include <exception>
#include <stdexcept>
#include <utility>

namespace genisys::test {
namespace {

constexpr int kSenders = 4;
constexpr std::chrono::milliseconds kRefresh{100};
// Between the requests of a sender: as many as would fill the machine slow down what they watch.
constexpr std::chrono::milliseconds kPace{5};

}  // namespace

Load::Load(const Connector& connector, std::string service)
    : connector_(connector), service_(std::move(service)) {
  const Json first = connector_.get("/service/" + service_ + "/endpoints");
  if (first["endpoints"].size() == 0) throw std::runtime_error("no endpoint: " + first.dump());
  for (const Json& endpoint : first["endpoints"].items())
    endpoints_.push_back(
        {endpoint["host"].text(), static_cast<std::uint16_t>(endpoint["port"].number())});
  threads_.emplace_back([this] { follow_endpoints(); });
  for (int sender = 0; sender < kSenders; ++sender)
    threads_.emplace_back([this] { send_requests(); });
}

void Load::stop() {
  stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

std::string Load::lost() const {
  const std::lock_guard lock(mutex_);
  return lost_ == 0 ? std::string()
                    : fmt::format("{} requests lost, the first: {}", lost_, first_lost_);
}

void Load::follow_endpoints() {
  while (!stopping_) {
    try {
      std::vector<HttpClient::Tcp> now;
      for (const Json& endpoint :
           connector_.get("/service/" + service_ + "/endpoints")["endpoints"].items())
        now.push_back(
            {endpoint["host"].text(), static_cast<std::uint16_t>(endpoint["port"].number())});
      const std::lock_guard lock(mutex_);
      for (const HttpClient::Tcp& endpoint : now) last_named_[endpoint.port] = this->now();
      if (!now.empty()) endpoints_ = std::move(now);
    } catch (const std::exception& error) {
      const std::lock_guard lock(mutex_);
      if (lost_++ == 0) first_lost_ = fmt::format("asking for the endpoints: {}", error.what());
    }
    std::this_thread::sleep_for(kRefresh);
  }
}

std::chrono::milliseconds Load::now() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               began_);
}

HttpClient::Tcp Load::an_endpoint(std::size_t turn) const {
  const std::lock_guard lock(mutex_);
  return endpoints_[turn % endpoints_.size()];
}

void Load::send_requests() {
  for (std::size_t turn = 0; !stopping_; ++turn, std::this_thread::sleep_for(kPace)) {
    const HttpClient::Tcp endpoint = an_endpoint(turn);
    const std::chrono::milliseconds sent = now();
    std::string failure;
    try {
      const HttpAnswer answer = HttpClient(endpoint, std::chrono::seconds(5)).send("GET", "/");
      if (answer.status == 200) {
        ++answered_;
        continue;
      }
      failure = fmt::format("answered {}", answer.status);
    } catch (const std::exception& error) {
      failure = error.what();
    }
    const std::lock_guard lock(mutex_);
    if (lost_++ == 0) {
      first_lost_ = fmt::format("{}:{}, sent after {} ms, lost after {} ms, named until {} ms: {}",
                                endpoint.host, endpoint.port, sent.count(), now().count(),
                                last_named_[endpoint.port].count(), failure);
    }
  }
}

}  // namespace genisys::test
