#include "tests/support/compose_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace genisys::test {

namespace {

constexpr const char* kFile = "compose.yaml";
constexpr const char* kFileBeside = "case.txt";

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream words(text);
  std::vector<std::string> found;
  for (std::string word; words >> word;) found.push_back(word);
  return found;
}

// "KEY: VALUE" in two; VALUE is empty when there is no colon.
std::pair<std::string, std::string> split(const std::string& text) {
  constexpr std::string_view kBetween = ": ";
  const std::size_t at = text.find(kBetween);
  if (at == std::string::npos) return {text, ""};
  return {text.substr(0, at), text.substr(at + kBetween.size())};
}

void take(ComposeCase& found, const std::string& key, const std::string& value) {
  if (key == "expect" && value == "same") return;
  if (key == "about") {
    found.about = value;
  } else if (key == "expect" && value.starts_with("refused: ")) {
    found.refusals.push_back(split(value).second);
  } else if (key == "files") {
    found.files = words_of(value);
  } else if (key == "theirs") {
    found.their_files = words_of(value);
  } else if (key == "options") {
    found.options = value;
  } else if (key == "docker-compose") {
    found.refused_by_docker_compose = true;
  } else if (key == "policy") {
    found.policy.push_back(value);
  } else if (key == "network") {
    found.networks.push_back(value);
  } else if (key == "volume") {
    found.volumes.push_back(value);
  } else if (key == "start") {
    found.start_may_fail = true;
  } else if (key == "except") {
    const auto [path, reason] = split(value);
    found.exceptions.push_back({path, Allowance::any, reason});
  } else {
    throw std::runtime_error(fmt::format("no such comment in a case: '{}: {}'", key, value));
  }
}

}  // namespace

std::vector<std::string> compose_cases(const std::filesystem::path& corpus) {
  std::vector<std::string> names;
  if (!std::filesystem::is_directory(corpus)) return names;
  for (const auto& entry : std::filesystem::directory_iterator(corpus)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

ComposeCase read_compose_case(const std::filesystem::path& folder, const std::string& project) {
  constexpr std::string_view kComment = "# ";
  const bool beside = std::filesystem::exists(folder / kFileBeside);
  std::ifstream file(folder / (beside ? kFileBeside : kFile));
  ComposeCase found;
  for (std::string line; std::getline(file, line) && line.starts_with(kComment);) {
    replace_all(line, "${PROJECT}", project);
    replace_all(line, "${FOLDER}", folder.string());
    const auto [key, value] = split(line.substr(kComment.size()));
    take(found, key, value);
  }
  if (found.files.empty()) found.files = {kFile};
  if (found.their_files.empty()) found.their_files = found.files;
  return found;
}

}  // namespace genisys::test
