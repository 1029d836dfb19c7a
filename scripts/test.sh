#!/usr/bin/env bash
# Installs what is missing, builds, and runs the tests.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: scripts/test.sh [ctest arguments…]

Installs what is missing (Debian 12; as root or with sudo), builds the dev preset and runs every test.
Arguments go to ctest:

  scripts/test.sh -R Plan         only tests whose name contains Plan
  scripts/test.sh -L unit         only unit tests (labels: unit, contract, engine, e2e, lint)
  scripts/test.sh -LE engine      all but those that need an engine

Tests that need a Docker engine use DOCKER_HOST, else the one of this machine; when none answers, an engine
of the tests' own is started and stopped again. NO_COLOR=1 turns colours off.
TEXT
}

case ${1:-} in
  -h | --help)
    usage
    exit 0
    ;;
esac
exec </dev/null

install_packages "${build_packages[@]}" "${test_packages[@]}"
install_engine
build dev

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
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "running the tests (engine: $engine)"
# In the background, so that a signal to this script is heard at once, and as a process group, so that it ends
# the running tests too: ctest leaves them behind.
# More tests than cores at once: those with an engine mostly wait.
set -m
ctest --test-dir "$root/build/dev" --output-on-failure --no-tests=error --parallel "$(($(nproc) * 2))" "$@" &
tests=$!
set +m
code=0
wait "$tests" || code=$?
tests=''
exit "$code"
