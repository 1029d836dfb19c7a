#include "tests/support/document_difference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

namespace genisys::test {

namespace {

constexpr const char* kAbsent = "(absent)";
constexpr const char* kNone = "none";

// Whether `text` is of the form of `pattern`, in which '*' is any text.
bool matches(std::string_view pattern, std::string_view text) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  const std::string_view rest = pattern.substr(star + 1);
  for (std::size_t end = star; end <= text.size(); ++end) {
    if (matches(rest, text.substr(end))) return true;
  }
  return false;
}

// A document as the values at its leaves, by their paths.
class Leaves {
 public:
  Leaves(const Json& document, std::span<const Allowed> allowed) : allowed_(allowed) {
    add("", document);
  }

  const std::map<std::string, std::string>& all() const { return leaves_; }

 private:
  std::optional<Allowance> allowance(const std::string& path) const {
    const auto found = std::find_if(allowed_.begin(), allowed_.end(), [&path](const Allowed& one) {
      return matches(one.path, path);
    });
    if (found == allowed_.end()) return std::nullopt;
    return found->allowance;
  }

  void add(const std::string& path, const Json& value) {
    const auto allowance = this->allowance(path);
    if (allowance == Allowance::any) return;
    if (value.is_object() && value.size() != 0) {
      for (const std::string& key : value.keys()) {
        add(path.empty() ? key : path + "." + key, value[key]);
      }
    } else if (value.is_array() && value.size() != 0) {
      std::vector<Json> items = value.items();
      if (allowance == Allowance::any_order) {
        std::sort(items.begin(), items.end(),
                  [](const Json& a, const Json& b) { return a.dump() < b.dump(); });
      }
      for (std::size_t i = 0; i < items.size(); ++i) add(fmt::format("{}[{}]", path, i), items[i]);
    } else {
      const bool none = value.is_null() || value.is_object() || value.is_array();
      leaves_.emplace(path, none ? kNone : value.dump());
    }
  }

  std::span<const Allowed> allowed_;
  std::map<std::string, std::string> leaves_;
};

}  // namespace

void PrintTo(const Difference& difference, std::ostream* out) {
  *out << "\n  " << difference.path << ": " << difference.theirs << " / " << difference.ours;
}

std::vector<Difference> differences(const Json& theirs, const Json& ours,
                                    std::span<const Allowed> allowed) {
  const Leaves their_leaves(theirs, allowed);
  const Leaves our_leaves(ours, allowed);
  std::vector<Difference> found;
  for (const auto& [path, value] : their_leaves.all()) {
    const auto ours_here = our_leaves.all().find(path);
    const std::string other = ours_here == our_leaves.all().end() ? kAbsent : ours_here->second;
    if (value != other) found.push_back({path, value, other});
  }
  for (const auto& [path, value] : our_leaves.all()) {
    if (!their_leaves.all().contains(path)) found.push_back({path, kAbsent, value});
  }
  std::sort(found.begin(), found.end(),
            [](const Difference& a, const Difference& b) { return a.path < b.path; });
  return found;
}

}  // namespace genisys::test
