// How a handler writes: a command (state/commands.hpp) is decided inside the store's batch, or, for
// a dry run, on a draft that is thrown away.
//
// Logic thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <vector>

#include "api/answers.hpp"
#include "api/context.hpp"
#include "api/http.hpp"
#include "state/commands.hpp"

namespace genisys::api {

using Command = std::function<state::Decided<state::Effect>(state::Draft&)>;

struct Written {
  state::Decided<state::Effect> decided;
  // What the command left of the services asked for, in their order; null where there is none.
  std::vector<Record> records;
};

// Returns when the write is durable, or was refused. `author`: who asks, as the journal tells it.
// Throws StoreError.
boost::asio::awaitable<Written> write(const Context& context, std::string author, Command command,
                                      std::vector<state::ServiceName> names);

// The same for one service, with the usual answer: its status, its definition, or the refusal.
boost::asio::awaitable<Response> write_and_show_status(int status, const Context& context,
                                                       std::string author, Command command,
                                                       state::ServiceName name);
boost::asio::awaitable<Response> write_and_show_definition(const Context& context,
                                                           std::string author, Command command,
                                                           state::ServiceName name);

// Nothing is written: answers the effect and what the reconciler would do, or the refusal.
Response rehearse(const Context& context, const Command& command);

}  // namespace genisys::api
