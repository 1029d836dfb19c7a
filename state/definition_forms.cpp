#include "state/definition_forms.hpp"

#include <fmt/format.h>

#include "state/quantities.hpp"

namespace genisys::state {

Value value_of(const std::vector<std::string>& texts) {
  List list;
  for (const std::string& text : texts) list.push_back(value_of(text));
  return value_of(std::move(list));
}

Value PairsMap::encode(const Pairs& pairs) {
  Map map;
  for (const auto& [key, text] : pairs) map.push_back({key, value_of(text), {}});
  return value_of(std::move(map));
}

void PairsMap::add(std::string_view key, const Pairs& pairs, Canonical& canonical) {
  if (pairs.empty()) return;
  canonical.add_number(key, static_cast<std::int64_t>(pairs.size()));
  for (const auto& [name, text] : pairs) canonical.add(name, text);
}

Value Bytes::encode(std::int64_t bytes) {
  if (bytes < 0) return Integer::encode(bytes);
  return value_of(format_bytes(bytes));
}

Value Cpus::encode(std::int64_t billionths) { return value_of(Number{format_cpus(billionths)}); }

Value Ratio::encode(double ratio) { return value_of(Number{fmt::format("{}", ratio)}); }

}  // namespace genisys::state
