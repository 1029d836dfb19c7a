#include "api/handlers_operator.hpp"

#include <fmt/format.h>

#include <utility>

#include "api/answers.hpp"
#include "api/codec_bodies.hpp"
#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "api/write.hpp"

namespace genisys::api {
namespace {

using state::Decided;
using state::Draft;
using state::Effect;
using state::ServiceName;
using IfMatch = std::optional<state::Precondition>;

// A write that needs the name and a condition only. A body would be a misunderstanding.
Reply write_to(const Context& context, Request request, const std::string& path_name,
               Decided<Effect> (*command)(Draft&, const ServiceName&, const IfMatch&)) {
  const Checked<WriteOptions> options = write_options_of(request, Conditional::supported);
  if (!options) return options.error();
  const std::optional<ServiceName> name = ServiceName::parse(path_name);
  if (!name) return unknown_service(path_name);
  if (!request.body.empty() && request.body != "{}") {
    return problem(400, "this request has no body: leave it out");
  }
  Command change = [name = *name, if_match = options->if_match, command](Draft& draft) {
    return command(draft, name, if_match);
  };
  if (options->dry_run) return rehearse(context, change);
  return write_and_show_status(200, context, std::move(request.author), std::move(change), *name);
}

// Which definition a rollback leads to is known once it is decided; one that the policy does not
// allow is taken back.
Decided<Effect> roll_back_if_allowed(Draft& draft, const ServiceName& name,
                                     const std::optional<state::Revision>& to,
                                     const IfMatch& if_match, const state::HostPolicy& policy) {
  const Draft::Mark before = draft.mark();
  Decided<Effect> decided = state::roll_back(draft, name, to, if_match);
  if (!decided || *decided == Effect::unchanged) return decided;
  state::Problems problems;
  check_policy(draft.find(name)->definition, policy, "", problems);
  if (problems.empty()) return decided;
  draft.roll_back_to(before);
  for (state::Problem& problem : problems) {
    problem.message = fmt::format("{} of that revision: {}", problem.pointer, problem.message);
    problem.pointer = "/revision";
  }
  return state::Refusal{state::RefusalKind::invalid, "the policy does not allow that revision",
                        std::move(problems)};
}

}  // namespace

Reply pause_service(const Context& context, Request request, PathValues values) {
  return write_to(context, std::move(request), values[0], state::pause_service);
}

Reply resume_service(const Context& context, Request request, PathValues values) {
  return write_to(context, std::move(request), values[0], state::resume_service);
}

Reply reset_backoff(const Context& context, Request request, PathValues values) {
  const Checked<WriteOptions> options = write_options_of(request, Conditional::unsupported);
  if (!options) return options.error();
  const std::optional<ServiceName> name = ServiceName::parse(values[0]);
  if (!name) return unknown_service(values[0]);
  Command change = [name = *name](Draft& draft) { return state::reset_backoff(draft, name); };
  if (options->dry_run) return rehearse(context, change);
  return write_and_show_status(200, context, std::move(request.author), std::move(change), *name);
}

Reply roll_back_service(const Context& context, Request request, PathValues values) {
  const Checked<WriteOptions> options = write_options_of(request, Conditional::supported);
  if (!options) return options.error();
  const std::optional<ServiceName> name = ServiceName::parse(values[0]);
  if (!name) return unknown_service(values[0]);
  state::Problems problems;
  const std::optional<RollbackBody> wanted = decode_rollback_body(request.body, problems);
  if (!wanted) return problem(400, "the rollback is not valid", problems);

  Command change = [name = *name, to = wanted->revision, if_match = options->if_match,
                    policy = context.policy](Draft& draft) {
    return roll_back_if_allowed(draft, name, to, if_match, policy);
  };
  if (options->dry_run) return rehearse(context, change);
  return write_and_show_definition(context, std::move(request.author), std::move(change), *name);
}

}  // namespace genisys::api
