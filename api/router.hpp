// Finds the handler of a request in the route table; answers 404 and 405 (with Allow) itself. No
// regular expressions: a pattern is a list of segments, "{name}" matches any one of them.
//
// Logic thread. The context and the table outlive every reply.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/context.hpp"
#include "api/http.hpp"

namespace genisys::api {

// What the segments in braces matched, in order.
using PathValues = std::vector<std::string>;
// `request` is moved in: a handler that answers later owns it.
using Handler = Reply (*)(const Context& context, Request request, PathValues values);

struct Route {
  Method method;
  std::string_view pattern;  // "/service/{name}/scale"
  Handler handler;
};

// The whole API, in one table (routes.cpp).
std::span<const Route> routes();

// HEAD is answered as GET. A trailing slash is not significant. Exceptions of handlers become
// problem+json: StoreError 507/503, anything else 500; never thrown on. What the source of a Stream
// throws is its server's to handle.
Reply dispatch(std::span<const Route> table, const Context& context, Request request);

}  // namespace genisys::api
