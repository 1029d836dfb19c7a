// What the short and the long syntax of volumes, tmpfs and devices have in common: which paths and
// names there are, and the words that stand behind a mount.
//
// Pure. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "state/definition_parts.hpp"

namespace genisys::state {

// 2 to 255 letters, digits, '_', '.' and '-', beginning with a letter or a digit: an engine makes a
// folder of it.
bool is_volume_name(std::string_view text);
std::string what_a_volume_name_is(std::string_view text);  // for messages

// The path without a '/' at its end; nothing unless it is absolute and without anything else that a
// path can be cleaned of: two texts are then two places. "/" itself is one.
std::optional<std::string> clean_path(std::string_view path);
// The same for a place in a container, which is below "/"; says what is wrong in `why`.
std::optional<std::string> clean_target(std::string_view path, std::string& why);

// One of "rprivate", "private", "rshared", "shared", "rslave", "slave".
bool is_propagation(std::string_view word);
// One of "consistent", "cached", "delegated": without effect on Linux.
bool is_consistency(std::string_view word);

// [source:]target[:mode,…]. Nothing and why when it is something else.
std::optional<VolumeMount> parse_short_mount(std::string_view text, std::string& why);

}  // namespace genisys::state
