// The answers that several handlers give: a definition, a status, a refusal.
//
// Logic thread: they read the board.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "api/context.hpp"
#include "api/http.hpp"
#include "api/shown.hpp"
#include "state/commands.hpp"

namespace genisys::api {

using Record = std::shared_ptr<const state::Service>;

// The record of the service that a path names, null when there is none.
Record find_record(const state::Snapshot& snapshot, std::string_view name);

Response json(int status, std::string body);

// The definition, with the generation as ETag.
Response definition_answer(int status, const state::Service& record, Show show);

// The status under the record (the newest, or what this request's write left), with X-Genisys-Index
// and the generation as ETag.
Response status_answer(int status, const Context& context, const Record& record);

// The same for many, an object keyed by name; the index is the board's.
Response statuses_answer(const Context& context, const std::vector<Record>& records);

Response unknown_service(std::string_view name);
Response refusal_answer(const state::Refusal& refusal);

}  // namespace genisys::api
