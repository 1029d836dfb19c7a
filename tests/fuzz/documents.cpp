// The readers of documents. The first letter says which: y(aml), j(son), p(ython literals).
#include "state/documents.hpp"

#include <string>

#include "state/copy_budget.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/properties.hpp"

namespace genisys::fuzz {
namespace {

constexpr std::size_t kDepth = 33;

// Only JSON's own numbers: the other readers keep more of how a number was written.
enum class Numbers { of_json, any };

void require_read(std::string_view text, const std::optional<state::Value>& tree,
                  const state::Problems& problems, Numbers numbers) {
  require(tree.has_value() == problems.empty(), "either a document or problems");
  if (!tree) return require_told(problems, lines_of(text));
  require_sound(*tree, kDepth);
  const state::ValueSize size = state::size_of(*tree);
  require(size.values <= 1 + text.size() + state::CopyBudget::kMaxValues, "copies are bounded");
  require(size.bytes <= 4 * text.size() + state::CopyBudget::kMaxBytes, "copies are bounded");
  require(tree->at().line <= lines_of(text), "a document begins within its text");
  if (numbers == Numbers::any || size.depth > 32) return;
  state::Problems none;
  const std::string written = state::write_json(*tree);
  const auto again = state::read_json(written, none, std::size_t{64} * 1024 * 1024);
  require(again.has_value(), none.empty() ? "" : none.front().message, written);
  require(same(*again, *tree), "what is written is read as it was", written);
}

}  // namespace
}  // namespace genisys::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace genisys;
  using namespace genisys::fuzz;
  Input input(data, size);
  const char kind = input.kind("yjp");
  const std::string_view text = input.rest();
  state::Problems problems;
  if (kind == 'y') {
    std::vector<state::Position> templates;
    const auto tree = state::read_yaml(text, problems, {.plain_templates = &templates});
    require_read(text, tree, problems, Numbers::of_json);
  } else if (kind == 'j') {
    require_read(text, state::read_json(text, problems), problems, Numbers::of_json);
  } else {
    const auto tree = state::read_python_literals(text, problems);
    require_read(text, tree, problems, Numbers::any);
    require(!tree || tree->as_map() != nullptr, "assignments are a map");
  }
  return 0;
}
