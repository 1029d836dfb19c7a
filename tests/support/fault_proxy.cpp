#include "tests/support/fault_proxy.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <stdexcept>
#include <system_error>

#include "tests/support/http_client.hpp"
#include "tests/support/http_wire.hpp"

namespace genisys::test {
namespace {

// So many bytes of an answer drip; the rest follows at once, or large lists would never end.
constexpr std::size_t kDrops = 512;
constexpr int kMillisecondsBetweenDrops = 1;

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error(path + " is too long");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

std::string whole_answer(int status, std::string_view type, std::string_view body,
                         std::size_t length) {
  return fmt::format(
      "HTTP/1.1 {} Fault\r\nApi-Version: 1.41\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{}",
      status, type, length, body);
}

std::string whole_answer(int status, std::string_view type, std::string_view body) {
  return whole_answer(status, type, body, body.size());
}

std::string_view word(std::string_view text, std::size_t index) {
  for (; index > 0; --index) text.remove_prefix(std::min(text.size(), text.find(' ') + 1));
  return text.substr(0, text.find_first_of(" \r"));
}

void drip(int socket, std::string_view bytes) {
  for (const char& drop : bytes.substr(0, kDrops)) {
    if (!send_all(socket, {&drop, 1})) return;
    pollfd hung_up{.fd = socket, .events = POLLRDHUP, .revents = 0};
    if (::poll(&hung_up, 1, kMillisecondsBetweenDrops) != 0) return;
  }
  send_all(socket, bytes.substr(std::min(kDrops, bytes.size())));
}

// Waits for bytes of `from`; false when `other` hung up.
bool wait_for_bytes(int from, int other) {
  pollfd watched[] = {{.fd = from, .events = POLLIN, .revents = 0},
                      {.fd = other, .events = POLLRDHUP, .revents = 0}};
  while (::poll(watched, 2, -1) < 0) {
    if (errno != EINTR) return false;
  }
  return watched[1].revents == 0;
}

}  // namespace

std::string_view to_string(Call call) {
  constexpr std::string_view kNames[] = {"ping", "list",    "inspect", "create", "start",
                                         "stop", "remove",  "logs",    "events", "image",
                                         "pull", "network", "other"};
  return kNames[static_cast<std::size_t>(call)];
}

std::string_view to_string(Fault fault) {
  constexpr std::string_view kNames[] = {"cut",        "stall",      "garbage",   "error",
                                         "empty",      "html",       "lost",      "error_instead",
                                         "cut_within", "short_body", "truncated", "drip",
                                         "doubled",    "garbled",    "deaf"};
  return kNames[static_cast<std::size_t>(fault)];
}

Call call_of(std::string_view method, std::string_view target) {
  target = target.substr(0, target.find('?'));
  if (target.starts_with("/v")) target.remove_prefix(std::min(target.size(), target.find('/', 1)));
  if (target == "/_ping") return Call::ping;
  if (target == "/events") return Call::events;
  if (target == "/containers/json") return Call::list;
  if (target == "/containers/create") return Call::create;
  if (target == "/images/create") return Call::pull;
  if (target.starts_with("/images/") && method == "GET") return Call::image;
  if (target.starts_with("/networks")) return Call::network;
  if (!target.starts_with("/containers/")) return Call::other;
  if (method == "DELETE") return Call::remove;
  if (target.ends_with("/json")) return Call::inspect;
  if (target.ends_with("/start")) return Call::start;
  if (target.ends_with("/stop")) return Call::stop;
  if (target.ends_with("/logs")) return Call::logs;
  return Call::other;
}

FaultProxy::FaultProxy(const std::string& engine_url)
    : path_(folder_.file("engine.sock")),
      engine_path_(std::get<HttpClient::Unix>(HttpClient::endpoint_of(engine_url)).path) {
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = address_of(path_);
  if (listener_ < 0 ||
      ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 256) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot listen on " + path_);
  }
  acceptor_ = std::thread([this] { accept_all(); });
}

FaultProxy::~FaultProxy() {
  stopping_ = true;
  calm();
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  hang_up();
  for (Client& client : clients_) {
    client.thread.join();
    ::close(client.socket);
    if (client.engine >= 0) ::close(client.engine);
  }
  ::close(listener_);
}

void FaultProxy::break_next(Order order) {
  const std::lock_guard lock(mutex_);
  orders_.push_back(std::move(order));
}

