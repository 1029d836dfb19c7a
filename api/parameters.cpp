#include "api/parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>
#include <vector>

#include "api/problem.hpp"
#include "state/text.hpp"

namespace genisys::api {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::string_view kWaitNames[] = {"wait", "for", "index"};
constexpr std::string_view kWriteNames[] = {"dry_run"};
constexpr std::string_view kRemovalNames[] = {"dry_run", "keep", "volumes"};
constexpr std::string_view kLimitNames[] = {"limit"};
constexpr std::string_view kFollowingNames[] = {"service", "after"};

constexpr std::size_t kHighestLimit = 1000;

// One sentence for each query parameter that is not among `known`.
std::vector<std::string> complain_of_unknown(const Request& request, Names known) {
  std::vector<std::string> complaints;
  for (const auto& [name, value] : request.query) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    if (known.empty()) {
      complaints.push_back(
          fmt::format("unknown query parameter {}: this request takes none", state::quote(name)));
      continue;
    }
    const std::string_view meant = state::nearest(name, known);
    complaints.push_back(fmt::format(
        "unknown query parameter {}{}; known: {}", state::quote(name),
        meant.empty() ? "" : fmt::format(", did you mean '{}'?", meant), fmt::join(known, ", ")));
  }
  return complaints;
}

Response refuse(const std::vector<std::string>& complaints) {
  return problem(400, fmt::format("{}", fmt::join(complaints, "; ")));
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_space(char c) { return c == ' ' || c == '\t'; }

// Takes an entity tag off the front of `text`; false when there is none.
bool take_tag(std::string_view& text, state::Precondition& wanted) {
  const bool weak = text.starts_with("W/");
  if (weak) text.remove_prefix(2);
  if (!text.starts_with('"')) return false;
  text.remove_prefix(1);
  const std::size_t length = text.find('"');
  if (length == std::string_view::npos) return false;
  const std::string_view opaque = text.substr(0, length);
  text.remove_prefix(length + 1);
  // etagc is %x21, %x23-7E and everything above: no spaces, no control characters.
  const auto is_etagc = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7F;
  };
  if (!std::all_of(opaque.begin(), opaque.end(), is_etagc)) return false;
  const std::optional<std::uint64_t> generation = parse_decimal(opaque);
  // Tags are compared as text: "07" is not the tag of generation 7.
  if (!weak && generation && std::to_string(*generation) == opaque) {
    wanted.generations.push_back(state::Generation{*generation});
  }
  return true;
}

WriteOptions read_write_options(const Request& request, Conditional conditional,
                                std::vector<std::string>& complaints) {
  WriteOptions options;
  if (const std::optional<std::string_view> dry_run = request.parameter("dry_run")) {
    if (*dry_run == "true") {
      options.dry_run = true;
    } else if (*dry_run != "false") {
      complaints.push_back(
          fmt::format("'dry_run' is 'true' or 'false', not {}", state::quote(*dry_run)));
    }
  }
  if (request.if_match && conditional == Conditional::unsupported) {
    complaints.push_back(
        "If-Match has no meaning here: write to one service by its own path to use it");
  } else if (request.if_match) {
    options.if_match = parse_if_match(*request.if_match);
    if (!options.if_match) {
      complaints.push_back(
          "If-Match is malformed: give * or entity tags in double quotes, such as \"7\"");
    }
  }
  return options;
}

}  // namespace

Checked<std::optional<Wait>> wait_of(const Request& request) {
  std::vector<std::string> complaints = complain_of_unknown(request, kWaitNames);
  const std::optional<std::string_view> wait = request.parameter("wait");
  const std::optional<std::string_view> condition = request.parameter("for");
  const std::optional<std::string_view> index = request.parameter("index");

  Wait result{{}, UntilConverged{}};
  if (wait) {
    const std::optional<std::chrono::milliseconds> duration = state::parse_duration(*wait);
    if (!duration) {
      complaints.push_back(fmt::format("'wait' is no duration: {}; write it as 30s, 500ms or 1m",
                                       state::quote(*wait)));
    } else if (*duration > kLongestWait) {
      complaints.push_back(fmt::format("'wait' is at most {}s, and {} is longer",
                                       kLongestWait.count(), state::quote(*wait)));
    } else {
      result.at_most = *duration;
    }
    if (!condition && !index) {
      complaints.push_back("'wait' needs to know what for: add for=converged or index=N");
    }
  } else if (condition || index) {
    complaints.push_back(fmt::format("'{}' needs 'wait', the time to wait at most: add wait=30s",
                                     condition ? "for" : "index"));
  }
  if (condition && index) complaints.push_back("'for' and 'index' exclude each other: give one");
  if (condition && *condition != "converged") {
    complaints.push_back(
        fmt::format("'for' can only be 'converged', not {}", state::quote(*condition)));
  }
  if (index) {
    if (const std::optional<std::uint64_t> value = parse_decimal(*index)) {
      result.until = UntilNewerThan{state::Index{*value}};
    } else {
      complaints.push_back(
          fmt::format("'index' is no whole number: {}; give the one from X-Genisys-Index",
                      state::quote(*index)));
    }
  }
  if (!complaints.empty()) return refuse(complaints);
  if (!wait) return std::optional<Wait>{};
  return std::optional<Wait>{result};
}

