#include "state/definition_fields.hpp"

#include <fmt/format.h>

#include "state/field_decoding.hpp"
#include "state/port.hpp"
#include "state/shell_words.hpp"
#include "state/stop_signal.hpp"
#include "state/text.hpp"

namespace genisys::state {
namespace {

constexpr std::size_t kMaxEntryBytes = std::size_t{32} * 1024;
constexpr std::size_t kMaxPorts = 64;

constexpr std::string_view kReservedLabels = "io.genisys.";

// What environment and labels have in common: text by name, in two forms.
struct PairsRules {
  std::string_view noun;         // "variable", "label"
  bool value_may_be_absent;      // a name alone means the empty value
  std::string_view when_absent;  // the advice where it may not
};

class PairsDecoder {
 public:
  PairsDecoder(const PairsRules& rules, Problems& problems) : rules_(rules), problems_(problems) {}

  std::optional<std::map<std::string, std::string>> decode(const Value& value,
                                                           std::string_view pointer) {
    const std::size_t before = problems_.size();
    const Map* map = value.as_map();
    const List* list = value.as_list();
    if (map == nullptr && list == nullptr) {
      report(problems_, pointer, value.at(),
             fmt::format("must be a map or a list of \"NAME=value\", not {}", value.kind_name()));
      return std::nullopt;
    }
    if (const std::size_t count = map != nullptr ? map->size() : list->size();
        count > kMaxEntries) {
      report(problems_, pointer, value.at(),
             fmt::format("{} entries are more than the {} allowed", count, kMaxEntries));
      return std::nullopt;
    }
    if (map != nullptr) {
      for (const Member& member : *map) take_member(member, pointer_to(pointer, member.key));
    } else {
      for (std::size_t i = 0; i < list->size(); ++i) take_item((*list)[i], pointer_to(pointer, i));
    }
    if (bytes_ > kMaxTotalBytes) {
      report(problems_, pointer, value.at(),
             fmt::format("{} bytes in all are more than the {} allowed", bytes_, kMaxTotalBytes));
    }
    if (problems_.size() != before) return std::nullopt;
    return std::move(pairs_);
  }

 private:
  void take_member(const Member& member, const std::string& pointer) {
    const Value& value = member.value;
    if (const std::string* text = value.as_string()) {
      add(member.key, *text, pointer, member.at);
    } else if (const Number* number = value.as_number()) {
      add(member.key, number->text, pointer, member.at);
    } else if (const bool* truth = value.as_bool()) {
      add(member.key, *truth ? "true" : "false", pointer, member.at);
    } else if (!value.is_null()) {
      report(problems_, pointer, value.at(),
             fmt::format("must be a string, a number or a boolean, not {}", value.kind_name()));
    } else if (rules_.value_may_be_absent) {
      add(member.key, "", pointer, member.at);
    } else {
      report(problems_, pointer, value.at(), fmt::format("has no value: {}", rules_.when_absent));
    }
  }

  void take_item(const Value& item, const std::string& pointer) {
    const std::string* text = item.as_string();
    if (text == nullptr) {
      report(problems_, pointer, item.at(),
             fmt::format("must be a string \"NAME=value\", not {}", item.kind_name()));
      return;
    }
    const std::size_t equals = text->find('=');
    if (equals != std::string::npos) {
      add(text->substr(0, equals), text->substr(equals + 1), pointer, item.at());
    } else if (rules_.value_may_be_absent) {
      add(*text, "", pointer, item.at());
    } else {
      report(problems_, pointer, item.at(),
             fmt::format("{} has no '=': {}", quote(*text), rules_.when_absent));
    }
  }

  void add(const std::string& key, const std::string& value, const std::string& pointer,
           Position at) {
    bytes_ += key.size() + value.size();
    if (key.empty()) {
      report(problems_, pointer, at, fmt::format("a {} must have a name", rules_.noun));
    } else if (key.find('=') != std::string::npos || has_control(key)) {
      report(problems_, pointer, at,
             fmt::format("the name {} must not hold '=' or control characters", quote(key)));
    } else if (value.size() > kMaxEntryBytes) {
      report(problems_, pointer, at,
             fmt::format("{} bytes are more than the {} allowed in one value", value.size(),
                         kMaxEntryBytes));
    } else if (has_nul(value)) {
      report(problems_, pointer, at, "the value must not hold a NUL character");
    } else if (!pairs_.emplace(key, value).second) {
      report(problems_, pointer, at,
             fmt::format("the {} {} is given twice: remove one", rules_.noun, quote(key)));
    }
  }

