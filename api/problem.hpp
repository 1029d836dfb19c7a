// Answers that say what is wrong: application/problem+json as RFC 9457 defines it.
//
// Pure. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "api/http.hpp"
#include "state/value.hpp"

namespace genisys::api {

// The reason phrase of a status this API uses ("Not Found"); "Unknown" for any other.
std::string_view status_title(int status);

// {"status", "title", "detail", "errors": [{"pointer", "message"[, "line", "column"]}, …]};
// `errors` is left out when there are none, and so are positions that are not known. Beyond 32 KiB
// of errors the last one tells how many more there are. `detail` and the messages are valid UTF-8.
Response problem(int status, std::string detail, const state::Problems& errors = {});

}  // namespace genisys::api
