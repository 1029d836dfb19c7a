// What a request asks for besides its body: the query and If-Match. Strict: an unknown or doubtful
// parameter is refused rather than ignored, since a mistyped `dry_run` must not write.
//
// Pure. Any thread.
#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "api/http.hpp"
#include "state/commands.hpp"

namespace genisys::api {

// The value, or the answer that says everything that is wrong with the request.
template <class T>
using Checked = boost::system::result<T, Response>;

constexpr std::chrono::seconds kLongestWait{60};

struct UntilConverged {};
struct UntilNewerThan {
  state::Index index;
};
struct Wait {
  std::chrono::milliseconds at_most;
  std::variant<UntilConverged, UntilNewerThan> until;
};

// ?wait=30s with for=converged or index=N; nothing when the request does not wait.
Checked<std::optional<Wait>> wait_of(const Request& request);

enum class Conditional { supported, unsupported };

struct WriteOptions {
  bool dry_run = false;
  std::optional<state::Precondition> if_match = {};
};

// ?dry_run=true and If-Match. `unsupported`: the target of the write has no ETag of its own, so
// that a condition on it would be silently lost; it is refused.
Checked<WriteOptions> write_options_of(const Request& request, Conditional conditional);

// A removal: the same, and either ?keep=containers or ?volumes=remove.
struct RemovalOptions {
  WriteOptions write = {};
  state::Containers containers = state::Containers::stop;
  state::Volumes volumes = state::Volumes::keep;
};
Checked<RemovalOptions> removal_options_of(const Request& request);

// ?limit=N of a list: 1…1000.
struct Limit {
  std::size_t count = 100;
};
Checked<Limit> limit_of(const Request& request);

// Which entries of the journal to follow, and from where.
struct Following {
  std::optional<state::ServiceName> service = {};  // unset: all
  std::optional<std::uint64_t> after = {};         // unset: only what comes from now on
};
// ?service=web, ?after=N, Last-Event-ID. The header counts more than `after`: a client that comes
// again repeats its URL, and has had more since.
Checked<Following> following_of(const Request& request);

// Nothing when the request has no query, else the answer that refuses it.
std::optional<Response> refusal_of_query(const Request& request);

// A strong entity tag of this generation: "7" with its quotes.
std::string entity_tag(state::Generation generation);

// RFC 9110 §13.1.1. Tags that are weak or not ours are well-formed and match no generation. Nothing
// when the text is malformed.
std::optional<state::Precondition> parse_if_match(std::string_view text);

}  // namespace genisys::api
