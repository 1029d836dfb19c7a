// What the sessions write: numbered writes, each of which touches several rows of several tables,
// so that half of one would show.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

#include "state/draft.hpp"
#include "state/sqlite_store.hpp"
#include "tests/support/builders.hpp"

namespace genisys::test {

inline constexpr const char* kTwins[] = {"left", "right"};

inline void write_value(state::Draft& draft, std::uint32_t value) {
  for (const char* const twin : kTwins) {
    state::Service service{.definition = definition(twin)};
    service.definition.environment = {{"PADDING", std::string(1500, 'x')}};
    service.generation = state::Generation{value};
    service.desired = value;
    draft.put(service);
  }
  draft.remember("value", std::to_string(value));
  state::JournalEntry entry;
  entry.action = "write";
  entry.message = std::to_string(value);
  draft.note(entry);
}

// The last write of which all is there; 0: none. Throws std::runtime_error when there is half of
// one.
inline std::uint32_t value_in(const state::Snapshot& state) {
  const auto remembered = state.memory.find("value");
  const std::uint32_t value = remembered == state.memory.end()
                                  ? 0
                                  : static_cast<std::uint32_t>(std::stoul(remembered->second));
  for (const char* const twin : kTwins) {
    const state::Service* const service = state.find(name(twin));
    if ((service == nullptr ? 0 : service->desired.value_or(0)) != value) {
      throw std::runtime_error(std::string(twin) + " is not of write " + std::to_string(value));
    }
  }
  return value;
}

}  // namespace genisys::test
