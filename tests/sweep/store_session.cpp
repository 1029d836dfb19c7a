// A life of the state file, for others to disturb: opens the store, writes, is backed up, closes.
//
//   store_session FILE WRITES
//
// Each acknowledged write is a line `ack N` on standard output, each refused one `refused N`; both
// are one write(2), after the store answered. Ends with 0, or 2 when the store could not be opened.
#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>

#include "state/commands.hpp"
#include "state/sqlite_store.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/run_coro.hpp"
#include "tests/sweep/session_values.hpp"

namespace genisys::test {
namespace {

void say(const std::string& line) {
  // Not by the streams: what they hold back dies with the process.
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) ::_exit(3);
}

int live(const std::string& path, std::uint32_t writes) {
  boost::asio::io_context context;
  std::unique_ptr<state::SqliteStore> store;
  try {
    store = state::SqliteStore::open(
        context.get_executor(),
        {.path = path,
         .note_linger = std::chrono::milliseconds(0),
         .backups = state::BackupPolicy{.delay = std::chrono::milliseconds(0), .rest = 0},
         .reserve = 64 * 1024});
  } catch (const state::OpenError& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
  const std::uint32_t first = value_in(*store->snapshot()) + 1;
  for (std::uint32_t value = first; value < first + writes; ++value) {
    say(fmt::format("try {}\n", value));
    try {
      run_coro(context, store->commit([value](state::Draft& draft) { write_value(draft, value); }));
      say(fmt::format("ack {}\n", value));
    } catch (const state::StoreError&) {
      say(fmt::format("refused {}\n", value));
    }
  }
  // What the backup still does happens on threads of its own; it is given the time.
  context.restart();
  context.run_for(std::chrono::milliseconds(30));
  run_coro(context, store->close());
  return 0;
}

}  // namespace
}  // namespace genisys::test

int main(int argc, char** argv) {
  if (argc != 3) return 64;
  try {
    return genisys::test::live(argv[1], static_cast<std::uint32_t>(std::stoul(argv[2])));
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
