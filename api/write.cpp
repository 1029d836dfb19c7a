#include "api/write.hpp"

#include <memory>
#include <utility>

#include "api/codec.hpp"

namespace genisys::api {

boost::asio::awaitable<Written> write(const Context& context, std::string author, Command command,
                                      std::vector<state::ServiceName> names) {
  // Shared with the change, which may outlive this frame: a reply can be given up while its batch
  // waits.
  auto written = std::make_shared<Written>(Written{state::Effect::unchanged, {}});
  co_await context.store.commit([written, author = std::move(author), command = std::move(command),
                                 names = std::move(names)](state::Draft& draft) {
    draft.act_as(author);
    written->decided = command(draft);
    for (const state::ServiceName& name : names) {
      const auto found = draft.state().services.find(name);
      written->records.push_back(found == draft.state().services.end() ? nullptr : found->second);
    }
  });
  co_return std::move(*written);
}

boost::asio::awaitable<Response> write_and_show_status(int status, const Context& context,
                                                       std::string author, Command command,
                                                       state::ServiceName name) {
  const Written written =
      co_await write(context, std::move(author), std::move(command), {std::move(name)});
  if (!written.decided) co_return refusal_answer(written.decided.error());
  co_return status_answer(status, context, written.records.front());
}

boost::asio::awaitable<Response> write_and_show_definition(const Context& context,
                                                           std::string author, Command command,
                                                           state::ServiceName name) {
  const Written written = co_await write(context, std::move(author), std::move(command), {name});
  if (!written.decided) co_return refusal_answer(written.decided.error());
  const bool created = *written.decided == state::Effect::created;
  Response response =
      definition_answer(created ? 201 : 200, *written.records.front(), Show::everything);
  if (created) response.headers.emplace_back("Location", "/service/" + name.str());
  co_return response;
}

Response rehearse(const Context& context, const Command& command) {
  state::Draft draft(*context.store.snapshot());
  const state::Decided<state::Effect> decided = command(draft);
  if (!decided) return refusal_answer(decided.error());
  return json(200, encode_preview(*decided, context.preview(draft.state())));
}

}  // namespace genisys::api
