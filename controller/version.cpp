#include "controller/version.hpp"

namespace genisys::controller {

std::string_view version() { return GENISYS_VERSION; }

}  // namespace genisys::controller