void FaultProxy::storm(std::uint64_t seed, unsigned one_of) {
  const std::lock_guard lock(mutex_);
  random_.seed(seed);
  one_of_ = one_of;
}

void FaultProxy::stall_for(std::chrono::milliseconds duration) {
  const std::lock_guard lock(mutex_);
  stall_ = duration;
}

void FaultProxy::hang_up() {
  const std::lock_guard lock(mutex_);
  for (const Client& client : clients_) {
    ::shutdown(client.socket, SHUT_RDWR);
    if (client.engine >= 0) ::shutdown(client.engine, SHUT_RDWR);
  }
}

void FaultProxy::calm() {
  const std::lock_guard lock(mutex_);
  orders_.clear();
  one_of_ = 0;
  ++calms_;
  calmed_.notify_all();
}

FaultProxy::Counts FaultProxy::broken() const {
  const std::lock_guard lock(mutex_);
  return broken_;
}

std::size_t FaultProxy::passed(Call call) const {
  const std::lock_guard lock(mutex_);
  const auto found = passed_.find(call);
  return found == passed_.end() ? 0 : found->second;
}

std::vector<std::string> FaultProxy::ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

void FaultProxy::accept_all() {
  while (!stopping_) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    const std::lock_guard lock(mutex_);
    for (auto client = clients_.begin(); client != clients_.end();) {
      if (!client->ended) {
        ++client;
        continue;
      }
      client->thread.join();
      ::close(client->socket);
      if (client->engine >= 0) ::close(client->engine);
      client = clients_.erase(client);
    }
    Client& client = clients_.emplace_back();
    client.socket = socket;
    client.thread = std::thread([this, &client] { serve(client); });
  }
}

// Sockets are only shut here: their numbers must not be given to others while the list has them.
void FaultProxy::serve(Client& client) {
  Wire wire(client.socket);
  while (!stopping_) {
    const auto head = wire.read_head();
    if (!head) break;
    const auto body = wire.read_body(*head, /*has_length_only=*/true);
    if (!body) break;
    const Request request{*head + *body, std::string(word(*head, 0)), std::string(word(*head, 1))};
    if (!answer(client, request)) break;
  }
  ::shutdown(client.socket, SHUT_RDWR);
  const std::lock_guard lock(mutex_);
  if (client.engine >= 0) ::shutdown(client.engine, SHUT_RDWR);
  client.ended = true;
}

// Whether the connection goes on.
bool FaultProxy::answer(Client& client, const Request& request) {
  const Call call = call_of(request.method, request.target);
  const Decision decision = decide(call);
  if (decision.fault && *decision.fault <= Fault::html)
    return answer_unasked(client, *decision.fault);
  if (!reach_engine(client)) return false;
  note_passed(call, request);
  if (!send_all(client.engine, request.text)) return false;
  if (call == Call::events) return relay_events(client, request, decision.fault);
  if (decision.fault) return answer_broken(client, request, decision);
  return relay(client, request);
}

bool FaultProxy::answer_unasked(Client& client, Fault fault) {
  switch (fault) {
    case Fault::stall:
      stall();
      return false;
    case Fault::garbage:
      send_all(client.socket, "\x16\x03\x01 this is no answer\r\n\r\n");
      return false;
    case Fault::error:
      return send_all(client.socket, whole_answer(500, "application/json",
                                                  R"({"message":"a fault was injected"})"));
    case Fault::empty:
      return send_all(client.socket, whole_answer(200, "application/json", "[]"));
    case Fault::html:
      return send_all(client.socket,
                      whole_answer(200, "text/html", "<html><body>It works!</body></html>"));
    default:
      return false;
  }
}

bool FaultProxy::answer_broken(Client& client, const Request& request, const Decision& decision) {
  Wire engine(client.engine);
  if (!wait_for_bytes(client.engine, client.socket)) return false;
  const auto head = engine.read_head();
  const auto raw = head ? engine.read_body(*head, request.method == "HEAD") : std::nullopt;
  if (!raw) return false;
  if (decision.after_effect) decision.after_effect();
  const std::string all = *head + *raw;
  const std::string body = body_of(*head, *raw);
  const auto part = [&decision](std::size_t size) {
    return static_cast<std::size_t>(decision.at * static_cast<double>(size));
  };
  const int status = status_of(*head);
  switch (*decision.fault) {
    case Fault::error_instead:
      return send_all(client.socket, whole_answer(500, "application/json",
                                                  R"({"message":"a fault was injected"})"));
    case Fault::cut_within:
      send_all(client.socket, std::string_view(all).substr(0, part(all.size())));
      return false;
    case Fault::short_body:
      send_all(client.socket, whole_answer(status, "application/json",
                                           body.substr(0, part(body.size())), body.size()));
      return false;
    case Fault::truncated:
      if (status == 204 || status == 304) return send_all(client.socket, all);
      return send_all(client.socket,
                      whole_answer(status, "application/json", body.substr(0, part(body.size()))));
    case Fault::drip:
      drip(client.socket, all);
      return true;
    default:
      return false;
  }
}

