#include "controller/services.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "controller/problems.hpp"
#include "state/documents.hpp"
#include "state/host_policy.hpp"

namespace genisys::controller {
namespace {

namespace fs = std::filesystem;
using state::Problems;

constexpr std::size_t kMaxFileBytes = 256 * 1024;

std::optional<std::string> variable(const std::string& name) {
  const char* text = std::getenv(name.c_str());
  if (text == nullptr) return std::nullopt;
  return std::string(text);
}

std::optional<std::string> read(const std::string& path, std::string& why, bool& missing) {
  return state::read_file(path, kMaxFileBytes, why, missing);
}

// The names under which Compose looks for its file, in its order, each with the file that is laid
// over it when it is there.
struct ComposeFile {
  std::string_view name;
  std::array<std::string_view, 2> overrides;
};
constexpr auto kComposeFiles = std::to_array<ComposeFile>({
    {"compose.yaml", {"compose.override.yaml", "compose.override.yml"}},
    {"compose.yml", {"compose.override.yml", "compose.override.yaml"}},
    {"docker-compose.yml", {"docker-compose.override.yml", "docker-compose.override.yaml"}},
    {"docker-compose.yaml", {"docker-compose.override.yaml", "docker-compose.override.yml"}},
});

// The Compose files of a folder that Compose itself would take.
std::vector<std::string> compose_files_in(const fs::path& folder) {
  std::error_code ignored;
  for (const ComposeFile& file : kComposeFiles) {
    if (!fs::is_regular_file(folder / file.name, ignored)) continue;
    std::vector<std::string> found = {(folder / file.name).string()};
    for (const std::string_view name : file.overrides) {
      if (!fs::is_regular_file(folder / name, ignored)) continue;
      found.push_back((folder / name).string());
      break;
    }
    return found;
  }
  return {};
}

// Nothing starts because a file happens to lie there; but who put it there is told how to have it.
std::string describe_missing(const fs::path& file) {
  std::string text =
      fmt::format("no service file {}: services are declared over the API", file.string());
  const auto found = compose_files_in(file.parent_path());
  if (found.size() == 1) {
    text += fmt::format(
        "; to take {}, say `service_file: {}` below `connector` in "
        "genisys-connector.yml",
        found[0], found[0]);
  } else if (!found.empty()) {
    text += fmt::format(
        "; to take {}, say `service_file: [{}]` below `connector` in "
        "genisys-connector.yml",
        fmt::join(found, " and "), fmt::join(found, ", "));
  }
  return text;
}

void check_limits(const state::FileEntry& entry, const Config& config, Problems& problems) {
  const std::string pointer = state::pointer_to("", entry.definition.name.str());
  if (entry.first_target.value_or(0) > config.limits.replicas) {
    problems.push_back(
        {pointer,
         fmt::format("deploy.replicas is {}, more than the {} that limits.replicas allows",
                     *entry.first_target, config.limits.replicas),
         entry.at});
  }
  const std::size_t before = problems.size();
  check_policy(entry.definition, config.policy, pointer, problems);
  for (auto& problem : std::span(problems).subspan(before)) problem.at = entry.at;
}

// Empty when one could not be read; `result` says why then.
std::vector<state::SourceFile> read_all(const std::vector<fs::path>& paths,
                                        ServicesResult& result) {
  std::vector<state::SourceFile> files;
  for (const fs::path& path : paths) {
    std::string why;
    bool missing = false;
    auto text = state::read_file(path.string(), kMaxFileBytes, why, missing);
    if (text) {
      files.push_back({.path = path.string(), .text = *std::move(text)});
    } else if (missing && paths.size() == 1) {
      result.file_missing = true;
      result.declared = state::Declarations{};
      result.notices.push_back(describe_missing(path));
    } else {
      result.errors.push_back(fmt::format("service file: {}", why));
    }
  }
  if (!result.errors.empty()) files.clear();
  return files;
}

// A file that is broken everywhere need not fill the log.
std::vector<std::string> bounded(std::vector<std::string> lines) {
  constexpr std::size_t kMostLines = 100;
  if (lines.size() <= kMostLines) return lines;
  const std::size_t more = lines.size() - kMostLines;
  lines.resize(kMostLines);
  lines.push_back(fmt::format("service file: {} more", more));
  return lines;
}

}  // namespace

ServicesResult load_services(const Config& config) {
  ServicesResult result;
  const auto files = read_all(config.connector.service_files, result);
  if (files.empty()) return result;
  std::vector<std::string> names;
  for (const state::SourceFile& file : files) names.push_back(file.path);

  Problems problems;
  Problems notices;
  auto declared =
      state::read_service_files(files, {.variable = variable, .read = read}, problems, notices);
  if (declared) {
    for (const auto& entry : declared->entries) check_limits(entry, config, problems);
    check_policy(declared->shared, config.policy, problems);
  }
  result.errors = bounded(describe(std::move(problems), names));
  result.notices = bounded(describe(std::move(notices), names));
  if (result.errors.empty()) result.declared = std::move(declared);
  return result;
}

}  // namespace genisys::controller
