// What runs in a container, and as whom.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "state/definition_fields.hpp"
#include "state/field_decoding.hpp"
#include "state/shell_words.hpp"
#include "state/stop_signal.hpp"
#include "state/text.hpp"

namespace genisys::state {
namespace {

constexpr std::size_t kLongestPath = 4095;    // Linux: PATH_MAX without its NUL
constexpr std::size_t kLongestHostname = 64;  // Linux: what sethostname takes
constexpr std::size_t kLongestDomain = 253;   // RFC 1123
constexpr std::size_t kLongestLabel = 63;     // RFC 1123
constexpr std::size_t kLongestUserName = 256;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c); }

std::optional<std::vector<std::string>> words_of(const Value& value, std::string_view pointer,
                                                 Problems& problems) {
  if (const std::string* text = value.as_string()) {
    std::string why;
    auto words = split_words(*text, why);
    if (!words) {
      // Not what it says: commands hold passwords.
      report(problems, pointer, value.at(), fmt::format("the command: {}", why));
    }
    return words;
  }
  if (value.as_list() != nullptr) return decode_words(value, pointer, problems);
  report(problems, pointer, value.at(),
         fmt::format("must be a string or a list of strings, not {}", value.kind_name()));
  return std::nullopt;
}

// Labels of letters, digits and inner '-', joined by dots.
bool is_rfc1123(std::string_view name, std::size_t longest) {
  if (name.size() > longest) return false;
  for (;;) {
    const std::string_view label = name.substr(0, name.find('.'));
    if (label.empty() || label.size() > kLongestLabel || label.front() == '-' ||
        label.back() == '-' ||
        !std::all_of(label.begin(), label.end(), [](char c) { return is_alnum(c) || c == '-'; })) {
      return false;
    }
    if (label.size() == name.size()) return true;
    name.remove_prefix(label.size() + 1);
  }
}

std::optional<std::string> decode_name_of(const Value& value, std::string_view noun,
                                          std::size_t longest, std::string_view pointer,
                                          Problems& problems) {
  auto text = decode_text(value, pointer, problems);
  if (!text || is_rfc1123(*text, longest)) return text;
  report(problems, pointer, value.at(),
         fmt::format("{} is not a {}: write letters, digits and '-', with dots between, at most {} "
                     "characters (RFC 1123)",
                     quote(*text), noun, longest));
  return std::nullopt;
}

// What the engine resolves a name or a number with. Numbers are 31 bits.
bool is_user_or_group(std::string_view text) {
  if (text.empty() || text.size() > kLongestUserName || text.front() == '-') return false;
  if (std::all_of(text.begin(), text.end(), is_digit)) {
    std::int32_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    return error == std::errc{};
  }
  // useradd on Debian takes about anything; a '$' at the end is for machines of Samba.
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_alnum(c) || c == '_' || c == '-' || c == '.' || c == '$';
  });
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

std::optional<Command> CommandForm::decode(const Value& value, std::string_view pointer,
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
           "the first word is empty: name the program to run, or leave the field out");
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

Value CommandForm::encode(const Command& command) {
  return std::visit([](const auto& given) { return value_of(given); }, command.given);
}

void CommandForm::add(std::string_view key, const Command& command, Canonical& canonical) {
  canonical.add_list(key, command.words);
}

// No words at all take away the image's entrypoint.
void EntrypointForm::add(std::string_view key, const Command& command, Canonical& canonical) {
  if (command.words.empty()) canonical.add(key, "0");
  canonical.add_list(key, command.words);
}

std::optional<std::string> SignalForm::decode(const Value& value, std::string_view pointer,
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

void SignalForm::add(std::string_view key, const std::string& signal, Canonical& canonical) {
  canonical.add_number(key, parse_signal(signal).value_or(0));
}

std::optional<std::string> decode_user(const Value& value, std::string_view pointer,
                                       Problems& problems) {
  const std::string* text = text_of(value);
  if (text == nullptr) {
    report(problems, pointer, value.at(),
           fmt::format("must be a string such as \"1000:1000\", not {}", value.kind_name()));
    return std::nullopt;
  }
  if (text->empty()) return std::nullopt;
  const std::string_view whole = *text;
  const std::size_t colon = whole.find(':');
  const bool fits = is_user_or_group(whole.substr(0, colon)) &&
                    (colon == std::string_view::npos || is_user_or_group(whole.substr(colon + 1)));
  if (fits) return *text;
  report(
      problems, pointer, value.at(),
      fmt::format("{} is not a user: write a name or a number, and a group behind a ':', such as "
                  "\"app\" or \"1000:1000\"",
                  quote(*text)));
  return std::nullopt;
}

std::optional<std::vector<std::string>> decode_groups(const Value& value, std::string_view pointer,
                                                      Problems& problems) {
  if (!require_list(value, "\"audio\"", pointer, problems)) return std::nullopt;
  const std::size_t before = problems.size();
  std::vector<std::string> groups;
  const List& list = *value.as_list();
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string* text = text_of(list[i]);
    if (text == nullptr || !is_user_or_group(*text)) {
      report(problems, pointer_to(pointer, i), list[i].at(),
             fmt::format("{} is not a group: write its name or its number", shown(list[i])));
    } else if (std::find(groups.begin(), groups.end(), *text) != groups.end()) {
      report(problems, pointer_to(pointer, i), list[i].at(),
             fmt::format("the group {} is given twice: remove one", quote(*text)));
    } else {
      groups.push_back(*text);
    }
  }
  if (problems.size() != before) return std::nullopt;
  return groups;
}

std::optional<std::string> decode_working_dir(const Value& value, std::string_view pointer,
                                              Problems& problems) {
  auto text = decode_text(value, pointer, problems);
  if (!text || (text->starts_with('/') && text->size() <= kLongestPath)) return text;
  report(problems, pointer, value.at(),
         fmt::format("{} is not a folder in the container: write an absolute path", quote(*text)));
  return std::nullopt;
}

std::optional<std::string> decode_hostname(const Value& value, std::string_view pointer,
                                           Problems& problems) {
  return decode_name_of(value, "host's name", kLongestHostname, pointer, problems);
}

std::optional<std::string> decode_domainname(const Value& value, std::string_view pointer,
                                             Problems& problems) {
  return decode_name_of(value, "domain's name", kLongestDomain, pointer, problems);
}

}  // namespace genisys::state
