#include "api/token_file.hpp"

#include <fmt/format.h>

#include <system_error>

#include "state/documents.hpp"

namespace genisys::api {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFileBytes = 64 * 1024;
constexpr fs::perms kOthers = fs::perms::group_all | fs::perms::others_all;

}  // namespace

LoadedTokens load_tokens(const fs::path& file) {
  std::string why;
  bool missing = false;
  const auto text = state::read_file(file.string(), kMaxFileBytes, why, missing);
  if (!text) return {.errors = {fmt::format("token file: {}", why)}};

  std::error_code error;
  const fs::perms mode = fs::status(file, error).permissions();
  if (error || (mode & kOthers) != fs::perms::none) {
    return {.errors = {fmt::format("token file: others than its owner have access to {}: chmod 600 "
                                   "{}",
                                   file.string(), file.string())}};
  }

  LoadedTokens loaded;
  state::Problems problems;
  loaded.tokens = Tokens::parse(*text, problems);
  for (const state::Problem& problem : problems) {
    const std::string place =
        problem.at.line == 0 ? "" : fmt::format(":{}:{}", problem.at.line, problem.at.column);
    loaded.errors.push_back(fmt::format("{}{}: {}", file.string(), place, problem.message));
  }
  return loaded;
}

}  // namespace genisys::api
