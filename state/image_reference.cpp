// The grammar of distribution/reference, matched by hand: a reference has few parts, and a general
// regular expression engine recurses once per character.
#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "state/definition.hpp"
#include "state/text.hpp"

namespace genisys::state {
namespace {

constexpr std::size_t kMaxName = 255;
constexpr std::size_t kMaxTag = 128;
constexpr std::string_view kDefaultDomain = "docker.io";

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_lower(c) || is_upper(c) || is_digit(c); }
bool is_lower_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

template <class Predicate>
bool all(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

// Calls `check` with each part between separators; false as soon as one is false.
template <class Check>
bool each_part(std::string_view text, char separator, Check check) {
  for (;;) {
    const std::size_t end = text.find(separator);
    if (!check(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

bool is_domain_part(std::string_view part) {
  return !part.empty() && part.front() != '-' && part.back() != '-' &&
         all(part, [](char c) { return is_alnum(c) || c == '-'; });
}

bool is_registry_port(std::string_view digits) {
  if (digits.empty() || digits.size() > 5 || !all(digits, is_digit)) return false;
  const int port = std::stoi(std::string(digits));
  return port >= 1 && port <= 65535;
}

bool is_domain(std::string_view domain) {
  std::string_view port;
  std::string_view host = domain;
  if (domain.starts_with('[')) {
    const std::size_t end = domain.find(']');
    if (end == std::string_view::npos) return false;
    in6_addr address;
    if (::inet_pton(AF_INET6, std::string(domain.substr(1, end - 1)).c_str(), &address) != 1) {
      return false;
    }
    port = domain.substr(end + 1);
    return port.empty() || (port.front() == ':' && is_registry_port(port.substr(1)));
  }
  if (const std::size_t colon = domain.find(':'); colon != std::string_view::npos) {
    host = domain.substr(0, colon);
    if (!is_registry_port(domain.substr(colon + 1))) return false;
  }
  return each_part(host, '.', is_domain_part);
}

// Runs of lower-case letters and digits, joined by one '.', one or two '_', or any number of '-'.
bool is_path_component(std::string_view text) {
  const auto is_word = [](char c) { return is_lower(c) || is_digit(c); };
  if (text.empty() || !is_word(text.front()) || !is_word(text.back())) return false;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && text[end] == text[i]) ++end;
    const std::size_t run = end - i;
    const bool ends_joint = is_word(text[i]) || is_word(text[end]);
    const bool fits = is_word(text[i]) || text[i] == '-' || (text[i] == '.' && run == 1) ||
                      (text[i] == '_' && run <= 2);
    if (!fits || !ends_joint) return false;
    i = end;
  }
  return true;
}

bool is_tag(std::string_view tag) {
  const auto is_word = [](char c) { return is_alnum(c) || c == '_'; };
  return !tag.empty() && tag.size() <= kMaxTag && is_word(tag.front()) &&
         all(tag, [&](char c) { return is_word(c) || c == '.' || c == '-'; });
}

bool is_digest(std::string_view digest) {
  struct Algorithm {
    std::string_view prefix;
    std::size_t digits;
  };
  constexpr std::array<Algorithm, 3> kAlgorithms = {
      {{"sha256:", 64}, {"sha384:", 96}, {"sha512:", 128}}};
  return std::any_of(kAlgorithms.begin(), kAlgorithms.end(), [&](const Algorithm& algorithm) {
    return digest.starts_with(algorithm.prefix) &&
           digest.size() == algorithm.prefix.size() + algorithm.digits &&
           all(digest.substr(algorithm.prefix.size()), is_lower_hex);
  });
}

bool is_image_id(std::string_view text) {
  return is_digest(text) || (text.size() == 64 && all(text, is_lower_hex));
}

struct Parts {
  std::string_view domain;  // empty when none is named
  std::string_view path;
  std::string_view tag;     // empty when there is none
  std::string_view digest;  // empty when there is none
};

// The first component is a registry when it looks like a host and not like a user of the default
// one.
std::size_t domain_length(std::string_view name) {
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos) return 0;
  const std::string_view first = name.substr(0, slash);
  const bool is_host = first.find_first_of(".:[") != std::string_view::npos || first == "localhost";
  return is_host ? slash : 0;
}

std::optional<Parts> split(std::string_view text, std::string& why) {
  const auto fail = [&](std::string_view reason) {
    // A user and a password before a registry's name are no part of one, and not to be repeated.
    const std::size_t at = text.find('@');
    const bool has_user =
        at != std::string_view::npos && text.find('/', at) != std::string_view::npos;
    why = fmt::format("{} is not an image reference: {}", has_user ? "this" : quote(text), reason);
    return std::nullopt;
  };
  if (text.empty()) return fail("it is empty");
  if (is_image_id(text)) return fail("it is an image's id, name the image and its tag or digest");
  Parts parts;
  std::string_view name = text;
  if (const std::size_t at = name.find('@'); at != std::string_view::npos) {
    parts.digest = name.substr(at + 1);
    name = name.substr(0, at);
    if (!is_digest(parts.digest)) {
      return fail(
          "what follows '@' must be a digest, 'sha256:' and 64 lower-case hexadecimal digits");
    }
  }
  // A colon before the last slash belongs to the registry's port.
  const std::size_t colon = name.rfind(':');
  const std::size_t slash = name.rfind('/');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    parts.tag = name.substr(colon + 1);
    name = name.substr(0, colon);
    if (!is_tag(parts.tag)) {
      return fail(
          "a tag is 1 to 128 letters, digits, '_', '.' and '-', and begins with none of the "
          "last two");
    }
  }
  if (name.size() > kMaxName) return fail("the name is longer than 255 characters");
  if (const std::size_t length = domain_length(name); length != 0) {
    parts.domain = name.substr(0, length);
    if (!is_domain(parts.domain)) return fail("the registry must be a host with an optional port");
    name.remove_prefix(length + 1);
  }
  parts.path = name;
  if (!all(name, [](char c) { return !is_upper(c); })) {
    return fail("a repository's name must be in lower case");
  }
  if (!each_part(name, '/', is_path_component)) {
    return fail(
        "a repository's name is lower-case letters and digits, joined by '.', '_', '__', '-' "
        "or '/'");
  }
  return parts;
}

std::string normalise(const Parts& parts) {
  std::string text(parts.domain.empty() || parts.domain == "index.docker.io" ? kDefaultDomain
                                                                             : parts.domain);
  text += '/';
  if (text == "docker.io/" && parts.path.find('/') == std::string_view::npos) text += "library/";
  text += parts.path;
  if (!parts.tag.empty()) {
    text += ':';
    text += parts.tag;
  } else if (parts.digest.empty()) {
    text += ":latest";
  }
  if (!parts.digest.empty()) {
    text += '@';
    text += parts.digest;
  }
  return text;
}

}  // namespace

std::optional<ImageReference> ImageReference::parse(std::string_view text, std::string& why) {
  const auto parts = split(text, why);
  if (!parts) return std::nullopt;
  if (parts->tag.empty() && parts->digest.empty()) {
    why = fmt::format("{} names neither a tag nor a digest: add one, such as {}", quote(text),
                      quote(fmt::format("{}:1.0", text)));
    return std::nullopt;
  }
  return ImageReference(std::string(text), normalise(*parts));
}

std::string normalise_image(std::string_view text) {
  std::string why;
  const auto parts = split(text, why);
  return parts ? normalise(*parts) : std::string();
}

}  // namespace genisys::state
