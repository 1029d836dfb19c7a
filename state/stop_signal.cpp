#include "state/stop_signal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <string>

namespace genisys::state {
namespace {

constexpr int kRtMin = 34;
constexpr int kRtMax = 64;

struct Signal {
  std::string_view name;
  int number;
};
constexpr std::array kSignals = {
    Signal{"ABRT", SIGABRT},   Signal{"ALRM", SIGALRM}, Signal{"BUS", SIGBUS},
    Signal{"CHLD", SIGCHLD},   Signal{"CLD", SIGCHLD},  Signal{"CONT", SIGCONT},
    Signal{"FPE", SIGFPE},     Signal{"HUP", SIGHUP},   Signal{"ILL", SIGILL},
    Signal{"INT", SIGINT},     Signal{"IO", SIGIO},     Signal{"IOT", SIGABRT},
    Signal{"KILL", SIGKILL},   Signal{"PIPE", SIGPIPE}, Signal{"POLL", SIGPOLL},
    Signal{"PROF", SIGPROF},   Signal{"PWR", SIGPWR},   Signal{"QUIT", SIGQUIT},
    Signal{"RTMAX", kRtMax},   Signal{"RTMIN", kRtMin}, Signal{"SEGV", SIGSEGV},
    Signal{"STKFLT", 16},      Signal{"STOP", SIGSTOP}, Signal{"SYS", SIGSYS},
    Signal{"TERM", SIGTERM},   Signal{"TRAP", SIGTRAP}, Signal{"TSTP", SIGTSTP},
    Signal{"TTIN", SIGTTIN},   Signal{"TTOU", SIGTTOU}, Signal{"URG", SIGURG},
    Signal{"USR1", SIGUSR1},   Signal{"USR2", SIGUSR2}, Signal{"VTALRM", SIGVTALRM},
    Signal{"WINCH", SIGWINCH}, Signal{"XCPU", SIGXCPU}, Signal{"XFSZ", SIGXFSZ}};

std::optional<int> number_between(std::string_view digits, int least, int most) {
  if (digits.starts_with('0')) return std::nullopt;
  int number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  if (number < least || number > most) return std::nullopt;
  return number;
}

}  // namespace

std::optional<int> parse_signal(std::string_view text) {
  if (const auto number = number_between(text, 1, kRtMax)) return number;
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  std::string_view name = upper;
  if (name.starts_with("SIG")) name.remove_prefix(3);
  const auto* const found = std::find_if(kSignals.begin(), kSignals.end(),
                                         [&](const Signal& signal) { return signal.name == name; });
  if (found != kSignals.end()) return found->number;
  // The halves between the ends: RTMIN+1…RTMIN+15 and RTMAX-14…RTMAX-1.
  if (name.starts_with("RTMIN+")) {
    const auto offset = number_between(name.substr(6), 1, 15);
    if (offset) return kRtMin + *offset;
  } else if (name.starts_with("RTMAX-")) {
    const auto offset = number_between(name.substr(6), 1, 14);
    if (offset) return kRtMax - *offset;
  }
  return std::nullopt;
}

}  // namespace genisys::state
