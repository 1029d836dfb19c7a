// What a container of a service looks like: the seed's five fields and what follows the Compose
// specification, validated. A Definition that exists is valid on its own; what depends on the target
// (a fixed host port allows one replica) is asked with `max_replicas`.
//
// Pure values. Any thread.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "state/value.hpp"

namespace genisys::state {

// [a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}: safe in a path, a label and a container's name.
class ServiceName {
 public:
  static std::optional<ServiceName> parse(std::string_view text);

  const std::string& str() const { return text_; }
  auto operator<=>(const ServiceName&) const = default;

 private:
  explicit ServiceName(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// An image reference that names a tag, a digest or both, as the user wrote it.
class ImageReference {
 public:
  // Grammar of distribution/reference; appends what is wrong to `why` and returns nothing when the
  // text is no reference or names neither tag nor digest.
  static std::optional<ImageReference> parse(std::string_view text, std::string& why);

  const std::string& str() const { return text_; }
  // With the defaults filled in (docker.io, library, latest): equal for two texts that mean the same.
  const std::string& normalised() const { return normalised_; }
  bool operator==(const ImageReference& other) const { return text_ == other.text_; }

 private:
  ImageReference(std::string text, std::string normalised)
      : text_(std::move(text)), normalised_(std::move(normalised)) {}
  std::string text_;
  std::string normalised_;
};

// The normal form of any image text that an engine reports (a missing tag means latest); empty when
// the text is no reference (an image id, say).
std::string normalise_image(std::string_view text);

enum class Protocol { tcp, udp, sctp };
std::string_view to_string(Protocol);

// A published port, Compose's short syntax: [[host_ip:]host[-last]:]container[/protocol].
struct Port {
  std::string text;                        // as the user wrote it, integers as decimal text
  std::string host_ip;                     // empty: all addresses
  std::uint16_t host_first = 0;            // 0: the engine picks a free one
  std::uint16_t host_last = 0;             // equal to host_first unless a range
  std::uint16_t container = 0;             // 1…65535
  Protocol protocol = Protocol::tcp;

  bool is_ephemeral() const { return host_first == 0; }
  // The host port for a slot (1…): one of the range per slot; 0 when ephemeral; nothing when the range
  // is used up.
  std::optional<std::uint16_t> host_port(std::uint32_t slot) const;
  bool operator==(const Port&) const = default;
};

// A command as given (a string is split like a POSIX shell splits words) and the words it means.
struct Command {
  std::variant<std::string, std::vector<std::string>> given;
  std::vector<std::string> words;

  bool operator==(const Command&) const = default;
};

// How the engine finds out whether a container is healthy. What is not set is the image's, or the
// engine's default (30 s, 30 s, 3 retries).
struct Healthcheck {
  bool disabled = false;                // the image's own check is off as well
  std::vector<std::string> test = {};   // {"CMD", word, …} or {"CMD-SHELL", line}; empty: the image's
  std::optional<std::chrono::milliseconds> interval = {};
  std::optional<std::chrono::milliseconds> timeout = {};
  std::optional<std::chrono::milliseconds> start_period = {};
  std::optional<std::uint32_t> retries = {};

  bool operator==(const Healthcheck&) const = default;
};

// A named volume at a place in the container, Compose's short syntax: name:/path[:ro|rw].
struct VolumeMount {
  std::string text;  // as the user wrote it
  std::string volume;
  std::string target;
  bool read_only = false;

  bool operator==(const VolumeMount&) const = default;
};

enum class PullPolicy {
  missing,  // the default: when the engine does not have the image
  always,   // once for each revision, before its first container; never for a restart
  never,
};
std::string_view to_string(PullPolicy);

enum class UpdateOrder { start_first, stop_first };
std::string_view to_string(UpdateOrder);  // "start-first", …

enum class FailureAction { pause, rollback, proceed };
std::string_view to_string(FailureAction);  // "pause", "rollback", "continue"

// Compose's deploy.update_config, and the deadline that Compose lacks. Unset fields have the defaults
// of docs/configuration.md.
struct UpdateConfig {
  std::optional<std::uint32_t> parallelism = {};  // 0: all at once
  std::optional<std::chrono::milliseconds> delay = {};
  std::optional<UpdateOrder> order = {};
  std::optional<std::chrono::milliseconds> monitor = {};
  std::optional<double> max_failure_ratio = {};  // 0…1
  std::optional<FailureAction> failure_action = {};
  std::optional<std::chrono::milliseconds> progress_deadline = {};

  bool operator==(const UpdateConfig&) const = default;
};

struct Definition {
  ServiceName name;
  ImageReference image;
  std::optional<Command> command = {};
  std::optional<std::map<std::string, std::string>> environment = {};
  std::optional<std::vector<Port>> ports = {};
  std::optional<std::map<std::string, std::string>> labels = {};
  std::optional<std::string> stop_signal = {};                          // "SIGTERM", "15"
  std::optional<std::chrono::milliseconds> stop_grace_period = {};      // 0 or more
  std::optional<Healthcheck> healthcheck = {};
  std::optional<std::vector<VolumeMount>> volumes = {};
  std::optional<PullPolicy> pull_policy = {};
  std::optional<UpdateConfig> update_config = {};  // deploy: {update_config: …}

  bool operator==(const Definition&) const = default;
};

// Decodes one definition. `expected_name`: the name that the path or the map's key gives; a `name` in
// the document must then equal it, and may be absent. Without it `name` is mandatory.
// Appends every problem, pointers beginning with `pointer`; returns nothing when there was one.
std::optional<Definition> decode_definition(const Value& value,
                                            const std::optional<ServiceName>& expected_name,
                                            std::string_view pointer, Problems& problems);

// One JSON object: always name, image, command, environment, ports (null when unset), and the other
// fields only when set. decode_definition() of it gives an equal definition.
std::string encode_definition(const Definition& definition);

// Names what a container is made of: equal for definitions that make equal containers. Stable over
// versions of the program. 36 characters.
std::string spec_hash(const Definition& definition);

// The largest target that the published host ports allow; nothing when they set no limit.
std::optional<std::uint32_t> max_replicas(const Definition& definition);

// Whether a container and its successor cannot both be there: a fixed host port, or one of a range,
// is published, or a volume that the only replica writes to is mounted. Then an update's order is
// stop_first, whatever the definition says.
bool needs_stop_first(const Definition& definition, std::uint32_t replicas);

// A Compose duration ("1m30s", "10s", "500ms", "1h") or a bare number of seconds; negative, fractional
// milliseconds and overflow are refused.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
std::string format_duration(std::chrono::milliseconds duration);

}  // namespace genisys::state
