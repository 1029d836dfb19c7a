// What a client may see of a definition: all of it, or, where it may only read, what is no secret.
//
// Pure. Any thread.
#pragma once

#include <string>

#include "api/http.hpp"
#include "state/definition.hpp"

namespace genisys::api {

enum class Show { everything, no_secrets };

inline Show shown_to(const Request& request) {
  return request.masks_secrets ? Show::no_secrets : Show::everything;
}

// As encode_definition().
std::string encode_shown(const state::Definition& definition, Show show);

}  // namespace genisys::api
