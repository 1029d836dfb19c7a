#include "controller/services.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "controller/problems.hpp"
#include "state/documents.hpp"
#include "state/service_file.hpp"

namespace genisys::controller {
namespace {

constexpr std::size_t kMaxFileBytes = 256 * 1024;

std::optional<std::string> variable(const std::string& name) {
  const char* text = std::getenv(name.c_str());
  if (text == nullptr) return std::nullopt;
  return std::string(text);
}

std::optional<std::string> read(const std::string& path, std::string& why, bool& missing) {
  return state::read_file(path, kMaxFileBytes, why, missing);
}

state::Surroundings surroundings() { return {.variable = variable, .read = read}; }

}  // namespace

ServicesResult load_services(const Config& config) {
  const std::string file = config.connector.service_file.string();
  std::string why;
  bool missing = false;
  const auto text = state::read_file(file, kMaxFileBytes, why, missing);
  if (missing) return {.entries = std::vector<state::FileEntry>{}, .file_missing = true};
  if (!text) return {.errors = {fmt::format("service file: {}", why)}};

  state::Problems problems;
  state::Problems notices;
  const state::SourceFile source{.path = file, .text = *text};
  auto declared = state::read_service_files({&source, 1}, surroundings(), problems, notices);
  ServicesResult result{.errors = describe(std::move(problems), file)};
  if (!declared) return result;
  for (const auto& entry : declared->entries) {
    if (entry.first_target.value_or(0) > config.limits.replicas) {
      result.errors.push_back(fmt::format(
          "{}: {}: deploy.replicas is {}, more than the {} that limits.replicas allows", file,
          entry.definition.name.str(), *entry.first_target, config.limits.replicas));
    }
  }
  if (result.errors.empty()) result.entries = std::move(declared->entries);
  return result;
}

}  // namespace genisys::controller