  const PairsRules& rules_;
  Problems& problems_;
  std::map<std::string, std::string> pairs_;
  std::size_t bytes_ = 0;
};

constexpr PairsRules kEnvironmentRules = {"variable", false,
                                          "nothing is taken from the connector's own environment; "
                                          "write the value, \"\" for an empty one"};
constexpr PairsRules kLabelRules = {"label", true, ""};

std::optional<std::vector<std::string>> words_of(const Value& value, std::string_view pointer,
                                                 Problems& problems) {
  if (const std::string* text = value.as_string()) {
    std::string why;
    auto words = split_words(*text, why);
    if (!words) {
      report(problems, pointer, value.at(), fmt::format("the command {} {}", quote(*text), why));
    }
    return words;
  }
  if (value.as_list() != nullptr) return decode_words(value, pointer, problems);
  report(problems, pointer, value.at(),
         fmt::format("must be a string or a list of strings, not {}", value.kind_name()));
  return std::nullopt;
}

}  // namespace

std::optional<ImageReference> decode_image(const Value& value, std::string_view pointer,
                                           Problems& problems) {
  const std::string* text = value.as_string();
  if (text == nullptr) {
    report(problems, pointer, value.at(),
           fmt::format("must be a string such as \"nginx:1.25\", not {}", value.kind_name()));
    return std::nullopt;
  }
  std::string why;
  auto image = ImageReference::parse(*text, why);
  if (!image) report(problems, pointer, value.at(), std::move(why));
  return image;
}

std::optional<Command> decode_command(const Value& value, std::string_view pointer,
                                      Problems& problems) {
  auto words = words_of(value, pointer, problems);
  if (!words) return std::nullopt;
  const std::size_t before = problems.size();
  std::size_t bytes = 0;
  for (const std::string& word : *words) {
    bytes += word.size();
    if (has_nul(word)) {
      report(problems, pointer, value.at(), "a word must not hold a NUL character");
    }
  }
  if (words->size() > kMaxEntries || bytes > kMaxTotalBytes) {
    report(problems, pointer, value.at(),
           fmt::format("{} words of {} bytes are more than the {} words or {} bytes allowed",
                       words->size(), bytes, kMaxEntries, kMaxTotalBytes));
  }
  if (!words->empty() && words->front().empty()) {
    report(problems, pointer, value.at(),
           "the first word is empty: name the program to run, or leave the command out");
  }
  if (problems.size() != before) return std::nullopt;
  Command command;
  if (const std::string* text = value.as_string()) {
    command.given = *text;
  } else {
    command.given = *words;
  }
  command.words = std::move(*words);
  return command;
}

std::optional<std::map<std::string, std::string>> decode_environment(const Value& value,
                                                                     std::string_view pointer,
                                                                     Problems& problems) {
  return PairsDecoder(kEnvironmentRules, problems).decode(value, pointer);
}

std::optional<std::vector<Port>> decode_ports(const Value& value, std::string_view pointer,
                                              Problems& problems) {
  const List* list = value.as_list();
  if (list == nullptr) {
    report(problems, pointer, value.at(),
           fmt::format("must be a list such as [\"8080\"], not {}", value.kind_name()));
    return std::nullopt;
  }
  if (list->size() > kMaxPorts) {
    report(problems, pointer, value.at(),
           fmt::format("{} ports are more than the {} allowed", list->size(), kMaxPorts));
    return std::nullopt;
  }
  const std::size_t before = problems.size();
  std::vector<Port> ports;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Value& item = (*list)[i];
    const std::string* text = text_of(item);
    if (text == nullptr) {
      report(problems, pointer_to(pointer, i), item.at(),
             fmt::format("must be a string or an integer, not {}", item.kind_name()));
      continue;
    }
    std::string why;
    auto port = parse_port(*text, why);
    if (!port) {
      report(problems, pointer_to(pointer, i), item.at(), std::move(why));
      continue;
    }
    for (const Port& other : ports) {
      const bool is_same = port->is_ephemeral() && other.is_ephemeral() &&
                           port->container == other.container && port->protocol == other.protocol &&
                           port->host_ip == other.host_ip;
      if (is_same || may_collide(*port, other)) {
        report(problems, pointer_to(pointer, i), item.at(),
               fmt::format("{} takes the same port as {}: remove one", quote(port->text),
                           quote(other.text)));
        break;
      }
    }
    ports.push_back(std::move(*port));
  }
  if (problems.size() != before) return std::nullopt;
  return ports;
}

std::optional<std::map<std::string, std::string>> decode_labels(const Value& value,
                                                                std::string_view pointer,
                                                                Problems& problems) {
  auto labels = PairsDecoder(kLabelRules, problems).decode(value, pointer);
  if (!labels) return std::nullopt;
  const std::size_t before = problems.size();
  for (const auto& [key, text] : *labels) {
    if (key.starts_with(kReservedLabels)) {
      report(problems, pointer_to(pointer, key), value.at(),
             fmt::format("the label {} is reserved: names under {} mark who owns a container",
                         quote(key), quote(kReservedLabels)));
    }
  }
  if (problems.size() != before) return std::nullopt;
  return labels;
}

std::optional<std::string> decode_stop_signal(const Value& value, std::string_view pointer,
                                              Problems& problems) {
  const std::string* text = text_of(value);
  if (text == nullptr) {
    report(problems, pointer, value.at(),
           fmt::format("must be a signal such as \"SIGTERM\", not {}", value.kind_name()));
    return std::nullopt;
  }
  if (!parse_signal(*text)) {
    report(problems, pointer, value.at(),
           fmt::format("{} is not a signal: write a name such as SIGTERM, or a number from 1 to 64",
                       quote(*text)));
    return std::nullopt;
  }
  return *text;
}

}  // namespace genisys::state