bool FaultProxy::relay(Client& client, const Request& request) {
  Wire engine(client.engine);
  if (!wait_for_bytes(client.engine, client.socket)) return false;
  const auto head = engine.read_head();
  if (!head || !send_all(client.socket, *head)) return false;
  const auto raw = engine.read_body(*head, request.method == "HEAD");
  return raw && send_all(client.socket, *raw) && header_of(*head, "connection") != "close";
}

// Of a stream there is no whole: what is there is passed on, or broken, as it comes.
bool FaultProxy::relay_events(Client& client, const Request&, std::optional<Fault> fault) {
  Wire engine(client.engine);
  if (!wait_for_bytes(client.engine, client.socket)) return false;
  const auto head = engine.read_head();
  if (!head || fault == Fault::lost) return false;
  if (fault == Fault::error_instead)
    return send_all(client.socket, whole_answer(500, "application/json", R"({"message":"fault"})"));
  if (!send_all(client.socket, *head)) return false;
  while (wait_for_bytes(client.engine, client.socket)) {
    // A chunk at a time, as the engine makes one of each event.
    std::string bytes = engine.read_some();
    if (bytes.empty()) return false;
    if (!fault) {
      if (!send_all(client.socket, bytes)) return false;
      continue;
    }
    switch (*fault) {
      case Fault::deaf:
        break;
      case Fault::doubled:
        if (!send_all(client.socket, bytes) || !send_all(client.socket, bytes)) return false;
        break;
      case Fault::drip:
        drip(client.socket, bytes);
        break;
      case Fault::garbled:
        std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() / 2),
                  bytes.end() - static_cast<std::ptrdiff_t>(std::min<std::size_t>(2, bytes.size())),
                  '#');
        if (!send_all(client.socket, bytes)) return false;
        break;
      default:  // cut_within, short_body, truncated
        send_all(client.socket, std::string_view(bytes).substr(0, bytes.size() / 2));
        return false;
    }
  }
  return false;
}

bool FaultProxy::reach_engine(Client& client) {
  if (client.engine >= 0) return true;
  const sockaddr_un address = address_of(engine_path_);
  const int engine = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (engine < 0) return false;
  const std::lock_guard lock(mutex_);
  client.engine = engine;
  return ::connect(engine, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

FaultProxy::Decision FaultProxy::decide(Call call) {
  const std::lock_guard lock(mutex_);
  Decision decision;
  for (auto order = orders_.begin(); order != orders_.end(); ++order) {
    if (order->call != call) continue;
    if (order->skip > 0) {
      --order->skip;
      continue;
    }
    decision = {order->fault, order->at, order->after_effect};
    if (--order->times == 0) orders_.erase(order);
    break;
  }
  if (!decision.fault && one_of_ > 0 && random_() % one_of_ == 0) {
    const std::size_t answers = std::size(kAnswerFaults);
    const std::size_t choices = answers + (call == Call::events ? std::size(kEventFaults) : 0);
    const std::size_t choice = random_() % choices;
    decision.fault = choice < answers ? kAnswerFaults[choice] : kEventFaults[choice - answers];
    decision.at = static_cast<double>(random_() % 1000) / 1000.0;
  }
  if (decision.fault) ++broken_[{call, *decision.fault}];
  return decision;
}

void FaultProxy::note_passed(Call call, const Request& request) {
  const std::lock_guard lock(mutex_);
  ++passed_[call];
  if (call != Call::stop && call != Call::remove) return;
  std::string_view path = request.target;
  path.remove_prefix(path.find("/containers/") + std::string_view("/containers/").size());
  ended_.emplace_back(path.substr(0, path.find_first_of("/?")));
}

void FaultProxy::stall() {
  std::unique_lock lock(mutex_);
  const std::uint64_t before = calms_;
  calmed_.wait_for(lock, stall_, [&] { return calms_ != before || stopping_; });
}

}  // namespace genisys::test
