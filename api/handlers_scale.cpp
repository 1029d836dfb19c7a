#include "api/handlers_scale.hpp"

#include <map>
#include <utility>

#include "api/answers.hpp"
#include "api/codec_bodies.hpp"
#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "api/write.hpp"

namespace genisys::api {
namespace {

using Targets = std::map<state::ServiceName, std::uint32_t>;

// Here rather than in set_targets, so that the answer names every service that is missing.
std::optional<state::Refusal> refusal_of_missing(const state::Draft& draft,
                                                 const Targets& targets) {
  state::Problems problems;
  for (const auto& [name, target] : targets) {
    if (draft.find(name) != nullptr) continue;
    problems.push_back({state::pointer_to("", name.str()), "there is no service of this name"});
  }
  if (problems.empty()) return std::nullopt;
  return state::Refusal{state::RefusalKind::not_found,
                        "some services do not exist, and no target was changed",
                        std::move(problems)};
}

state::Decided<state::Effect> scale_all(state::Draft& draft, const Targets& targets) {
  if (auto refusal = refusal_of_missing(draft, targets)) return *std::move(refusal);
  return state::set_targets(draft, targets, std::nullopt, /*single=*/false);
}

boost::asio::awaitable<Response> record_targets(const Context& context, std::string author,
                                                Command command,
                                                std::vector<state::ServiceName> names) {
  const Written written =
      co_await write(context, std::move(author), std::move(command), std::move(names));
  if (!written.decided) co_return refusal_answer(written.decided.error());
  co_return statuses_answer(context, written.records);
}

}  // namespace

Reply scale_service(const Context& context, Request request, PathValues values) {
  const Checked<WriteOptions> options = write_options_of(request, Conditional::supported);
  if (!options) return options.error();
  const std::optional<state::ServiceName> name = state::ServiceName::parse(values[0]);
  if (!name) return unknown_service(values[0]);
  state::Problems problems;
  std::optional<ScaleBody> scale = decode_scale_body(request.body, context.max_replicas, problems);
  if (!scale) return problem(400, "the scale is not valid", problems);

  Command command = [targets = Targets{{*name, scale->target}}, if_match = options->if_match,
                     max_replicas = context.max_replicas,
                     remove = std::move(scale->remove)](state::Draft& draft) {
    return state::set_targets(draft, targets, if_match, /*single=*/true, max_replicas, remove);
  };
  if (options->dry_run) return rehearse(context, command);
  return write_and_show_status(200, context, std::move(request.author), std::move(command), *name);
}

Reply scale_services(const Context& context, Request request, PathValues) {
  const Checked<WriteOptions> options = write_options_of(request, Conditional::unsupported);
  if (!options) return options.error();
  state::Problems problems;
  std::optional<Targets> targets =
      decode_targets_body(request.body, context.max_replicas, problems);
  if (!targets) return problem(400, "the scale is not valid", problems);

  std::vector<state::ServiceName> names;
  for (const auto& [name, target] : *targets) names.push_back(name);
  Command command = [targets = std::move(*targets)](state::Draft& draft) {
    return scale_all(draft, targets);
  };
  if (options->dry_run) return rehearse(context, command);
  return record_targets(context, std::move(request.author), std::move(command), std::move(names));
}

}  // namespace genisys::api
