// Reads a token file. Any thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "api/tokens.hpp"

namespace genisys::api {

// Either tokens or everything that is wrong with the file, one line each.
struct LoadedTokens {
  std::optional<Tokens> tokens = {};
  std::vector<std::string> errors = {};
};

// A regular file of at most 64 KiB, to which nobody but its owner has any access.
LoadedTokens load_tokens(const std::filesystem::path& file);

}  // namespace genisys::api
