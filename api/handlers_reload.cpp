#include "api/handlers_reload.hpp"

#include <utility>

#include "api/answers.hpp"
#include "api/codec_reload.hpp"
#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "state/text.hpp"

namespace genisys::api {
namespace {

// Not 400: the request is fine, what it refers to is not.
Response answer(const state::Reload& reload, DryRun dry_run) {
  if (reload.errors.empty()) return json(200, encode_reload(reload, dry_run));
  state::Problems problems;
  for (const std::string& error : reload.errors) problems.push_back({"", state::to_utf8(error)});
  return problem(409, "the service file is broken, and nothing was changed: mend it, and try again",
                 problems);
}

boost::asio::awaitable<Response> reload_now(const Context& context, std::string author) {
  co_return answer(co_await context.reload(std::move(author)), DryRun::no);
}

}  // namespace

Reply reload_services(const Context& context, Request request, PathValues) {
  const Checked<WriteOptions> options = write_options_of(request, Conditional::unsupported);
  if (!options) return options.error();
  if (!request.body.empty() && request.body != "{}") {
    return problem(400, "this request has no body: leave it out");
  }
  if (options->dry_run) return answer(context.rehearse_reload(), DryRun::yes);
  return reload_now(context, std::move(request.author));
}

}  // namespace genisys::api
