// What of a definition is between its author and the container: values of its environment, and what
// else looks like a password. Definitions are shown as they are to those who may write them, and
// nowhere else are such values: not in messages, and not to those who may only read.
//
// Pure values. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "state/definition.hpp"
#include "state/shared_resources.hpp"

namespace genisys::state {

// Stands in the place of what is not shown.
inline constexpr std::string_view kMask = "***";

class Secrets {
 public:
  // The environment's values, those of labels, options and arguments whose name says that they are
  // secret (password, token, …), and what stands before the @ of a URL.
  void add(const Definition& definition);
  // Of options of drivers likewise, also where one holds several: "username=x,password=y".
  void add(const SharedResources& shared);
  // The value that goes by this name. What is too short, a number or a truth value does not count
  // unless the name says that it is secret: messages would become riddles, and such is no secret.
  void add(std::string_view name, std::string_view value);

  bool empty() const { return values_.empty(); }

  // `text` with kMask for each of the values, also where they are cut off at its end or quoted as
  // Go and JSON do; and without the user of a URL.
  std::string masked(std::string text) const;

 private:
  void add_value(std::string_view value);
  void add_words(const std::vector<std::string>& words);

  std::vector<std::string> values_;  // the longest first
};

// Like `definition`, with kMask for what Secrets would take of it.
Definition masked(Definition definition);

// "scheme://user:password@host" as "scheme://***@host", wherever it is in `text`.
std::string without_url_users(std::string text);

// Whether what goes by this name is not to be shown: DB_PASSWORD, splunk-token, --api-key.
bool names_a_secret(std::string_view name);

}  // namespace genisys::state
