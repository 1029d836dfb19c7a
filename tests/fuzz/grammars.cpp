// The small grammars, one text each. The first letter says which: d(uration), b(ytes), c(pus),
// p(orts), x (exposed ports), i(mage), n(ame), w(ords of a shell), e (an engine's address), h(ost),
// o(rigin), t(arget of a request), m (If-Match), v (variables), 6 (base64), a (an API version).
#include <string>
#include <vector>

#include "api/host_rules.hpp"
#include "api/parameters.hpp"
#include "api/target.hpp"
#include "docker/address.hpp"
#include "docker/base64.hpp"
#include "docker/target.hpp"
#include "state/compose/interpolation.hpp"
#include "state/definition.hpp"
#include "state/port.hpp"
#include "state/quantities.hpp"
#include "state/shell_words.hpp"
#include "state/text.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/properties.hpp"

namespace genisys::fuzz {
namespace {

// A refusal says why, in words that can be shown where the text could be.
void require_why(std::string_view text, const std::string& why) {
  require(!why.empty(), "a refusal says why", text);
  require(!state::is_utf8(text) || state::is_utf8(why), "why is UTF-8", why);
}

void quantity(char kind, std::string_view text) {
  if (kind == 'd') {
    if (const auto duration = state::parse_duration(text)) {
      require(duration->count() >= 0, "no duration is negative", text);
      const std::string written = state::format_duration(*duration);
      require(state::parse_duration(written) == duration, "the canonical text means the same",
              written);
    }
  } else if (kind == 'b') {
    if (const auto bytes = state::parse_bytes(text)) {
      require(*bytes >= 0, "no size is negative", text);
      const std::string written = state::format_bytes(*bytes);
      require(state::parse_bytes(written) == bytes, "the canonical text means the same", written);
    }
  } else if (const auto cpus = state::parse_cpus(text)) {
    require(*cpus >= 0 && *cpus <= 1'000'000'000'000'000, "cpus are in their range", text);
    const std::string written = state::format_cpus(*cpus);
    require(state::parse_cpus(written) == cpus, "the canonical text means the same", written);
  }
}

void ports(std::string_view text) {
  std::string why;
  const std::vector<state::Port> parsed = state::parse_ports(text, why);
  if (parsed.empty()) return require_why(text, why);
  require(why.empty(), "ports or a reason", why);
  require(parsed.size() <= 65536, "a range is bounded");
  for (const state::Port& port : parsed) {
    const std::vector<state::Port> again = state::parse_ports(port.text, why);
    require(again.size() == 1 && again.front() == port, "a port's text is the port", port.text);
    require(port.container != 0, "a port is not 0", text);
    require(state::may_collide(port, port) == (port.host_first != 0), "two of it collide", text);
  }
}

void exposed(std::string_view text) {
  std::string why;
  if (!state::parse_exposed(text, why)) require_why(text, why);
  if (const auto address = state::canonical_address(text)) {
    require(state::canonical_address(*address) == address, "the canonical text stays", *address);
  }
}

void image(std::string_view text) {
  std::string why;
  const auto reference = state::ImageReference::parse(text, why);
  const std::string normal = state::normalise_image(text);
  if (!reference) return require_why(text, why);
  require(reference->str() == text, "a reference is kept as written", text);
  require(normal == reference->normalised(), "there is one normal form", normal);
  // With the registry and `library/` before it a name may be longer than a written one may be.
  if (normal.size() > 255) return;
  require(state::normalise_image(normal) == normal, "the normal form stays", normal);
  const auto again = state::ImageReference::parse(normal, why);
  require(again && again->normalised() == normal, "the normal form means the same", normal);
}

void name(std::string_view text) {
  const auto parsed = state::ServiceName::parse(text);
  if (!parsed) return;
  require(parsed->str() == text, "a name is kept as written", text);
  require(docker::percent_encode(text) == text, "a name needs no encoding in a path", text);
}

void words(std::string_view text) {
  std::string why;
  const auto split = state::split_words(text, why);
  if (!split) return require_why(text, why);
  std::string quoted;
  for (const std::string& word : *split) {
    quoted += '\'';
    for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    quoted += "' ";
  }
  require(state::split_words(quoted, why) == split, "quoted words stay what they are", quoted);
}

void engine_address(std::string_view text) {
  std::string why;
  const auto address = docker::parse_address(text, why);
  if (!address) return require_why(text, why);
  const std::string written = docker::to_string(*address);
  const auto again = docker::parse_address(written, why);
  require(again && *again == *address, "the canonical text means the same", written);
}

void host(std::string_view text) {
  using Verdict = api::HostRules::Verdict;
  static const api::HostRules kRules("127.0.0.1", {"connector.example"});
  const Verdict verdict = kRules.check_authority(text);
  const Verdict as_origin = kRules.check_origin("http://" + std::string(text));
  require(verdict != Verdict::allowed || as_origin == Verdict::allowed, "who may be asked may ask",
          text);
  if (verdict != Verdict::allowed) return;
  require(kRules.check_authority("evil." + std::string(text)) != Verdict::allowed ||
              text.starts_with('['),
          "what ends like an allowed host is another", text);
}

void origin(std::string_view text) {
  static const api::HostRules kRules("127.0.0.1", {"connector.example"});
  if (kRules.check_origin(text) != api::HostRules::Verdict::allowed) return;
  require(text.find("://") != std::string_view::npos, "an origin has a scheme", text);
  require(text.find_first_of("/?#@", text.find("://") + 3) == std::string_view::npos,
          "an origin has no path and no user", text);
}

void target(std::string_view text) {
  const auto parsed = api::parse_target(text);
  if (const auto* error = std::get_if<api::TargetError>(&parsed)) {
    return require_why({}, error->message);
  }
  const auto& parts = std::get<api::Target>(parsed);
  std::string written;
  for (const std::string& segment : parts.segments) {
    require(state::is_utf8(segment) && segment.find_first_of("/\n\r\x7f") == std::string::npos,
            "a segment is text within slashes", segment);
    written += "/" + docker::percent_encode(segment);
  }
  // One slash at the end says nothing.
  if (written.empty() || parts.segments.back().empty()) written += '/';
  char mark = '?';
  for (const auto& [key, value] : parts.query) {
    require(state::is_utf8(key) && state::is_utf8(value), "a query is text", key);
    written += mark + docker::percent_encode(key) + "=" + docker::percent_encode(value);
    mark = '&';
  }
  const auto again = api::parse_target(written);
  require(std::holds_alternative<api::Target>(again), "what is encoded is a target", written);
  require(std::get<api::Target>(again).segments == parts.segments, "the same segments", written);
  require(std::get<api::Target>(again).query == parts.query, "the same query", written);
}

void variables(std::string_view text) {
  constexpr std::size_t kMost = 4096;
  const auto lookup = [](const std::string& variable) -> std::optional<std::string> {
    if (variable == "A") return "value of a";
    if (variable == "EMPTY") return "";
    return std::nullopt;
  };
  state::compose::Unfilled unfilled;
  const auto filled = state::compose::interpolate(text, lookup, kMost, unfilled);
  if (!filled) return require_why(text, unfilled.why);
  require(filled->text.size() <= kMost, "the result is bounded");
  require(text.find('$') != std::string_view::npos || filled->text == text,
          "a text without variables stays", text);
}

void base64(std::string_view text) {
  if (const auto bytes = docker::decode_base64(text)) {
    require(bytes->size() <= text.size(), "what is decoded is shorter", text);
  }
  std::string encoded = docker::encode_base64url(text);
  for (char& c : encoded) c = c == '-' ? '+' : c == '_' ? '/' : c;
  require(docker::decode_base64(encoded) == std::string(text), "what is encoded is decoded",
          encoded);
}

void version(std::string_view text) {
  const auto parsed = docker::ApiVersion::parse(text);
  const auto spoken = docker::negotiate(text);
  if (!parsed) {
    require(!spoken && spoken.error().kind == docker::ErrorKind::protocol, "no version", text);
    return;
  }
  require(docker::ApiVersion::parse(parsed->str()) == parsed, "the same version", text);
  require(!spoken || (*spoken >= docker::kLowestApi && *spoken <= docker::kHighestApi &&
                      *spoken <= *parsed),
          "what is spoken is spoken by both", text);
}

}  // namespace
}  // namespace genisys::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace genisys::fuzz;
  Input input(data, size);
  const char kind = input.kind("dbcpxinwehotmv6a");
  const std::string_view text = input.rest();
  switch (kind) {
    case 'p':
      ports(text);
      break;
    case 'x':
      exposed(text);
      break;
    case 'i':
      image(text);
      break;
    case 'n':
      name(text);
      break;
    case 'w':
      words(text);
      break;
    case 'e':
      engine_address(text);
      break;
    case 'h':
      host(text);
      break;
    case 'o':
      origin(text);
      break;
    case 't':
      target(text);
      break;
    case 'm':
      if (const auto match = genisys::api::parse_if_match(text)) {
        require(!match->any || match->generations.empty(), "any, or some", text);
      }
      break;
    case 'v':
      variables(text);
      break;
    case '6':
      base64(text);
      break;
    case 'a':
      version(text);
      break;
    default:
      quantity(kind, text);
  }
  return 0;
}
