#include "api/router.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include "api/problem.hpp"

namespace genisys::api {
namespace {

// What the braces matched, or nothing when the pattern is another path. An empty segment ("//")
// matches nothing: no resource has an empty name.
std::optional<PathValues> match(std::string_view pattern,
                                const std::vector<std::string>& segments) {
  PathValues values;
  for (const std::string& segment : segments) {
    if (!pattern.starts_with('/')) return std::nullopt;
    pattern.remove_prefix(1);
    const std::string_view expected = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(expected.size());
    if (segment.empty()) return std::nullopt;
    if (expected.starts_with('{')) {
      values.push_back(segment);
    } else if (expected != segment) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() && pattern != "/") return std::nullopt;
  return values;
}

// The answer for the exception being handled. The client learns no more than it can act on; the log
// gets the rest.
Response answer_to_exception(Method method) {
  const bool is_read = method == Method::get;
  try {
    throw;
  } catch (const state::StoreError& error) {
    spdlog::error("cannot {}: {}", is_read ? "read the journal" : "record a write", error.what());
    if (is_read) return problem(503, "the journal cannot be read now");
    if (error.fault() == state::StoreFault::full) {
      return problem(507, "the write was not recorded: no space left for the state file");
    }
    if (error.fault() == state::StoreFault::closed) {
      return problem(503, "the write was not recorded: the connector is stopping");
    }
    return problem(503, "the write was not recorded: the state file cannot be written");
  } catch (const std::exception& error) {
    spdlog::error("a request handler failed: {}", error.what());
  } catch (...) {
    spdlog::error("a request handler failed with an unknown exception");
  }
  return problem(500, "the connector failed to answer this request; its log says why");
}

boost::asio::awaitable<Response> guarded(boost::asio::awaitable<Response> reply, Method method) {
  try {
    co_return co_await std::move(reply);
  } catch (...) {
    co_return answer_to_exception(method);
  }
}

Reply run(const Route& route, const Context& context, Request request, PathValues values) {
  try {
    Reply reply = route.handler(context, std::move(request), std::move(values));
    if (auto* later = std::get_if<boost::asio::awaitable<Response>>(&reply)) {
      return guarded(std::move(*later), route.method);
    }
    return reply;
  } catch (...) {
    return answer_to_exception(route.method);
  }
}

// The value of Allow: every method that the path has, HEAD with GET.
std::string allowed_methods(const std::vector<Method>& methods) {
  std::string allow;
  for (Method method : {Method::get, Method::head, Method::post, Method::put, Method::del}) {
    const Method routed = method == Method::head ? Method::get : method;
    if (std::find(methods.begin(), methods.end(), routed) == methods.end()) continue;
    if (!allow.empty()) allow += ", ";
    allow += to_string(method);
  }
  return allow;
}

}  // namespace

Reply dispatch(std::span<const Route> table, const Context& context, Request request) {
  if (request.method == Method::head) request.method = Method::get;

  std::vector<Method> other_methods;
  for (const Route& route : table) {
    std::optional<PathValues> values = match(route.pattern, request.segments);
    if (!values) continue;
    if (route.method == request.method) {
      return run(route, context, std::move(request), std::move(*values));
    }
    other_methods.push_back(route.method);
  }
  if (other_methods.empty()) return problem(404, "there is no such path; see GET /openapi.yaml");

  std::string allow = allowed_methods(other_methods);
  Response response = problem(405, "this path allows only " + allow);
  response.headers.emplace_back("Allow", std::move(allow));
  return response;
}

}  // namespace genisys::api
