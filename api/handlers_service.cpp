#include "api/handlers_service.hpp"

#include <fmt/format.h>

#include <utility>

#include "api/answers.hpp"
#include "api/codec.hpp"
#include "api/codec_bodies.hpp"
#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "api/write.hpp"
#include "state/text.hpp"

namespace genisys::api {
namespace {

constexpr const char* kInvalidDefinition = "the definition is not valid";

// The definition of a body, when it is valid and asks of the host what the policy allows.
std::optional<state::Definition> acceptable_definition(
    const Context& context, std::string_view body,
    const std::optional<state::ServiceName>& expected_name, state::Problems& problems) {
  std::optional<state::Definition> definition =
      decode_definition_body(body, expected_name, problems);
  if (definition) check_policy(*definition, context.policy, "", problems);
  if (!problems.empty()) definition.reset();
  return definition;
}

}  // namespace

Reply list_services(const Context& context, Request request, PathValues) {
  if (auto refusal = refusal_of_query(request)) return std::move(*refusal);
  const state::SnapshotPtr snapshot = context.store.snapshot();
  ObjectByName definitions;
  for (const auto& [name, record] : snapshot->services) {
    definitions.add(name, encode_shown(record->definition, shown_to(request)));
  }
  return json(200, std::move(definitions).finish());
}

Reply register_service(const Context& context, Request request, PathValues) {
  const Checked<WriteOptions> options = write_options_of(request, Conditional::unsupported);
  if (!options) return options.error();
  state::Problems problems;
  const std::optional<state::Definition> definition =
      acceptable_definition(context, request.body, std::nullopt, problems);
  if (!definition) return problem(400, kInvalidDefinition, problems);

  Command command = [definition = *definition](state::Draft& draft) {
    return state::register_service(draft, definition);
  };
  if (options->dry_run) return rehearse(context, command);
  return write_and_show_definition(context, std::move(request.author), std::move(command),
                                   definition->name);
}

Reply show_service(const Context& context, Request request, PathValues values) {
  if (auto refusal = refusal_of_query(request)) return std::move(*refusal);
  const Record record = find_record(*context.store.snapshot(), values[0]);
  if (record == nullptr) return unknown_service(values[0]);
  return definition_answer(200, *record, shown_to(request));
}

Reply replace_service(const Context& context, Request request, PathValues values) {
  const Checked<WriteOptions> options = write_options_of(request, Conditional::supported);
  if (!options) return options.error();
  const std::optional<state::ServiceName> name = state::ServiceName::parse(values[0]);
  state::Problems problems;
  if (!name) {
    problems.push_back(
        {"/name", fmt::format("the path names it {}: names match [a-zA-Z0-9][a-zA-Z0-9_.-]{{0,62}}",
                              state::quote(values[0]))});
    return problem(400, kInvalidDefinition, problems);
  }
  const std::optional<state::Definition> definition =
      acceptable_definition(context, request.body, name, problems);
  if (!definition) return problem(400, kInvalidDefinition, problems);

  Command command = [definition = *definition, if_match = options->if_match](state::Draft& draft) {
    return state::replace_definition(draft, definition, if_match);
  };
  if (options->dry_run) return rehearse(context, command);
  return write_and_show_definition(context, std::move(request.author), std::move(command), *name);
}

Reply remove_service(const Context& context, Request request, PathValues values) {
  const Checked<RemovalOptions> options = removal_options_of(request);
  if (!options) return options.error();
  const std::optional<state::ServiceName> name = state::ServiceName::parse(values[0]);
  if (!name) return unknown_service(values[0]);

  Command command = [name = *name, if_match = options->write.if_match,
                     containers = options->containers,
                     volumes = options->volumes](state::Draft& draft) {
    return state::remove_service(draft, name, if_match, containers, volumes);
  };
  if (options->write.dry_run) return rehearse(context, command);
  return write_and_show_status(202, context, std::move(request.author), std::move(command), *name);
}

}  // namespace genisys::api
