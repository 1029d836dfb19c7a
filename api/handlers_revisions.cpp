#include "api/handlers_revisions.hpp"

#include <utility>

#include "api/answers.hpp"
#include "api/codec_revisions.hpp"
#include "api/parameters.hpp"

namespace genisys::api {

Reply show_revisions(const Context& context, Request request, PathValues values) {
  if (auto refusal = refusal_of_query(request)) return std::move(*refusal);
  const Record record = find_record(*context.store.snapshot(), values[0]);
  if (record == nullptr) return unknown_service(values[0]);
  Response response = json(200, encode_revisions(*record, shown_to(request)));
  response.headers.emplace_back("ETag", entity_tag(record->generation));
  return response;
}

}  // namespace genisys::api
