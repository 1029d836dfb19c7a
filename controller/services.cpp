#include "controller/services.hpp"

#include <fmt/format.h>

#include "controller/problems.hpp"
#include "state/documents.hpp"
#include "state/service_file.hpp"

namespace genisys::controller {
namespace {

constexpr std::size_t kMaxFileBytes = 256 * 1024;

}  // namespace

ServicesResult load_services(const Config& config) {
  const std::string file = config.connector.service_file.string();
  std::string why;
  bool missing = false;
  const auto text = state::read_file(file, kMaxFileBytes, why, missing);
  if (missing) return {.entries = std::vector<state::FileEntry>{}, .file_missing = true};
  if (!text) return {.errors = {fmt::format("service file: {}", why)}};

  state::Problems problems;
  auto entries = state::read_service_file(*text, file, problems);
  ServicesResult result{.errors = describe(std::move(problems), file)};
  if (!entries) return result;
  for (const auto& entry : *entries) {
    if (entry.first_target.value_or(0) > config.limits.replicas) {
      result.errors.push_back(fmt::format(
          "{}: {}: deploy.replicas is {}, more than the {} that limits.replicas allows", file,
          entry.definition.name.str(), *entry.first_target, config.limits.replicas));
    }
  }
  if (result.errors.empty()) result.entries = std::move(entries);
  return result;
}

}  // namespace genisys::controller
