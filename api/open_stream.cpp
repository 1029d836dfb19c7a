#include "api/open_stream.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "state/one_shot.hpp"

namespace genisys::api {
namespace {

namespace asio = boost::asio;

// What came of a write.
struct Outcome {
  explicit Outcome(const asio::any_io_executor& executor) : known(executor) {}

  state::OneShot known;
  bool written = false;
};

// Held by RESTinio until it has an answer. It may also drop it without a word, when the connection
// breaks: that is an answer, too.
class Report {
 public:
  explicit Report(std::shared_ptr<Outcome> outcome) : outcome_(std::move(outcome)) {}
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;
  ~Report() { outcome_->known.fire(); }

  void tell(bool written) {
    outcome_->written = written;
    outcome_->known.fire();
  }

 private:
  std::shared_ptr<Outcome> outcome_;
};

void log_failure(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& failure) {
    spdlog::warn("an event stream ends early: {}", failure.what());
  } catch (...) {
    spdlog::warn("an event stream ends early of an unknown exception");
  }
}

}  // namespace

void OpenStream::start(std::function<void()> ended) {
  asio::co_spawn(executor_, send_all(shared_from_this()),
                 asio::bind_cancellation_slot(
                     cancel_.slot(), [self = shared_from_this(),
                                      ended = std::move(ended)](const std::exception_ptr& error) {
                       if (error && !self->ending_) log_failure(error);
                       self->ending_ = true;
                       self->output_.done();
                       ended();
                     }));
}

void OpenStream::end() {
  if (std::exchange(ending_, true)) return;
  cancel_.emit(asio::cancellation_type::terminal);
}

asio::awaitable<void> OpenStream::send_all(std::shared_ptr<OpenStream> self) {
  // Not from within RESTinio's handler: an answer given there makes it start reading twice.
  co_await asio::post(self->executor_, asio::use_awaitable);
  while (!self->ending_) {
    std::optional<std::string> piece = co_await self->source_->next();
    if (!piece || self->ending_) break;
    if (!co_await self->send(std::move(*piece))) break;
  }
}

asio::awaitable<bool> OpenStream::send(std::string piece) {
  const auto outcome = std::make_shared<Outcome>(executor_);
  output_.append_chunk(std::move(piece));
  output_.flush([report = std::make_shared<Report>(outcome)](
                    const boost::system::error_code& error) { report->tell(!error); });
  co_await outcome->known.wait_until();
  co_return outcome->written;
}

}  // namespace genisys::api
