// Text by name: environment, labels, sysctls, options of a log driver.
#include <fmt/format.h>

#include <array>

#include "state/definition_fields.hpp"
#include "state/field_decoding.hpp"
#include "state/field_table.hpp"
#include "state/text.hpp"

namespace genisys::state {
namespace {

constexpr std::size_t kMaxEntryBytes = std::size_t{32} * 1024;

constexpr std::string_view kReservedLabels = "io.genisys.";

// What they have in common: text by name, in two forms.
struct PairsRules {
  std::string_view noun;         // "variable", "label", …
  bool value_may_be_absent;      // a name alone means the empty value
  std::string_view when_absent;  // the advice where it may not
};

class PairsDecoder {
 public:
  PairsDecoder(const PairsRules& rules, Problems& problems) : rules_(rules), problems_(problems) {}

  std::optional<Pairs> decode(const Value& value, std::string_view pointer) {
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
      report(problems_, pointer, item.at(), fmt::format("has no '=': {}", rules_.when_absent));
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
  Pairs pairs_;
  std::size_t bytes_ = 0;
};

constexpr PairsRules kEnvironmentRules = {"variable", false,
                                          "nothing is taken from the connector's own environment; "
                                          "write the value, \"\" for an empty one"};
constexpr PairsRules kLabelRules = {"label", true, ""};
constexpr PairsRules kSysctlRules = {"sysctl", false, "write the value"};
constexpr PairsRules kOptionRules = {"option", true, ""};

std::optional<Pairs> decode_options(const Value& value, std::string_view pointer,
                                    Problems& problems) {
  return PairsDecoder(kOptionRules, problems).decode(value, pointer);
}

constexpr std::array kLoggingRows = {
    plain_field<&Logging::driver, Form<decode_text, Text>>("driver"),
    plain_field<&Logging::options, Form<decode_options, PairsMap>>("options")};

}  // namespace

std::optional<Pairs> decode_environment(const Value& value, std::string_view pointer,
                                        Problems& problems) {
  return PairsDecoder(kEnvironmentRules, problems).decode(value, pointer);
}

std::optional<Pairs> decode_labels(const Value& value, std::string_view pointer,
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

std::optional<Pairs> decode_sysctls(const Value& value, std::string_view pointer,
                                    Problems& problems) {
  return PairsDecoder(kSysctlRules, problems).decode(value, pointer);
}

std::optional<Logging> LoggingForm::decode(const Value& value, std::string_view pointer,
                                           Problems& problems) {
  return decode_object(Fields<Logging>(kLoggingRows), value, pointer, problems);
}

Value LoggingForm::encode(const Logging& logging) {
  return encode_object(Fields<Logging>(kLoggingRows), logging);
}

void LoggingForm::add(std::string_view key, const Logging& logging, Canonical& canonical) {
  if (logging == Logging{}) return;
  canonical.add(key, logging.driver);
  PairsMap::add("options", logging.options, canonical);
}

}  // namespace genisys::state
