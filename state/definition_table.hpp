// The fields of a definition, one row each.
//
// Pure. Any thread.
#pragma once

#include <string_view>

#include "state/definition.hpp"
#include "state/field_table.hpp"

namespace genisys::state {

// In the order in which they are written and hashed. That of name and image decodes nothing: a
// definition begins with both.
Fields<Definition> definition_fields();
// Those of `deploy`.
Fields<Definition> deploy_fields();

// Reports what each field alone allows and all together do not.
void check_fields(const Definition& definition, const Value& value, std::string_view pointer,
                  Problems& problems);

// The definition with what deploy.resources says where mem_limit and the like say it: two that
// differ in the way alone become equal.
Definition with_limits_in_one_place(Definition definition);

}  // namespace genisys::state
