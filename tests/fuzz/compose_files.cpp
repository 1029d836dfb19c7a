// Service files as one reading of several: Compose projects with what they include, extend and
// interpolate, service files of the other formats, and what taking them does to the state.
//
// A line "%%% NAME" begins a file: one that a project may ask for ("web.env", ".env",
// "common.yaml"), or with
// "%%%+ NAME" one of the service files themselves. What comes before the first such line is a
// service file.
#include <map>
#include <string>
#include <vector>

#include "state/documents.hpp"
#include "state/host_policy.hpp"
#include "state/import.hpp"
#include "state/service_file.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/properties.hpp"

namespace genisys::fuzz {
namespace {

constexpr std::size_t kMostFiles = 4;
constexpr std::size_t kMostBytes = std::size_t{8} * 1024 * 1024;

const std::map<std::string, std::string, std::less<>> kEnvironment = {
    {"TAG", "1.25"}, {"EMPTY", ""}, {"PORT", "8080"}, {"NESTED", "${TAG}"}, {"PASSWORD", "$$x"}};

struct Files {
  std::vector<state::SourceFile> sources = {};
  std::map<std::string, std::string> others = {};
};

Files cut(std::string_view text) {
  Files files;
  std::string path = "/srv/shop/compose.yaml";
  bool is_source = true;
  std::string content;
  const auto end = [&] {
    if (!is_source) {
      files.others.insert_or_assign(path, std::move(content));
    } else if (files.sources.size() < kMostFiles) {
      files.sources.push_back({path, std::move(content)});
    }
    content.clear();
  };
  for (Input lines(text); !lines.empty();) {
    const std::string_view line = lines.line();
    if (line.starts_with("%%%")) {
      if (!content.empty()) end();
      is_source = line.starts_with("%%%+");
      path = "/srv/shop/" +
             std::string(line.substr(std::min<std::size_t>(line.size(), is_source ? 5 : 4)));
    } else {
      content.append(line).append("\n");
    }
  }
  end();
  return files;
}

void require_shared(const state::SharedResources& shared) {
  state::Problems problems;
  for (const auto& [name, network] : shared.networks) {
    const std::string text = state::encode_network(network);
    const auto document = state::read_json(text, problems, kMostBytes);
    require(document && state::decode_network(*document, problems) == network,
            "a network is read back as it was recorded", text);
  }
  for (const auto& [name, volume] : shared.volumes) {
    const std::string text = state::encode_volume(volume);
    const auto document = state::read_json(text, problems, kMostBytes);
    require(document && state::decode_volume(*document, problems) == volume,
            "a volume is read back as it was recorded", text);
  }
  state::check_policy(shared, state::HostPolicy{}, problems);
}

std::size_t require_entry(const state::FileEntry& entry) {
  const std::string text = state::encode_definition(entry.definition);
  state::Problems problems;
  const auto document = state::read_json(text, problems, kMostBytes);
  require(document.has_value(), "a record is JSON", text);
  const auto again = state::decode_definition(*document, entry.definition.name, "", problems);
  require(again.has_value(), problems.empty() ? "" : problems.front().message, text);
  require(*again == entry.definition, "a record is read back as it was", text);
  require(state::spec_hash(*again) == state::spec_hash(entry.definition), "equal hashes", text);
  return text.size();
}

void require_taken(const state::Declarations& declared) {
  const state::Snapshot none;
  state::Draft draft(none);
  const state::ImportReport first = state::import_declarations(draft, declared);
  require(first.taken.size() + first.passed_over.size() == declared.entries.size(),
          "every entry is taken or passed over");
  const state::Snapshot taken = draft.state();
  state::Draft next(taken);
  const state::ImportReport again = state::import_declarations(next, declared);
  require(!again.changes_anything() && !next.changed(), "the same again changes nothing");
}

}  // namespace
}  // namespace genisys::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace genisys;
  using namespace genisys::fuzz;
  const Files files = cut(Input(data, size).rest());
  const state::Surroundings surroundings{
      .variable = [](const std::string& name) -> std::optional<std::string> {
        const auto found = kEnvironment.find(name);
        if (found == kEnvironment.end()) return std::nullopt;
        return found->second;
      },
      .read = [&files](const std::string& path, std::string& why,
                       bool& missing) -> std::optional<std::string> {
        const auto found = files.others.find(path);
        missing = found == files.others.end();
        if (!missing) return found->second;
        why = "cannot open it: no such file or directory";
        return std::nullopt;
      }};
  state::Problems problems;
  state::Problems notices;
  const auto declared = state::read_service_files(files.sources, surroundings, problems, notices);
  require(declared.has_value() == problems.empty(), "either declarations or problems");
  const std::size_t lines = lines_of(Input(data, size).rest());
  if (!notices.empty()) require_told(notices, lines);
  if (!declared) {
    require_told(problems, lines);
    return 0;
  }
  std::size_t bytes = 0;
  for (const state::FileEntry& entry : declared->entries) {
    require(entry.at.document < files.sources.size(), "an entry is in one of the files");
    bytes += require_entry(entry);
  }
  require(bytes <= kMostBytes, "a few lines make no heap of records");
  require_shared(declared->shared);
  require_taken(*declared);
  return 0;
}
