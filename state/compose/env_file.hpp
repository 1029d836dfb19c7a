// Files of variables: env_file, and the .env beside a Compose file.
//
// Pure. Any thread.
#pragma once

#include <optional>
#include <string_view>

#include "state/compose/interpolation.hpp"
#include "state/definition_parts.hpp"
#include "state/value.hpp"

namespace genisys::state::compose {

enum class EnvFormat {
  dotenv,
  raw,  // a line is a name, '=' and the value, whatever that is
};

// NAME=value lines, also with `export ` before them; blank lines and those that begin with '#' say
// nothing. A value is
//   plain: to the end of the line or a '#' after a blank, without blanks around it;
//   "double": may go over lines, with \n \r \t \\ \" \$;
//   'single': may go over lines, as it stands but for \'.
// In the first two, variables are replaced: `lookup` is asked, then the lines above. A name without
// '=' has the value that `lookup` gives, and is left out when that gives none. The last line of a
// name wins.
//
// Appends every problem with its line and column, and returns nothing when there was one.
std::optional<Pairs> parse_env_file(std::string_view text, EnvFormat format, const Lookup& lookup,
                                    Problems& problems, Problems& notices);

}  // namespace genisys::state::compose
