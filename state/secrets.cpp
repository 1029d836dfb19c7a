#include "state/secrets.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace genisys::state {
namespace {

// Shorter ones are in any text by chance.
constexpr std::size_t kShortest = 6;
constexpr std::size_t kShortestNamed = 4;  // of those whose name says so
constexpr std::string_view kEllipsis = "…";
// Of a value that a message was cut in: so much of it is already telling.
constexpr std::size_t kTelling = 4;

constexpr auto kNames =
    std::to_array<std::string_view>({"password", "passwd", "passphrase", "pwd", "secret", "token",
                                     "credential", "apikey", "api_key", "api-key", "access_key",
                                     "access-key", "private_key", "private-key", "auth", "dsn"});

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_ordinary(std::string_view value) {
  if (value == "true" || value == "false") return true;
  return std::all_of(value.begin(), value.end(), [](char c) { return is_digit(c) || c == '.'; });
}

// As %q and JSON write it, between the quotes.
std::string escaped(std::string_view value) {
  std::string text;
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text;
}

std::string replaced(std::string text, std::string_view value) {
  for (std::size_t at = text.find(value); at != std::string::npos;
       at = text.find(value, at + kMask.size())) {
    text.replace(at, value.size(), kMask);
  }
  return text;
}

// A text that was cut within the value, which an ellipsis marks.
std::string without_cut_off(std::string text, std::string_view value) {
  for (std::size_t end = text.find(kEllipsis); end != std::string::npos;
       end = text.find(kEllipsis, end + kEllipsis.size())) {
    for (std::size_t length = std::min(value.size(), end); length >= kTelling; --length) {
      if (text.compare(end - length, length, value.substr(0, length)) != 0) continue;
      text.replace(end - length, length, kMask);
      end = end - length + kMask.size();
      break;
    }
  }
  return text;
}

// "--password=x", "PASSWORD=x": where the value begins; nothing when it is no such word.
std::size_t value_in_word(std::string_view word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos || !names_a_secret(word.substr(0, equals)))
    return std::string_view::npos;
  return equals + 1;
}

bool is_secret_option(std::string_view word) {
  return word.starts_with('-') && word.find('=') == std::string_view::npos && names_a_secret(word);
}

void mask_words(std::vector<std::string>& words) {
  bool is_value = false;
  for (std::string& word : words) {
    if (std::exchange(is_value, is_secret_option(word)) && !word.starts_with('-')) {
      word = kMask;
    } else if (const std::size_t value = value_in_word(word); value != std::string::npos) {
      word.replace(value, std::string::npos, kMask);
    } else {
      word = without_url_users(std::move(word));
    }
  }
}

// Shown in the form of a list, whose words are those that run.
void mask_command(std::optional<Command>& command) {
  if (!command) return;
  std::vector<std::string> words = command->words;
  mask_words(words);
  if (words == command->words) return;
  command->words = words;
  command->given = std::move(words);
}

void mask_pairs(std::optional<Pairs>& pairs) {
  if (!pairs) return;
  for (auto& [name, value] : *pairs) {
    if (names_a_secret(name)) value = kMask;
  }
}

}  // namespace

bool names_a_secret(std::string_view name) {
  std::string plain;
  for (const char c : name) plain += lower(c);
  return std::any_of(kNames.begin(), kNames.end(), [&plain](std::string_view part) {
    return plain.find(part) != std::string::npos;
  });
}

std::string without_url_users(std::string text) {
  for (std::size_t at = text.find("://"); at != std::string::npos; at = text.find("://", at)) {
    at += 3;
    const std::size_t end = std::min(text.find_first_of("/?# \t\n\"'<>", at), text.size());
    const std::size_t user_end = text.rfind('@', end);
    if (user_end == std::string::npos || user_end <= at || user_end >= end) continue;
    text.replace(at, user_end - at, kMask);
  }
  return text;
}

void Secrets::add(const Definition& definition) {
  const auto add_named = [this](const std::optional<Pairs>& pairs) {
    if (!pairs) return;
    for (const auto& [name, value] : *pairs) {
      if (names_a_secret(name)) add(name, value);
    }
  };
  if (definition.environment) {
    for (const auto& [name, value] : *definition.environment) add(name, value);
  }
  add_named(definition.labels);
  if (definition.logging) add_named(definition.logging->options);
  if (definition.command) add_words(definition.command->words);
  if (definition.entrypoint) add_words(definition.entrypoint->words);
  if (definition.healthcheck) add_words(definition.healthcheck->test);
}

void Secrets::add(const SharedResources& shared) {
  const auto add_options = [this](const Pairs& options) {
    for (const auto& [name, value] : options) {
      if (names_a_secret(name)) add(name, value);
      for (std::string_view rest = value; !rest.empty();) {
        const std::string_view part = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), part.size() + 1));
        if (const std::size_t begin = value_in_word(part); begin != std::string::npos)
          add("secret", part.substr(begin));
      }
    }
  };
  for (const auto& [name, network] : shared.networks) add_options(network.driver_opts);
  for (const auto& [name, volume] : shared.volumes) add_options(volume.driver_opts);
}

void Secrets::add(std::string_view name, std::string_view value) {
  const bool is_named = names_a_secret(name);
  if (value.size() < (is_named ? kShortestNamed : kShortest)) return;
  if (!is_named && is_ordinary(value)) return;
  add_value(value);
  // Messages are one line: of a value that has several, each may be in one.
  for (std::string_view rest = value; rest.find('\n') != std::string_view::npos;) {
    const std::size_t line = rest.find('\n');
    if (line >= kShortest) add_value(rest.substr(0, line));
    rest.remove_prefix(line + 1);
    if (rest.find('\n') == std::string_view::npos && rest.size() >= kShortest) add_value(rest);
  }
}

void Secrets::add_words(const std::vector<std::string>& words) {
  bool is_value = false;
  for (const std::string& word : words) {
    const bool follows = std::exchange(is_value, is_secret_option(word));
    if (const std::size_t value = value_in_word(word); value != std::string::npos) {
      add("secret", std::string_view(word).substr(value));
    } else if (follows && !word.starts_with('-')) {
      add("secret", word);
    }
  }
}

void Secrets::add_value(std::string_view value) {
  for (std::string form : {std::string(value), escaped(value)}) {
    const auto place = std::find_if(values_.begin(), values_.end(), [&form](const auto& other) {
      return other.size() <= form.size();
    });
    if (std::find(values_.begin(), values_.end(), form) == values_.end())
      values_.insert(place, std::move(form));
  }
}

std::string Secrets::masked(std::string text) const {
  for (const std::string& value : values_) {
    text = replaced(std::move(text), value);
    text = without_cut_off(std::move(text), value);
  }
  return without_url_users(std::move(text));
}

Definition masked(Definition definition) {
  if (definition.environment) {
    for (auto& [name, value] : *definition.environment) value = kMask;
  }
  mask_pairs(definition.labels);
  if (definition.logging) {
    for (auto& [name, value] : definition.logging->options) {
      if (names_a_secret(name)) value = kMask;
    }
  }
  mask_command(definition.command);
  mask_command(definition.entrypoint);
  if (definition.healthcheck) mask_words(definition.healthcheck->test);
  return definition;
}

}  // namespace genisys::state
