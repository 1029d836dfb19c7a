// State files for tests of what becomes of them: one with something in every table, and its bytes.
#pragma once

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "state/commands.hpp"
#include "state/sqlite_store.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/run_coro.hpp"

namespace genisys::state {

inline std::string bytes_of(const std::string& file) {
  if (!std::filesystem::is_regular_file(file)) return "";
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline void write_bytes(const std::string& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

// What of two snapshots must be the same when nothing was lost.
inline void expect_same_state(const Snapshot& actual, const Snapshot& expected) {
  EXPECT_EQ(actual.instance, expected.instance);
  EXPECT_EQ(actual.file_entries, expected.file_entries);
  EXPECT_EQ(actual.memory, expected.memory);
  EXPECT_EQ(actual.released, expected.released);
  EXPECT_EQ(*actual.shared, *expected.shared);
  ASSERT_EQ(actual.services.size(), expected.services.size());
  for (const auto& [name, service] : expected.services) {
    const Service* found = actual.find(name);
    ASSERT_NE(found, nullptr) << name.str();
    ASSERT_EQ(found->revisions->size(), service->revisions->size()) << name.str();
    for (std::size_t i = 0; i < found->revisions->size(); ++i) {
      EXPECT_EQ(found->revisions->at(i).revision, service->revisions->at(i).revision);
      EXPECT_EQ(found->revisions->at(i).recorded_at, service->revisions->at(i).recorded_at);
      EXPECT_EQ(*found->revisions->at(i).definition, *service->revisions->at(i).definition);
    }
    Service mine = *found;
    Service theirs = *service;
    mine.revisions = theirs.revisions = nullptr;
    EXPECT_EQ(mine, theirs) << name.str();
  }
}

// Registers `count` services with a target and two revisions each, and fills every other table.
inline void fill_state(boost::asio::io_context& context, Store& store, int count) {
  test::run_coro(context, store.commit([count](Draft& draft) {
    for (int i = 0; i < count; ++i) {
      const std::string name = "service-" + std::to_string(i);
      Definition definition = test::definition(name, "registry.example/app:1");
      definition.environment = std::map<std::string, std::string>{
          {"KEY", "value " + std::to_string(i)}, {"PADDING", std::string(200, 'p')}};
      EXPECT_TRUE(register_service(draft, definition));
      definition.image = test::image("registry.example/app:2");
      EXPECT_TRUE(replace_definition(draft, definition, {}));
      EXPECT_TRUE(set_targets(draft, {{test::name(name), 1 + i % 5}}, {}, true));
      draft.note_file_entry(test::name(name), "hash-" + std::to_string(i));
      draft.remember("memory/" + name, "text " + std::to_string(i));
    }
    draft.release(std::string(64, 'c'));
    draft.share({.networks = {{"back", {.name = "back", .internal = true}}},
                 .volumes = {{"data", {.name = "data", .external = true}}}});
  }));
  test::run_coro(context, store.reserve_indexes(64));
}

}  // namespace genisys::state
