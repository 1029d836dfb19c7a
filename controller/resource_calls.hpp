// Networks and volumes on the engine: made when they are missing, removed when they are ours and of
// no use. Decides nothing.
//
// Coroutines of the logic thread; the engine outlives them. Each may be repeated after any end.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "controller/plan.hpp"
#include "docker/engine.hpp"

namespace genisys::controller {

// not_found: it is not there, and for somebody else to make. Somebody else's of that name serves as
// well: it is used as it is. An engine can have made two networks of one name, of which no
// container can then use either: those that carry the instance's label and are used by nobody are
// removed until one is left; conflict when that leaves more.
boost::asio::awaitable<docker::Result<void>> prepare_resource(docker::Engine& engine,
                                                              PrepareResource what,
                                                              std::string instance);

// Removes those of them, and of several networks of a name all, that carry the instance's label.
// What the engine will not remove, above all what is in use, is left; an error only when the
// outcome is unknown.
boost::asio::awaitable<docker::Result<void>> remove_unused(docker::Engine& engine,
                                                           state::ResourceNames unused,
                                                           std::string instance);

}  // namespace genisys::controller
