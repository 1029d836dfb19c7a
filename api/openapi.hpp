// docs/openapi.yaml, put into the program by the build.
#pragma once

#include <string_view>

namespace genisys::api {

std::string_view openapi_yaml();

}  // namespace genisys::api