Checked<WriteOptions> write_options_of(const Request& request, Conditional conditional) {
  std::vector<std::string> complaints = complain_of_unknown(request, kWriteNames);
  const WriteOptions options = read_write_options(request, conditional, complaints);
  if (!complaints.empty()) return refuse(complaints);
  return options;
}

Checked<RemovalOptions> removal_options_of(const Request& request) {
  std::vector<std::string> complaints = complain_of_unknown(request, kRemovalNames);
  RemovalOptions options{.write = read_write_options(request, Conditional::supported, complaints)};
  if (const std::optional<std::string_view> keep = request.parameter("keep")) {
    if (*keep == "containers") {
      options.containers = state::Containers::keep;
    } else {
      complaints.push_back(
          fmt::format("'keep' can only be 'containers', not {}", state::quote(*keep)));
    }
  }
  if (const std::optional<std::string_view> volumes = request.parameter("volumes")) {
    if (*volumes != "remove") {
      complaints.push_back(
          fmt::format("'volumes' can only be 'remove', not {}", state::quote(*volumes)));
    } else if (options.containers == state::Containers::keep) {
      complaints.push_back(
          "'volumes=remove' does not go with 'keep=containers': what runs on uses them");
    }
    options.volumes = state::Volumes::remove;
  }
  if (!complaints.empty()) return refuse(complaints);
  return options;
}

Checked<Limit> limit_of(const Request& request) {
  std::vector<std::string> complaints = complain_of_unknown(request, kLimitNames);
  Limit limit;
  if (const std::optional<std::string_view> text = request.parameter("limit")) {
    limit.count = parse_decimal(*text).value_or(0);
    if (limit.count == 0 || limit.count > kHighestLimit) {
      complaints.push_back(fmt::format("'limit' is a whole number from 1 to {}, not {}",
                                       kHighestLimit, state::quote(*text)));
    }
  }
  if (!complaints.empty()) return refuse(complaints);
  return limit;
}

Checked<Following> following_of(const Request& request) {
  std::vector<std::string> complaints = complain_of_unknown(request, kFollowingNames);
  Following following;
  const auto read_id = [&](std::string_view name, std::string_view text) {
    following.after = parse_decimal(text);
    if (!following.after) {
      complaints.push_back(
          fmt::format("'{}' is no id of an event: {}; give the whole number that its 'id' had",
                      name, state::quote(text)));
    }
  };
  if (const std::optional<std::string_view> service = request.parameter("service")) {
    following.service = state::ServiceName::parse(*service);
    if (!following.service) {
      complaints.push_back(fmt::format(
          "'service' is no name of a service: {}; names match [a-zA-Z0-9][a-zA-Z0-9_.-]{{0,62}}",
          state::quote(*service)));
    }
  }
  if (const std::optional<std::string_view> after = request.parameter("after")) {
    read_id("after", *after);
  }
  // Empty: the client has had no event yet.
  if (request.last_event_id && !request.last_event_id->empty()) {
    read_id("Last-Event-ID", *request.last_event_id);
  }
  if (!complaints.empty()) return refuse(complaints);
  return following;
}

std::optional<Response> refusal_of_query(const Request& request) {
  const std::vector<std::string> complaints = complain_of_unknown(request, {});
  if (complaints.empty()) return std::nullopt;
  return refuse(complaints);
}

std::string entity_tag(state::Generation generation) {
  return fmt::format("\"{}\"", number(generation));
}

std::optional<state::Precondition> parse_if_match(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  if (text == "*") return state::Precondition{.any = true};

  state::Precondition wanted;
  bool has_tag = false;
  bool after_tag = false;
  // A recipient accepts empty elements (RFC 9110 §5.6.1), though not a list of nothing else.
  while (!text.empty()) {
    if (is_space(text.front())) {
      text.remove_prefix(1);
    } else if (text.front() == ',') {
      text.remove_prefix(1);
      after_tag = false;
    } else if (after_tag || !take_tag(text, wanted)) {
      return std::nullopt;
    } else {
      has_tag = after_tag = true;
    }
  }
  if (!has_tag) return std::nullopt;
  return wanted;
}

}  // namespace genisys::api
