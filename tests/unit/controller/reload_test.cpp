#include "controller/reload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <fstream>
#include <string>
#include <vector>

#include "tests/fakes/memory_store.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/run_coro.hpp"
#include "tests/support/scratch_directory.hpp"

namespace genisys::controller {
namespace {

using test::name;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ServiceFilesTest : public testing::Test {
 protected:
  ServiceFilesTest() { config_.connector.service_files = {folder_.file("services.yml")}; }

  void write(const std::string& text) { std::ofstream(folder_.file("services.yml")) << text; }
  state::Reload take() { return test::run_coro(io_, files_.take()); }
  state::Reload take_again() { return test::run_coro(io_, files_.take_again("SIGHUP")); }
  state::Reload rehearse() { return rehearse_reload(config_, *store_.snapshot(), {}); }
  state::JournalEntry last_entry() {
    const auto entries = test::run_coro(
        io_, store_.journal({.limit = 1, .choose = state::JournalQuery::Choose::newest}));
    return entries.empty() ? state::JournalEntry{} : entries.back();
  }

  test::ScratchDirectory folder_;
  Config config_;
  boost::asio::io_context io_;
  fakes::MemoryStore store_{io_.get_executor()};
  ServiceFiles files_{config_, store_};
};

TEST_F(ServiceFilesTest, AreTakenAtTheStart) {
  write("web: {image: 'app:1', deploy: {replicas: 2}}\n");
  EXPECT_THAT(take().report.taken, SizeIs(1));
  EXPECT_EQ(store_.snapshot()->find(name("web"))->desired, 2U);
}

TEST_F(ServiceFilesTest, MayBeMissingWithoutAnEntryBeingGone) {
  write("web: {image: 'app:1'}\n");
  take();
  std::filesystem::remove(folder_.file("services.yml"));
  const state::Reload reload = take_again();
  EXPECT_THAT(reload.errors, IsEmpty());
  EXPECT_THAT(reload.notices, SizeIs(1));
  EXPECT_EQ(reload.report, state::ImportReport{});
  write("web: {image: 'app:1'}\n");
  EXPECT_THAT(take_again().report.unchanged, ElementsAre(name("web")));
}

TEST_F(ServiceFilesTest, AreToldToTheJournalWithWhoAsked) {
  write("web: {image: 'app:1'}\n");
  take();
  write("web: {image: 'app:2'}\ndb: {image: 'db:1'}\n");
  take_again();
  const state::JournalEntry entry = last_entry();
  EXPECT_EQ(entry.kind, state::EntryKind::wanted);
  EXPECT_EQ(entry.action, "reload");
  EXPECT_EQ(entry.by, "SIGHUP");
  EXPECT_EQ(entry.message, "2 taken (web, db)");
}

TEST_F(ServiceFilesTest, ThatAreBrokenChangeNothingAndAreToldToTheJournal) {
  write("web: {image: 'app:1'}\n");
  take();
  const auto before = store_.snapshot();
  write("web: {image: 'app:2'}\ndb: {image: db, privileged: maybe}\n");
  const state::Reload reload = take_again();
  EXPECT_FALSE(reload.errors.empty());
  EXPECT_EQ(store_.snapshot()->services, before->services);
  EXPECT_EQ(last_entry().kind, state::EntryKind::failed);
  EXPECT_THAT(last_entry().message,
              AllOf(HasSubstr("nothing was taken"), HasSubstr("services.yml:2:")));
}

TEST_F(ServiceFilesTest, AreBrokenWhenThePolicyForbidsAnEntry) {
  config_.policy.registries = {{"registry:5000"}};
  write("web: {image: 'app:1'}\n");
  EXPECT_THAT(take().errors, ElementsAre(HasSubstr("policy.registries")));
  EXPECT_THAT(store_.snapshot()->services, IsEmpty());
}

TEST_F(ServiceFilesTest, AreRehearsedWithoutAChange) {
  write("web: {image: 'app:1'}\n");
  take();
  const auto before = store_.snapshot();
  const auto last = store_.last_entry();
  write("web: {image: 'app:2'}\n");
  EXPECT_THAT(rehearse().report.taken,
              ElementsAre(state::ImportReport::Taken{name("web"), state::Effect::changed}));
  EXPECT_EQ(store_.snapshot(), before);
  EXPECT_EQ(store_.last_entry(), last);
  EXPECT_THAT(take_again().report.taken, SizeIs(1));
  EXPECT_FALSE(rehearse().report.changes_anything());
}

TEST_F(ServiceFilesTest, AreRehearsedWithWhatWouldFollow) {
  write("web: {image: 'app:1', deploy: {replicas: 1}}\n");
  const state::Reload reload =
      rehearse_reload(config_, *store_.snapshot(), [](const state::Snapshot& wanted) {
        EXPECT_EQ(wanted.find(name("web"))->desired, 1U);
        return std::vector<state::PlannedAction>{{.action = "run", .service = name("web")}};
      });
  EXPECT_THAT(reload.actions, SizeIs(1));
}

}  // namespace
}  // namespace genisys::controller
