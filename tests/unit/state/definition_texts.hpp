// Definitions from as little text as possible.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>

#include "state/definition.hpp"
#include "state/documents.hpp"
#include "tests/unit/state/document_texts.hpp"

namespace genisys::state {

inline std::optional<Definition> decode(const std::string& json, Problems& problems) {
  const auto value = read_json(json, problems, std::size_t{4} * 1024 * 1024);
  if (!value) return std::nullopt;
  return decode_definition(*value, std::nullopt, "", problems);
}

inline Definition decode(const std::string& json) {
  Problems problems;
  auto definition = decode(json, problems);
  if (!definition) throw std::runtime_error(json + "\n" + render(problems));
  return *definition;
}

// A valid definition but for `fields`.
inline std::string json_with(const std::string& fields) {
  return R"({"name": "web", "image": "nginx:1")" + (fields.empty() ? "" : ", " + fields) + "}";
}

// A definition of which only `fields` matter.
inline Definition with(const std::string& fields) { return decode(json_with(fields)); }

// What is wrong with it, a line for each problem; empty when it is taken after all.
inline std::string problems_with(const std::string& fields) {
  Problems problems;
  return decode(json_with(fields), problems) ? "" : render(problems);
}

}  // namespace genisys::state
