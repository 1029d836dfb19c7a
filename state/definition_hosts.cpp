// How a container finds others by name: extra hosts and name servers.
#include <fmt/format.h>

#include <algorithm>

#include "state/definition_fields.hpp"
#include "state/field_decoding.hpp"
#include "state/port.hpp"
#include "state/text.hpp"

namespace genisys::state {
namespace {

constexpr std::string_view kHostGateway = "host-gateway";
constexpr std::size_t kLongestHost = 253;

bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= kLongestHost &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '.' || c == '_';
         });
}

class HostsDecoder {
 public:
  explicit HostsDecoder(Problems& problems) : problems_(problems) {}

  void take_line(const Value& item, const std::string& pointer) {
    const std::string* text = item.as_string();
    // The first '=' or ':' ends the name: no name has one, and an IPv6 address has more.
    const std::size_t end = text == nullptr ? std::string::npos : text->find_first_of("=:");
    if (end == std::string::npos) {
      report(problems_, pointer, item.at(),
             fmt::format("{} is not a host: write \"name=address\"", shown(item)));
      return;
    }
    add(text->substr(0, end), text->substr(end + 1), pointer, item.at());
  }

  void take_member(const Member& member, const std::string& pointer) {
    const List* list = member.value.as_list();
    if (list == nullptr) return take_address(member.key, member.value, pointer);
    for (std::size_t i = 0; i < list->size(); ++i) {
      take_address(member.key, (*list)[i], pointer_to(pointer, i));
    }
  }

  std::vector<std::string> take() { return std::move(hosts_); }

 private:
  void take_address(const std::string& name, const Value& value, const std::string& pointer) {
    const std::string* text = value.as_string();
    if (text != nullptr) return add(name, *text, pointer, value.at());
    report(problems_, pointer, value.at(),
           fmt::format("must be an address such as \"10.0.0.1\", not {}", value.kind_name()));
  }

  void add(const std::string& name, std::string_view given, const std::string& pointer,
           Position at) {
    const bool in_brackets = given.size() > 2 && given.front() == '[' && given.back() == ']';
    auto address = given == kHostGateway ? std::optional(std::string(given))
                   : in_brackets         ? canonical_ipv6(given.substr(1, given.size() - 2))
                                         : canonical_address(given);
    if (!is_host(name)) {
      report(problems_, pointer, at,
             fmt::format("{} is not a host's name: write letters, digits, '-', '.' and '_'",
                         quote(name)));
    } else if (!address) {
      report(problems_, pointer, at,
             fmt::format("{} is not an address: write an IPv4 or IPv6 address, or host-gateway",
                         quote(given)));
    } else if (std::string host = name + ":" + *address;
               std::find(hosts_.begin(), hosts_.end(), host) != hosts_.end()) {
      report(problems_, pointer, at, fmt::format("{} is given twice: remove one", quote(host)));
    } else if (hosts_.size() == kMaxEntries) {
      report(problems_, pointer, at, fmt::format("more hosts than the {} allowed", kMaxEntries));
    } else {
      hosts_.push_back(std::move(host));
    }
  }

  Problems& problems_;
  std::vector<std::string> hosts_;
};

}  // namespace

std::optional<std::vector<std::string>> decode_extra_hosts(const Value& value,
                                                           std::string_view pointer,
                                                           Problems& problems) {
  const std::size_t before = problems.size();
  HostsDecoder decoder(problems);
  if (const Map* map = value.as_map()) {
    for (const Member& member : *map) decoder.take_member(member, pointer_to(pointer, member.key));
  } else if (require_list(value, "\"db=10.0.0.1\"", pointer, problems)) {
    const List& list = *value.as_list();
    for (std::size_t i = 0; i < list.size(); ++i) {
      decoder.take_line(list[i], pointer_to(pointer, i));
    }
  }
  if (problems.size() != before) return std::nullopt;
  return decoder.take();
}

std::optional<std::vector<std::string>> decode_addresses(const Value& value,
                                                         std::string_view pointer,
                                                         Problems& problems) {
  auto texts = decode_texts(value, pointer, problems);
  if (!texts) return std::nullopt;
  const std::size_t before = problems.size();
  const List* list = value.as_list();
  for (std::size_t i = 0; i < texts->size(); ++i) {
    auto address = canonical_address((*texts)[i]);
    if (!address) {
      report(problems, list == nullptr ? std::string(pointer) : pointer_to(pointer, i),
             list == nullptr ? value.at() : (*list)[i].at(),
             fmt::format("{} is not an IPv4 or IPv6 address", quote((*texts)[i])));
      continue;
    }
    (*texts)[i] = std::move(*address);
  }
  if (problems.size() != before) return std::nullopt;
  return texts;
}

}  // namespace genisys::state
