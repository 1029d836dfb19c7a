#!/usr/bin/env bash
# Installs what is missing, builds the release program, and measures it against its targets.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: scripts/bench.sh [--rounds N] [--kills N] [subject…]

Builds the release preset and measures it on a Docker engine: that of DOCKER_HOST, else this machine's, else a
private one for as long as it takes. Both sides of each comparison take turns in one run. Takes about five
minutes on a quiet machine and prints one table (Markdown) on standard output; a target that is missed is
marked ✗ and is no failure. Removes every container and image that it made.

  --rounds N   turns of each side (3)
  --kills N    containers that are killed (20)
  subject      start, writes, status, scale, scale-port, heal, neighbour, idle; all without
TEXT
}

case ${1:-} in
  -h | --help)
    usage
    exit 0
    ;;
esac
exec </dev/null

install_packages "${build_packages[@]}" busybox-static
install_engine

say "building" >&2
build_folder=$root/build/release
cmake --preset release -S "$root" -DGENISYS_BENCH=ON >/dev/null
cmake --build "$build_folder" --target genisys-connector genisys-bench bench-constant-server >&2

folder=$(mktemp -d)
image=genisys-bench:$$
engine=''
bench=''

finish() {
  local code=$? left
  trap - EXIT
  if [ -n "$bench" ] && kill -TERM -- "-$bench" 2>/dev/null; then wait "$bench" || true; fi
  if [ "$code" -ne 0 ] && [ -s "$folder/connector/connector.log" ]; then
    printf '\nThe end of the connector'\''s log:\n' >&2
    tail -n 20 "$folder/connector/connector.log" >&2
  fi
  if [ -n "$engine" ]; then
    # Some may be on their way out by themselves.
    mapfile -t left < <(docker ps --all --quiet --filter "ancestor=$image")
    [ "${#left[@]}" -eq 0 ] || docker rm --force --volumes "${left[@]}" >/dev/null 2>&1 || true
    "$root/scripts/test-image.sh" --remove "$image" || true
    "$root/scripts/test-engine.sh" stop "$engine" || true
  fi
  rm -rf "$folder"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

engine=$("$root/scripts/test-engine.sh" start)
export DOCKER_HOST=$engine
"$root/scripts/test-image.sh" "$image" >/dev/null

say "measuring (engine: $engine)" >&2
# In the background as a process group, so that a signal to this script ends the servers under measurement, too.
set -m
"$build_folder/tests/bench/genisys-bench" \
  --connector "$build_folder/controller/genisys-connector" \
  --constant-server "$build_folder/tests/bench/bench-constant-server" \
  --engine "$engine" --image "$image" --folder "$folder" "$@" &
bench=$!
set +m
code=0
wait "$bench" || code=$?
bench=''
exit "$code"
