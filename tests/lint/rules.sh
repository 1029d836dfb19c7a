#!/usr/bin/env bash
# Checks what no compiler does: which room may know which, where third-party headers may appear, and what
# pure code keeps away from. Comments do not count.
#
#   rules.sh FOLDER       checks the sources below FOLDER; names every violation; exit 1 if there is one
#   rules.sh --self-test  proves that every rule finds its own violation and nothing else
set -euo pipefail
export LC_ALL=C

names=() files=() exceptions=() forbidden=() reasons=() example_files=() example_lines=()

# rule NAME FILES EXCEPT FORBIDDEN REASON EXAMPLE_FILE EXAMPLE_LINE
# FILES and EXCEPT match the path, FORBIDDEN a line; all three are extended regular expressions. "@pure"
# as FILES means the pure ones. The example is a violation.
rule() {
  names+=("$1") files+=("$2") exceptions+=("$3") forbidden+=("$4") reasons+=("$5")
  example_files+=("$6") example_lines+=("$7")
}

none='^$'
rooms='^(state|docker|api|controller|cli)/'
root_of_composition='^controller/(daemon|main)[^/]*$'
include='^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]'

rule state-knows-nothing-of-ours '^state/' "$none" "$include(docker|api|controller|cli)/" \
  'state depends on nothing of ours' \
  state/bad.cpp '#include "docker/types.hpp"'
rule docker-knows-nothing-of-ours '^docker/' "$none" "$include(state|api|controller|cli)/" \
  'docker depends on nothing of ours' \
  docker/bad.hpp '#include "state/model.hpp"'
rule api-knows-only-state '^api/' "$none" "$include(docker|controller|cli)/" \
  'api records desired state; it reaches neither the engine nor the controller' \
  api/bad.cpp '#include "docker/engine.hpp"'
rule cli-knows-nothing-of-ours '^cli/' "$none" "$include(state|docker|api|controller)/" \
  'the command line client speaks HTTP only' \
  cli/bad.cpp '#include "api/http.hpp"'
rule controller-knows-no-api '^controller/' "$root_of_composition" "$include(api|cli)/" \
  'only controller/daemon and controller/main see every room' \
  controller/bad.cpp '#include "api/server.hpp"'
rule controller-sees-the-engine-as-an-interface '^controller/' "$root_of_composition" \
  "${include}docker/(codec|transport|http|pool|target|connection|credentials|registry_auth|subprocess)" \
  'the controller uses docker/{types,engine,address}.hpp; what is behind them is the composition root'\''s' \
  controller/bad.cpp '#include "docker/http_engine.hpp"'
rule controller-sees-the-store-as-an-interface '^(controller|api)/' "$root_of_composition" \
  "${include}state/(sqlite|migrations)" \
  'the store is state/store.hpp; only the composition root makes one over SQLite' \
  controller/bad.hpp '#include "state/sqlite_store.hpp"'

rule restinio-in-api "$rooms" '^api/' "${include}(restinio|http_parser)" \
  'RESTinio belongs to api' \
  controller/bad.cpp '#include <restinio/all.hpp>'
rule restinio-behind-the-server '^api/(handlers|routes?|router|codec|problem|http|context)[^/]*$' "$none" \
  "${include}restinio" 'handlers are tested without a socket: no RESTinio in them' \
  api/handlers_bad.cpp '#include <restinio/core.hpp>'
rule beast-in-docker "$rooms" '^(docker|cli)/' "${include}boost/beast" \
  'Beast belongs to docker (and the command line client)' \
  api/bad.cpp '#include <boost/beast/http.hpp>'
rule openssl-at-sockets-and-their-files "$rooms" \
  '^(api/(tls|tls_socket|server_listener_tls)|docker/(tls|connection)|controller/(tls_files|daemon_tls))\.[hc]pp$' \
  "${include}(openssl/|boost/asio/ssl)" \
  'OpenSSL belongs to the sockets of api and docker, and to what reads their files' \
  controller/bad.cpp '#include <openssl/ssl.h>'
rule sqlite-in-state "$rooms" '^state/' "${include}(SQLiteCpp/|sqlite3)" \
  'SQLite belongs to state' \
  controller/bad.cpp '#include <SQLiteCpp/Database.h>'
rule yaml-in-one-file "$rooms" '^state/yaml\.cpp$' "${include}yaml-cpp" \
  'YAML is read in state/yaml.cpp; the rest sees state::Value' \
  controller/bad.cpp '#include <yaml-cpp/yaml.h>'
rule rapidjson-not-in-the-controller '^controller/' "$none" "${include}rapidjson" \
  'JSON belongs to the codecs of api, docker and state' \
  controller/bad.cpp '#include <rapidjson/document.h>'
rule rapidjson-not-in-headers "$rooms.*\.hpp$" '/json\.hpp$' "${include}rapidjson" \
  'RapidJSON stays in .cpp files (and a room'\''s own json.hpp): it is heavy, and no type of ours' \
  docker/bad.hpp '#include <rapidjson/document.h>'
rule command-line-parser-in-mains "$rooms" '^(controller/main\.cpp|cli/.*)$' "${include}CLI/" \
  'argv is read in main.cpp' \
  controller/bad.cpp '#include <CLI/CLI.hpp>'
rule metrics-in-the-controller "$rooms" '^controller/' "${include}prometheus/" \
  'metrics belong to controller' \
  api/bad.cpp '#include <prometheus/counter.h>'

rule pure-code-does-no-io @pure "$none" "$include(boost/asio|boost/beast|spdlog|restinio|SQLiteCpp)" \
  'pure code includes no Asio and no logger: what it needs is an argument' \
  controller/plan.cpp '#include <boost/asio/awaitable.hpp>'
