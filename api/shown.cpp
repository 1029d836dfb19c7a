#include "api/shown.hpp"

#include "state/secrets.hpp"

namespace genisys::api {

std::string encode_shown(const state::Definition& definition, Show show) {
  return encode_definition(show == Show::everything ? definition : state::masked(definition));
}

}  // namespace genisys::api
