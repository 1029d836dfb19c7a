// The keys of a Compose service that the connector knows and does not act on, each with the reason
// that a person is told. docs/definitions.md has the same tables for reading.
//
// Constants. Any thread.
#pragma once

#include <span>
#include <string_view>

namespace genisys::state {

enum class Treatment {
  refused,  // without it something else would run than what was asked for
  // A Compose file may hold it: it is dropped, with the reason as a notice. Over the API it is
  // refused, as every key that does nothing is.
  ignored_in_files,
};

struct UnsupportedKey {
  std::string_view key;
  Treatment treatment;
  std::string_view reason;  // lower case, to stand behind "key: "; says what to do instead
};

// Of a service; of its `deploy`; of deploy.resources.reservations; of `healthcheck`; of one entry
// of `networks`; of one entry of `depends_on`, where it is refused when it is true.
std::span<const UnsupportedKey> unsupported_service_keys();
std::span<const UnsupportedKey> unsupported_deploy_keys();
std::span<const UnsupportedKey> unsupported_reservation_keys();
std::span<const UnsupportedKey> unsupported_healthcheck_keys();
std::span<const UnsupportedKey> unsupported_network_keys();
std::span<const UnsupportedKey> unsupported_dependency_keys();

// The row of a key, or null when the table has none.
const UnsupportedKey* find_unsupported(std::span<const UnsupportedKey> keys, std::string_view key);

}  // namespace genisys::state
