#!/usr/bin/env bash
# Installs what is missing, builds, and runs the tests.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: scripts/test.sh [--preset dev|asan|tsan] [--target PROGRAM]… [ctest arguments…]

Installs what is missing (Debian 12; as root or with sudo), builds the preset (dev unless said) and runs every
test. With --preset asan the address and undefined behaviour sanitizers watch, and a table says which part of
the code ran; with --preset tsan it is the thread sanitizer. With --target only these programs of tests are built,
such as state_test; say to ctest which of their tests. Other arguments go to ctest:

  scripts/test.sh -R Plan         only tests whose name contains Plan
  scripts/test.sh -L unit         only unit tests (labels: unit, contract, engine, e2e, lint)
  scripts/test.sh -LE engine      all but those that need an engine

Tests that need a Docker engine use DOCKER_HOST, else the one of this machine; when none answers, an engine
of the tests' own is started and stopped again. NO_COLOR=1 turns colours off.
TEXT
}

preset=dev
targets=()
while true; do
  case ${1:-} in
    -h | --help)
      usage
      exit 0
      ;;
    --preset)
      preset=${2:-}
      shift 2 || fail "--preset needs a name: dev, asan or tsan"
      ;;
    --target)
      targets+=(--target "${2:-}")
      shift 2 || fail "--target needs a name, such as state_test"
      ;;
    *) break ;;
  esac
done
case $preset in
  dev | asan | tsan) ;;
  *) fail "there is no preset '$preset' with tests: dev, asan or tsan" ;;
esac
exec </dev/null

install_packages "${build_packages[@]}" "${test_packages[@]}"
[ "$preset" = dev ] || install_packages "${sanitizer_packages[@]}"
install_engine
build "$preset" "${targets[@]}"

# What sanitizers find ends the test, with the lines of the code.
profiles=$root/build/$preset/profiles
export ASAN_OPTIONS=allocator_may_return_null=1:${ASAN_OPTIONS:-}
export UBSAN_OPTIONS=print_stacktrace=1:${UBSAN_OPTIONS:-}
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:${TSAN_OPTIONS:-}
symbolizer=$(type -P llvm-symbolizer-16) && export ASAN_SYMBOLIZER_PATH=$symbolizer
export LLVM_PROFILE_FILE=$profiles/%4m.profraw
rm -rf "$profiles"

engine=$("$root/scripts/test-engine.sh" start)
export DOCKER_HOST=$engine
tests=''

finish() {
  local code=$?
  trap - EXIT
  if [ -n "$tests" ] && kill -- "-$tests" 2>/dev/null; then wait "$tests" || true; fi
  "$root/scripts/test-engine.sh" stop "$engine" || true
  exit "$code"
}
# tell_failures FOLDER_OF_CTEST: what failed and the end of what it said, once more: between thousands that passed
# nobody finds it.
tell_failures() {
  [ -s "$1/LastTestsFailed.log" ] || return 0
  say "what failed, once more"
  awk 'NR == FNR { failed[substr($0, index($0, ":") + 1)] = 1; next }
    / Testing: / { name = substr($0, index($0, ": ") + 2); told = name in failed; lines = 0; if (told) print "== " name; next }
    /^<end of output>$/ { for (at = lines > 40 ? lines - 40 : 0; at < lines; ++at) print kept[at]; told = 0 }
    told { kept[lines++] = substr($0, 1, 600) }' "$1/LastTestsFailed.log" "$1/LastTest.log"
}

trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "running the tests (engine: $engine)"
# In the background, so that a signal to this script is heard at once, and as a process group, so that it ends
# the running tests too: ctest leaves them behind.
# More tests than cores at once: those with an engine mostly wait.
set -m
ctest --test-dir "$root/build/$preset" --output-on-failure --no-tests=error --parallel "$(($(nproc) * 2))" "$@" &
tests=$!
set +m
code=0
wait "$tests" || code=$?
tests=''
[ "$code" -eq 0 ] || tell_failures "$root/build/$preset/Testing/Temporary"
[ "$preset" != asan ] || "$root/scripts/coverage.sh" "$profiles" || code=1
exit "$code"
