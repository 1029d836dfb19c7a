#include "state/compose/variables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "state/documents.hpp"
#include "state/text.hpp"

namespace genisys::state::compose {
namespace {

// A variable of the environment may be long, and a file may name it often.
constexpr std::size_t kMaxFilledBytes = std::size_t{1024} * 1024;

constexpr std::string_view kProjectName = "COMPOSE_PROJECT_NAME";
constexpr std::string_view kComposeOwn = "COMPOSE_";

bool is_environment(std::string_view pointer) {
  return pointer.find("/environment/") != std::string_view::npos;
}

bool is_before(const Position& a, const Position& b) {
  return std::tie(a.line, a.column) < std::tie(b.line, b.column);
}

// Only what is written back as it was: what a variable says is never changed.
Value::Content resolve(std::string text) {
  if (text == "true" || text == "false") return text == "true";
  Value::Content content = resolve_plain_scalar(text);
  if (std::holds_alternative<Number>(content)) return content;
  return text;
}

}  // namespace

std::optional<std::string> Variables::value(const std::string& name) const {
  if (project_name_ && name == kProjectName) return project_name_;
  std::optional<std::string> value = surroundings_.variable(name);
  if (const auto found = dotenv_.find(name); !value && found != dotenv_.end())
    value = found->second;
  if (value && !name.starts_with(kComposeOwn)) secrets_.add(name, *value);
  return value;
}

void Variables::take_dotenv(const std::string& folder) {
  if (auto pairs = read_env_file(folder + (folder.ends_with('/') ? ".env" : "/.env"),
                                 EnvFormat::dotenv, false, "", {})) {
    dotenv_ = std::move(*pairs);
  }
}

void Variables::fill(Value& tree, const std::string& pointer,
                     std::span<const Position> plain_templates) {
  fill(tree, pointer, plain_templates, Within::map);
}

// Readers bound the depth of a tree.
void Variables::fill(Value& tree, const std::string& pointer,
                     std::span<const Position> plain_templates, Within within) {
  if (const std::string* text = tree.as_string()) {
    if (text->find('$') == std::string::npos) return;
    const bool is_plain =
        std::binary_search(plain_templates.begin(), plain_templates.end(), tree.at(), is_before);
    fill_text(tree, std::string(*text), pointer, is_plain && within == Within::map);
  } else if (auto* list = std::get_if<List>(&tree.content())) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      fill((*list)[i], pointer_to(pointer, i), plain_templates, Within::list);
    }
  } else if (auto* map = std::get_if<Map>(&tree.content())) {
    for (Member& member : *map) {
      fill(member.value, pointer_to(pointer, member.key), plain_templates, Within::map);
    }
  }
}

void Variables::fill_text(Value& value, const std::string& text, const std::string& pointer,
                          bool is_resolved) {
  Unfilled unfilled;
  const Lookup lookup = [this](const std::string& name) { return this->value(name); };
  auto filled = interpolate(text, lookup, kMaxFilledBytes - filled_bytes_, unfilled);
  if (!filled) {
    if (unfilled.quotes_text && is_environment(pointer)) unfilled.why = kMalformedSecret;
    problems_.push_back({pointer, std::move(unfilled.why), value.at()});
    return;
  }
  filled_bytes_ += filled->text.size();
  for (const std::string& name : filled->unset) {
    if (!told_unset_.insert(name).second) continue;
    notices_.push_back(
        {pointer, fmt::format("the variable {} is not set: it is taken for empty", quote(name)),
         value.at()});
  }
  if (!is_utf8(filled->text)) {
    problems_.push_back({pointer, "a variable's value is not text in UTF-8", value.at()});
    return;
  }
  value.content() = is_resolved ? resolve(std::move(filled->text)) : std::move(filled->text);
}

std::optional<Pairs> Variables::read_env_file(const std::string& path, EnvFormat format,
                                              bool required, const std::string& pointer,
                                              Position at) {
  if (told_too_much_) return std::nullopt;
  std::string why;
  bool missing = false;
  const auto text = surroundings_.read(path, why, missing);
  if (!text && missing && !required) return std::nullopt;
  if (!text) {
    problems_.push_back({pointer, why.empty() ? fmt::format("cannot read {}", path) : why, at});
    return std::nullopt;
  }
  Problems problems;
  Problems notices;
  const Lookup lookup = [this](const std::string& name) { return value(name); };
  auto pairs = parse_env_file(*text, format, lookup, problems, notices);
  const auto pass_on = [&](const Problems& from, Problems& to) {
    for (const Problem& problem : from) {
      const std::string place =
          problem.at.line == 0 ? path : fmt::format("{}:{}", path, problem.at.line);
      to.push_back({pointer, fmt::format("{}: {}", place, problem.message), at});
    }
  };
  pass_on(problems, problems_);
  pass_on(notices, notices_);
  if (!pairs) return pairs;
  for (const auto& [name, value] : *pairs) secrets_.add(name, value);
  if (take_from_budget(*pairs)) return pairs;
  told_too_much_ = true;
  problems_.push_back(
      {pointer,
       fmt::format("with {} the env files of all services have more than {} variables, or {} "
                   "bytes, in all: give them to fewer services",
                   path, CopyBudget::kMaxValues, CopyBudget::kMaxBytes),
       at});
  return std::nullopt;
}

bool Variables::take_from_budget(const Pairs& pairs) {
  ValueSize size{.values = pairs.size()};
  for (const auto& [name, value] : pairs) {
    size.bytes += name.size() + value.size();
  }
  return env_files_.spend(size);
}

}  // namespace genisys::state::compose