rule pure-code-does-not-suspend @pure "$none" '\bco_(await|return|yield)\b' \
  'pure code does not suspend' \
  controller/classify.cpp '  co_await observe();'
rule pure-code-reads-no-clock @pure "$none" '_clock::now\(|\brandom_device\b|\b(time|clock_gettime)\(' \
  'now and chance are arguments of pure code' \
  controller/backoff.cpp '  const auto now = std::chrono::system_clock::now();'

rule no-regex "($rooms|^tests/)" "$none" 'std::(w?s?c?regex|w?smatch|w?cmatch)\b|include[[:space:]]*<regex>' \
  'std::regex overflows the stack on hostile input' \
  api/bad.cpp 'const std::regex kName("a+");'
rule no-detached "$rooms" "$none" '\bdetached\b|\.detach\(\)' \
  'every coroutine and thread has a completion that somebody tracks' \
  controller/bad.cpp '  boost::asio::co_spawn(io, run(), boost::asio::detached);'
rule no-capturing-coroutine "$rooms" "$none" \
  '\[[^]]+\][[:space:]]*(\([^)]*\))?[[:space:]]*(mutable[[:space:]]*)?->[[:space:]]*([a-z]+::)*awaitable' \
  'the captures of a lambda coroutine die before it ends: make it a named function' \
  controller/bad.cpp '  auto run = [this]() -> boost::asio::awaitable<void> {'
rule no-relative-include "($rooms|^tests/)" "$none" "$include\.\.?/" \
  'includes begin at the top of the tree' \
  api/bad.cpp '#include "../state/model.hpp"'
rule no-sleep-in-tests '^tests/' '^tests/(e2e|bench|contract|hostile)/' 'this_thread::sleep|\b(usleep|nanosleep)\(' \
  'tests wait for what happens, not for time to pass' \
  tests/unit/api/bad_test.cpp '  std::this_thread::sleep_for(1s);'

sources() {  # of the folder, relative
  (cd "$1" && find state docker api controller cli tests -type f \( -name '*.hpp' -o -name '*.cpp' \) \
    2>/dev/null | sort) || true
}

# A header that calls itself pure binds its .cpp too; the decisions are pure whatever they call themselves.
pure_sources() {
  local folder=$1 path stem
  while read -r path; do
    stem=${path%.*}
    case $stem in
      controller/plan | controller/classify | controller/rollout | controller/backoff | controller/labels | \
        docker/codec | api/codec | api/problem)
        printf '%s\n' "$path"
        continue
        ;;
    esac
    if [ -f "$folder/$stem.hpp" ] && grep -q '^// Pure\b' "$folder/$stem.hpp"; then
      printf '%s\n' "$path"
    fi
  done
}

check() {
  local folder=$1 bare all pure i found violations=0
  all=$(sources "$folder")
  if [ -z "$all" ]; then
    printf 'no sources below %s\n' "$folder" >&2
    return 2
  fi
  pure=$(pure_sources "$folder" <<<"$all")
  bare=$(mktemp -d)
  (cd "$folder" && xargs -d '\n' cp --parents -t "$bare" <<<"$all")
  (cd "$bare" && xargs -d '\n' sed -i -E 's:(^|[^"/:])//.*$:\1:' <<<"$all")
  for i in "${!names[@]}"; do
    if [ "${files[$i]}" = @pure ]; then found=$pure; else found=$(grep -E "${files[$i]}" <<<"$all" || true); fi
    found=$(grep -vE "${exceptions[$i]}" <<<"$found" | grep . || true)
    [ -n "$found" ] || continue
    found=$(cd "$bare" && xargs -d '\n' grep -HnE -e "${forbidden[$i]}" <<<"$found" || true)
    [ -n "$found" ] || continue
    violations=1
    printf '%s: %s\n' "${names[$i]}" "${reasons[$i]}"
    sed 's/^/  /' <<<"$found"
  done
  rm -rf "$bare"
  return "$violations"
}

self_test() {
  local i reported failures=0
  tree=$(mktemp -d)
  trap 'rm -rf "$tree"' EXIT
  for i in "${!names[@]}"; do
    rm -rf "${tree:?}"/*
    mkdir -p "$tree/${example_files[$i]%/*}" "$tree/state"
    printf '// Pure. Any thread.\n#include <string>\n' >"$tree/state/good.hpp"
    printf '// not code: %s\n%s\n' "${example_lines[$i]}" "${example_lines[$i]}" >"$tree/${example_files[$i]}"
    reported=$(check "$tree" || true)
    if ! grep -q "^${names[$i]}: " <<<"$reported" || ! grep -qF "  ${example_files[$i]}:2:" <<<"$reported"; then
      printf 'rule %s does not find: %s\n' "${names[$i]}" "${example_lines[$i]}"
      failures=1
    fi
    if grep -qF "${example_files[$i]}:1:" <<<"$reported"; then
      printf 'rule %s takes a comment for code\n' "${names[$i]}"
      failures=1
    fi
    printf '// %s\n' "${example_lines[$i]}" >"$tree/${example_files[$i]}"
    if ! check "$tree" >/dev/null; then
      printf 'without the violation of %s the tree is refused nevertheless\n' "${names[$i]}"
      failures=1
    fi
  done
  printf '// Pure values.\nint f();\n' >"$tree/state/good.hpp"
  printf '#include <spdlog/spdlog.h>\n' >"$tree/state/good.cpp"
  if check "$tree" >/dev/null; then
    printf 'a source whose header calls itself pure may log\n'
    failures=1
  fi
  [ "$failures" -ne 0 ] || printf 'all %d rules find their violations\n' "${#names[@]}"
  return "$failures"
}

case ${1:-} in
  --self-test) self_test ;;
  '' | -*)
    sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
  *) check "$1" ;;
esac
