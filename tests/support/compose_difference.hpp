// What may differ between what docker-compose makes on an engine and what the connector makes of
// the same file, as `docker inspect` shows it. Everything else must be equal.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/document_difference.hpp"
#include "tests/support/json.hpp"

namespace genisys::test {

// The whole list, each with its reason; docs/compose-compatibility.md shows it to the reader.
std::span<const Allowed> allowed_for_containers();
std::span<const Allowed> allowed_for_networks();
std::span<const Allowed> allowed_for_volumes();

// The answer of an inspect, with words in place of what the engine draws by lot: ids (64
// hexadecimal digits; an image's stays), the short form of `own_id`, and the addresses below 172
// and 192.168, where it finds subnets for networks that ask for none.
Json without_chance(std::string_view inspected, std::string_view own_id = "");

}  // namespace genisys::test
