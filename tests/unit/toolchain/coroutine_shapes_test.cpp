// Everyday shapes of `co_await f(temporary)` that some compilers turn into double frees (g++ 12
// does: it destroys the temporary twice). Each shape is run once; what it made must be destroyed as
// often as it was made. The sanitizer builds see the same faults as use after free.
#include <gtest/gtest.h>

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <string>

#include "tests/support/run_coro.hpp"

namespace genisys {
namespace {

namespace asio = boost::asio;

// Counts its living copies; a second destruction of one brings the count below zero.
class Counted {
 public:
  Counted() { ++living; }
  Counted(const Counted&) { ++living; }
  Counted(Counted&&) noexcept { ++living; }
  Counted& operator=(const Counted&) = default;
  Counted& operator=(Counted&&) noexcept = default;
  ~Counted() { --living; }

  static inline int living = 0;
};

struct Parcel {
  std::string label;
  Counted content;
};

asio::awaitable<void> suspend() {
  co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
}

asio::awaitable<std::string> take_function(std::function<std::string()> function) {
  co_await suspend();
  co_return function();
}

asio::awaitable<std::string> take_parcel(Parcel parcel) {
  co_await suspend();
  co_return parcel.label;
}

asio::awaitable<std::string> take_text(std::string text) {
  co_await suspend();
  co_return text;
}

asio::awaitable<std::string> take_shared(std::shared_ptr<Counted> shared) {
  co_await suspend();
  co_return std::to_string(shared.use_count());
}

constexpr const char* kLong = "long enough to be on the heap, so that freeing it twice shows";

asio::awaitable<std::string> lambda_with_capture() {
  Counted counted;
  co_return co_await take_function([counted] { return std::string(kLong); });
}

asio::awaitable<std::string> function_object() {
  Counted counted;
  co_return co_await take_function(
      std::function<std::string()>{[counted] { return std::string(kLong); }});
}

asio::awaitable<std::string> aggregate() {
  co_return co_await take_parcel(Parcel{kLong, Counted()});
}

asio::awaitable<std::string> designated() {
  co_return co_await take_parcel({.label = kLong, .content = Counted()});
}

asio::awaitable<std::string> one_branch() {
  const bool condition = Counted::living >= 0;
  co_return condition ? co_await take_text(kLong) : std::string("never");
}

asio::awaitable<std::string> shared_in_place() {
  co_await take_shared(std::make_shared<Counted>());
  co_return kLong;
}

asio::awaitable<std::string> spawned() {
  co_return co_await asio::co_spawn(co_await asio::this_coro::executor,
                                    take_parcel(Parcel{kLong, Counted()}), asio::use_awaitable);
}

struct Shape {
  const char* name;
  asio::awaitable<std::string> (*run)();
};

class CoroutineShape : public ::testing::TestWithParam<Shape> {};

TEST_P(CoroutineShape, DestroysItsTemporariesOnce) {
  Counted::living = 0;
  asio::io_context io;
  EXPECT_EQ(test::run_coro(io, GetParam().run()), kLong);
  io.restart();
  io.poll();
  EXPECT_EQ(Counted::living, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Everyday, CoroutineShape,
    ::testing::Values(Shape{"LambdaWithCapture", lambda_with_capture},
                      Shape{"FunctionObject", function_object}, Shape{"Aggregate", aggregate},
                      Shape{"Designated", designated}, Shape{"OneBranch", one_branch},
                      Shape{"SharedInPlace", shared_in_place}, Shape{"Spawned", spawned}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace genisys
