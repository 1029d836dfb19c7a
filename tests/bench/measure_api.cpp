// The HTTP API under load.

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <future>

#include "tests/bench/load.hpp"
#include "tests/bench/measures.hpp"

namespace genisys::bench {
namespace {

constexpr std::size_t kReplicas = 5;
constexpr std::size_t kConverging = 50;
constexpr std::size_t kReaders = 32;
constexpr std::size_t kWriters = 64;
// Short turns and many of them: a burst of something else on the machine then meets both sides.
constexpr std::chrono::milliseconds kTurn{500};
constexpr int kTurnsPerRound = 4;
constexpr std::chrono::milliseconds kPace{20};

std::function<bool()> after(std::chrono::milliseconds time) {
  return [deadline = Clock::now() + time] { return Clock::now() >= deadline; };
}

LoadResult read_load(std::uint16_t port, const std::string& path) {
  const std::string request = request_text("GET", path);
  return run_load({.port = port,
                   .connections = kReaders,
                   .request = [&]() -> const std::string& { return request; },
                   .enough = after(kTurn)});
}

// Targets that differ from one request to the next: one that repeats the last is not a write.
LoadResult write_load(std::uint16_t port, std::size_t connections) {
  std::vector<std::string> requests;
  for (int target = 1; target <= 50; ++target) {
    requests.push_back(
        request_text("POST", "/service/written/scale", fmt::format("{{\"number\": {}}}", target)));
  }
  std::size_t turn = 0;
  return run_load(
      {.port = port,
       .connections = connections,
       .request = [&]() -> const std::string& { return requests[turn++ % requests.size()]; },
       .enough = after(kTurn)});
}

// What the disk takes for making a page durable that has its place in the file already, as the
// pages of a write-ahead log that is used again have.
Milliseconds sync_cost(const std::filesystem::path& folder) {
  constexpr int kPages = 100;
  const std::filesystem::path file = folder / "synced";
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const std::array<char, 4096> page{};
  const auto write_all = [&] {
    Samples samples;
    for (int i = 0; i < kPages; ++i) {
      const Clock::time_point begin = Clock::now();
      const bool written = ::pwrite(fd, page.data(), page.size(), i * 4096L) == 4096;
      if (!written || ::fdatasync(fd) != 0) throw std::runtime_error("cannot write to the disk");
      samples.add(since(begin));
    }
    return samples;
  };
  write_all();
  const Samples again = write_all();
  ::close(fd);
  std::filesystem::remove(file);
  return Milliseconds(again.median());
}

// How long single readers wait, at a modest pace, while `work` goes on.
LoadResult read_during(std::uint16_t port, const std::string& path,
                       const std::function<void()>& work) {
  const std::string request = request_text("GET", path);
  std::atomic<bool> done = false;
  auto readers = std::async(std::launch::async, [&] {
    return run_load({.port = port,
                     .connections = kReaders,
                     .request = [&]() -> const std::string& { return request; },
                     .enough = [&] { return done.load(); },
                     .pause = kPace});
  });
  try {
    work();
  } catch (...) {
    done = true;  // the future's destructor waits for the readers
    throw;
  }
  done = true;
  return readers.get();
}

}  // namespace

void measure_status(const Setup& setup, RawEngine& raw, Table& table) {
  Scene scene(setup, raw, Ports::none);
  scene.scale_and_wait(kReplicas);
  const std::string path = fmt::format("/service/{}/status", scene.service());
  const std::size_t size = scene.status().size();
  const std::uint16_t port = free_port();
  const Process constant({setup.constant_server, fmt::format("{}", port), fmt::format("{}", size)},
                         setup.folder / "constant.log");
  constant.await_answer(port, "/");
  Samples ours, other;
  for (int turn = 0; turn < setup.rounds * kTurnsPerRound; ++turn) {
    other.add(read_load(port, "/").per_second);
    ours.add(read_load(scene.connector().port(), path).per_second);
  }
  const double ratio = ours.median() / other.median();
  table.add({.what = fmt::format("GET status, {} connections", kReaders),
             .ours = fmt::format("{:.0f} /s", ours.median()),
             .other = fmt::format("{:.0f} /s", other.median()),
             .figure = fmt::format("{:.2f} ×", ratio),
             .target = "≥ 0.8 × a RESTinio constant",
             .met = ratio >= 0.8});
  table.note(fmt::format("A status of {} replicas has {} bytes; the constant has as many.",
                         kReplicas, size));

  const LoadResult busy =
      read_during(scene.connector().port(), path, [&] { scene.scale_and_wait(kConverging); });
  scene.empty();
  scene.stop();
  const LoadResult bare = read_during(port, "/", [&] { raw.run(kConverging, kInFlight, false); });
  raw.end(kInFlight);
  const double p99 = busy.latencies.quantile(0.99);
  table.add({.what = fmt::format("GET status while {} containers converge, p99", kConverging),
             .ours = fmt::format("{:.1f} ms (median {:.1f})", p99, busy.latencies.median()),
             .other = fmt::format("{:.1f} ms (median {:.1f})", bare.latencies.quantile(0.99),
                                  bare.latencies.median()),
             .figure = fmt::format("{:.1f} ms", p99),
             .target = "≤ 5 ms",
             .met = p99 <= 5});
  table.note(fmt::format(
      "While converging, {} connections send {:.0f} requests a second. The other side is the "
      "constant, while the bare engine calls start as many containers: what remains "
      "when there is nothing to compute is the wait for a core.",
      kReaders, busy.per_second));
}

void measure_writes(const Setup& setup, Table& table) {
  const std::filesystem::path folder = setup.folder / "writes";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  // Without an engine: nothing but writing is measured.
  Connector connector({.program = setup.connector,
                       .folder = folder,
                       .engine = "unix://" + (folder / "absent.sock").string()});
  connector.call("POST", "/service", R"({"name": "written", "image": "none:1"})");
  Samples many, one, sync;
  for (int turn = 0; turn < setup.rounds * kTurnsPerRound; ++turn) {
    sync.add(sync_cost(folder));
    one.add(write_load(connector.port(), 1).per_second);
    many.add(write_load(connector.port(), kWriters).per_second);
  }
  const double ratio = many.median() / one.median();
  table.add({.what = fmt::format("durable POST scale, {} connections", kWriters),
             .ours = fmt::format("{:.0f} /s", many.median()),
             .other = fmt::format("{:.0f} /s", one.median()),
             .figure = fmt::format("{:.1f} ×", ratio),
             .target = "≥ 10 × one fsync per write",
             .met = ratio >= 10});
  table.note(fmt::format(
      "The other side of writing is one connection, whose every write has an fsync of its own. "
      "Overwriting a page and fdatasync take {:.2f} ms here: nothing else, in a loop, makes {:.0f} "
      "a second.",
      sync.median(), 1000 / sync.median()));
}

}  // namespace genisys::bench
