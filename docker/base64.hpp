// Base64 (RFC 4648), as Docker's files and headers use it. Boost 1.81 has no public codec that
// knows padding.
//
// Pure. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace genisys::docker {

// The URL-safe alphabet, with padding.
std::string encode_base64url(std::string_view bytes);

// The standard alphabet; the padding may be missing. Nothing when `text` is anything else.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace genisys::docker
