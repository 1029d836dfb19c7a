// The variables of a project: the environment, the .env beside the first file, and the project's
// name. Puts them into the texts of its files, and reads its env files.
//
// Pure but for what Surroundings does. One per project; it refers to what it was made of.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>

#include "state/compose/env_file.hpp"
#include "state/copy_budget.hpp"
#include "state/secrets.hpp"
#include "state/service_file.hpp"
#include "state/value.hpp"

namespace genisys::state::compose {

class Variables {
 public:
  Variables(const Surroundings& surroundings, Problems& problems, Problems& notices)
      : surroundings_(surroundings), problems_(problems), notices_(notices) {}

  // Takes what `<folder>/.env` says, when there is such a file. The environment wins over it.
  void take_dotenv(const std::string& folder);

  // COMPOSE_PROJECT_NAME in the files, whatever the environment says.
  void set_project_name(std::string name) { project_name_ = std::move(name); }

  std::optional<std::string> value(const std::string& name) const;

  // The values that were asked for, and those of env files: messages do not show them.
  const Secrets& secrets() const { return secrets_; }

  // Replaces the variables in every text within `tree`, but for keys. A text of a map that stood
  // without quotes (see YamlRules::plain_templates) becomes a number or a boolean when the result
  // reads so; in a list it stays a text, since words of commands and the like are texts.
  void fill(Value& tree, const std::string& pointer, std::span<const Position> plain_templates);

  // The variables of one env file; nothing when it is missing and need not be there, or when there
  // was a problem, which is told at `at`. What all of them together have is bounded
  // (copy_budget.hpp): many services may name one long file.
  std::optional<Pairs> read_env_file(const std::string& path, EnvFormat format, bool required,
                                     const std::string& pointer, Position at);

 private:
  enum class Within { map, list };
  void fill(Value& tree, const std::string& pointer, std::span<const Position> plain_templates,
            Within within);
  void fill_text(Value& value, const std::string& text, const std::string& pointer,
                 bool is_resolved);
  bool take_from_budget(const Pairs& pairs);

  const Surroundings& surroundings_;
  Problems& problems_;
  Problems& notices_;
  Pairs dotenv_;
  std::optional<std::string> project_name_;
  std::set<std::string> told_unset_;
  std::size_t filled_bytes_ = 0;
  CopyBudget env_files_;
  bool told_too_much_ = false;
  mutable Secrets secrets_;  // value() tells what it was asked for, and is const for its callers
};

}  // namespace genisys::state::compose
