#include "state/sqlite_peek.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "state/commands.hpp"
#include "state/sqlite_store.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/run_coro.hpp"
#include "tests/support/scratch_directory.hpp"

namespace genisys::state {
namespace {

using test::name;

class SqlitePeek : public testing::Test {
 protected:
  std::string path() const { return folder_.file("state.db"); }
  std::string bytes(const std::string& file) const {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  void record(const std::string& service) {
    const auto store = SqliteStore::open(io_.get_executor(), {.path = path()});
    test::run_coro(io_, store->commit([&](Draft& draft) {
      EXPECT_TRUE(register_service(draft, test::definition(service)));
    }));
    test::run_coro(io_, store->close());
  }

  test::ScratchDirectory folder_;
  boost::asio::io_context io_;
};

TEST_F(SqlitePeek, SeesNothingWhereThereIsNoFileAndMakesNone) {
  EXPECT_TRUE(peek_state(path()).services.empty());
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(SqlitePeek, SeesWhatIsRecordedAndWritesNothing) {
  record("web");
  const std::string before = bytes(path());
  EXPECT_NE(peek_state(path()).find(name("web")), nullptr);
  EXPECT_EQ(bytes(path()), before);
}

TEST_F(SqlitePeek, NamesTheFileThatItCannotUnderstand) {
  std::ofstream(path()) << "no database at all, whatever its name says";
  try {
    peek_state(path());
    FAIL() << "it was understood";
  } catch (const OpenError& error) {
    EXPECT_EQ(error.fault(), OpenFault::damaged);
    EXPECT_NE(std::string(error.what()).find(path()), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace genisys::state
