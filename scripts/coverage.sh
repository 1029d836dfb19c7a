#!/usr/bin/env bash
# coverage.sh FOLDER: which part of each room ran, from the profiles that the tests of the preset asan left in
# FOLDER. scripts/test.sh --preset asan calls it.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

profiles=$1
build=$(dirname "$profiles")
compgen -G "$profiles/*.profraw" >/dev/null || fail "no profiles in $profiles: did a test run?"
llvm-profdata-16 merge -sparse "$profiles"/*.profraw -o "$profiles/all.profdata"

programs=("$build/controller/genisys-connector")
for program in "$build"/tests/*_test; do
  [ ! -x "$program" ] || programs+=(-object "$program")
done
say "lines that ran, by room"
printf '%-12s %8s %8s %7s\n' room lines ran '%'
for room in state docker api controller; do
  llvm-cov-16 export -summary-only -instr-profile "$profiles/all.profdata" "${programs[@]}" \
    -ignore-filename-regex='^/usr/|/tests/|/build/' -sources "$root/$room" 2> >(grep -v 'mismatched data' >&2 || true) |
    jq -r --arg room "$room" '.data[0].totals.lines |
      [$room, .count, .covered, (.percent * 10 | round / 10)] | @tsv'
done | awk -F'\t' '
  { printf "%-12s %8d %8d %7.1f\n", $1, $2, $3, $4; lines += $2; ran += $3 }
  END {
    printf "%-12s %8d %8d %7.1f\n", "all", lines, ran, lines ? 100 * ran / lines : 0
    exit ran == 0
  }'
