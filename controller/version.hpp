#pragma once

#include <string_view>

namespace genisys::controller {

// The program's version, "1.0.0".
std::string_view version();

}  // namespace genisys::controller
