#include "api/write.hpp"

#include <memory>
#include <utility>

#include "api/codec.hpp"

namespace genisys::api {

boost::asio::awaitable<Written> write(const Context& context, Command command,
                                      std::vector<state::ServiceName> names) {
  // Shared with the change, which may outlive this frame: a reply can be given up while its batch
  // waits.
  auto written = std::make_shared<Written>(Written{state::Effect::unchanged, {}});
  co_await context.store.commit([written, command = std::move(command),
                                 names = std::move(names)](state::Draft& draft) {
    written->decided = command(draft);
    for (const state::ServiceName& name : names) {
      const auto found = draft.state().services.find(name);
      written->records.push_back(found == draft.state().services.end() ? nullptr : found->second);
    }
  });
  co_return std::move(*written);
}

Response rehearse(const Context& context, const Command& command) {
  state::Draft draft(*context.store.snapshot());
  const state::Decided<state::Effect> decided = command(draft);
  if (!decided) return refusal_answer(decided.error());
  return json(200, encode_preview(*decided, context.preview(draft.state())));
}

}  // namespace genisys::api
