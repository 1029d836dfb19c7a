// Compose files, read as one project.
//
// Top-level keys: services, networks, volumes, name; version and x-… have no meaning. In each file
// variables are replaced (compose/variables.hpp) and services extended (compose/extends.hpp); then
// the files are merged (compose/merge.hpp); then each service is prepared (compose/service.hpp) and
// decoded. Services of a profile are left out.
//
// Pure but for what Surroundings does. Any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "state/file_entries.hpp"
#include "state/service_file.hpp"
#include "state/value.hpp"

namespace genisys::state::compose {

// One file as it was read.
struct Source {
  Value document;
  std::vector<Position> plain_templates = {};  // see YamlRules
};

// Adds the services to `entries`, and returns the networks and volumes that they use. At least one
// source; `folder` is that of the first.
SharedResources read_project(std::vector<Source> sources, const std::string& folder,
                             const Surroundings& surroundings, FileEntries& entries,
                             Problems& problems, Problems& notices);

// Whether a document without `services` may stand beside one that has them: it is empty, or has
// nothing but top-level keys of Compose.
bool may_extend_project(const Value& document);

}  // namespace genisys::state::compose
