// The ports of a definition: those that are published, in Compose's short and long syntax, and
// those that are only named.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "state/definition_fields.hpp"
#include "state/field_decoding.hpp"
#include "state/port.hpp"
#include "state/text.hpp"

namespace genisys::state {
namespace {

constexpr std::array<std::string_view, 7> kLongKeys = {
    "target", "published", "host_ip", "protocol", "mode", "name", "app_protocol"};

// The long syntax, as the text that means the same: [ip:]published:target[/protocol]. Of the rest,
// `mode` makes no difference on one engine, and the names are for people.
std::optional<std::string> short_text(const Value& value, std::string_view pointer,
                                      Problems& problems) {
  const std::size_t before = problems.size();
  check_keys(*value.as_map(), kLongKeys, pointer, problems);
  const auto member = [&](std::string_view key) -> std::string {
    const Value* found = value.find(key);
    if (found == nullptr || found->is_null()) return {};
    if (const std::string* text = text_of(*found)) return *text;
    report(problems, pointer_to(pointer, key), found->at(),
           fmt::format("must be a string or an integer, not {}", found->kind_name()));
    return {};
  };
  const std::string target = member("target");
  const std::string published = member("published");
  std::string host_ip = member("host_ip");
  const std::string protocol = member("protocol");
  const std::string mode = member("mode");
  member("name");
  member("app_protocol");
  if (target.empty() && problems.size() == before) {
    report(problems, pointer, value.at(), "lacks target: write the container's port");
  }
  if (!mode.empty() && mode != "host" && mode != "ingress") {
    report(problems, pointer_to(pointer, "mode"), value.find("mode")->at(),
           fmt::format("must be one of host, ingress, not {}", quote(mode)));
  }
  if (problems.size() != before) return std::nullopt;
  if (host_ip.find(':') != std::string::npos && !host_ip.starts_with('[')) {
    host_ip = fmt::format("[{}]", host_ip);
  }
  std::string text;
  if (!host_ip.empty()) text += host_ip + ":";
  if (!host_ip.empty() || !published.empty()) text += published + ":";
  text += target;
  if (!protocol.empty() && protocol != "tcp") text += "/" + protocol;
  return text;
}

std::vector<Port> decode_entry(const Value& item, const std::string& place, Problems& problems) {
  std::optional<std::string> text;
  if (item.as_map() != nullptr) {
    text = short_text(item, place, problems);
    if (!text) return {};
  } else if (const std::string* given = text_of(item)) {
    text = *given;
  } else {
    report(problems, place, item.at(),
           fmt::format("must be a string or an integer, not {}", item.kind_name()));
    return {};
  }
  std::string why;
  auto ports = parse_ports(*text, why);
  if (ports.empty()) report(problems, place, item.at(), std::move(why));
  return ports;
}

bool are_one(const Port& one, const Port& other) {
  const bool is_same = one.is_ephemeral() && other.is_ephemeral() &&
                       one.container == other.container && one.protocol == other.protocol &&
                       one.host_ip == other.host_ip;
  return is_same || may_collide(one, other);
}

std::string range_text(const ExposedPort& port) {
  std::string text = std::to_string(port.first);
  if (port.last != port.first) text += fmt::format("-{}", port.last);
  if (port.protocol != Protocol::tcp) text += fmt::format("/{}", to_string(port.protocol));
  return text;
}

}  // namespace

std::optional<std::vector<Port>> PortsForm::decode(const Value& value, std::string_view pointer,
                                                   Problems& problems) {
  if (!require_list(value, "\"8080\"", pointer, problems)) return std::nullopt;
  const List& list = *value.as_list();
  const std::size_t before = problems.size();
  std::vector<Port> ports;
  for (std::size_t i = 0; i < list.size() && ports.size() <= kMaxEntries; ++i) {
    const std::string place = pointer_to(pointer, i);
    for (Port& port : decode_entry(list[i], place, problems)) {
      const auto other = std::find_if(ports.begin(), ports.end(),
                                      [&](const Port& taken) { return are_one(port, taken); });
      if (other != ports.end()) {
        report(problems, place, list[i].at(),
               fmt::format("{} takes the same port as {}: remove one", quote(port.text),
                           quote(other->text)));
        break;
      }
      ports.push_back(std::move(port));
    }
  }
  if (ports.size() > kMaxEntries) {
    report(problems, pointer, value.at(),
           fmt::format("more ports than the {} allowed: publish fewer", kMaxEntries));
  }
  if (problems.size() != before) return std::nullopt;
  return ports;
}

Value PortsForm::encode(const std::vector<Port>& ports) {
  List list;
  for (const Port& port : ports) list.push_back(value_of(port.text));
  return value_of(std::move(list));
}

void PortsForm::add(std::string_view key, const std::vector<Port>& ports, Canonical& canonical) {
  std::vector<std::string> texts;
  for (const Port& port : ports) {
    texts.push_back(fmt::format("{}|{}-{}|{}/{}", port.host_ip, port.host_first, port.host_last,
                                port.container, to_string(port.protocol)));
  }
  canonical.add_set(key, std::move(texts));
}

std::optional<std::vector<ExposedPort>> ExposeForm::decode(const Value& value,
                                                           std::string_view pointer,
                                                           Problems& problems) {
  if (!require_list(value, "\"3000\"", pointer, problems)) return std::nullopt;
  const List& list = *value.as_list();
  const std::size_t before = problems.size();
  std::vector<ExposedPort> ports;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string* text = text_of(list[i]);
    std::string why;
    if (text == nullptr) {
      report(problems, pointer_to(pointer, i), list[i].at(),
             fmt::format("must be a string or an integer, not {}", list[i].kind_name()));
    } else if (const auto port = parse_exposed(*text, why)) {
      ports.push_back(*port);
    } else {
      report(problems, pointer_to(pointer, i), list[i].at(), std::move(why));
    }
  }
  if (problems.size() != before) return std::nullopt;
  return ports;
}

Value ExposeForm::encode(const std::vector<ExposedPort>& ports) {
  List list;
  for (const ExposedPort& port : ports) list.push_back(value_of(range_text(port)));
  return value_of(std::move(list));
}

// The ports that are meant, however they are cut into ranges.
void ExposeForm::add(std::string_view key, const std::vector<ExposedPort>& ports,
                     Canonical& canonical) {
  auto sorted = ports;
  std::sort(sorted.begin(), sorted.end(), [](const ExposedPort& a, const ExposedPort& b) {
    return std::tie(a.protocol, a.first, a.last) < std::tie(b.protocol, b.first, b.last);
  });
  std::vector<ExposedPort> merged;
  for (const ExposedPort& port : sorted) {
    if (!merged.empty() && merged.back().protocol == port.protocol &&
        port.first <= merged.back().last + 1) {
      merged.back().last = std::max(merged.back().last, port.last);
    } else {
      merged.push_back(port);
    }
  }
  std::vector<std::string> texts;
  for (const ExposedPort& port : merged) texts.push_back(range_text(port));
  canonical.add_list(key, texts);
}

}  // namespace genisys::state
