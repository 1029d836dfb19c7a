#!/usr/bin/env bash
# Checks that fail points (state/fail_point.hpp) leave no trace in a build without their option: compiles sources
# that are cheap to compile both ways, and looks into the released program where one was built.
#
#   fail_points.sh FOLDER COMPILER
set -euo pipefail
export LC_ALL=C

folder=$1
compiler=$2
traces='FailPoint|GENISYS_FAIL_POINT|indexes_reserved|marked_stable'
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

# Reads all: a pipe that is closed early would be a failure of its own.
has_trace() { { nm -C "$1" && strings "$1"; } | grep -E "$traces" >/dev/null; }

for source in state/fail_point.cpp state/migrations.cpp; do
  "$compiler" -std=c++20 -O2 -I "$folder" -c "$folder/$source" -o "$scratch/without.o"
  "$compiler" -std=c++20 -O2 -I "$folder" -DGENISYS_FAIL_POINTS -c "$folder/$source" -o "$scratch/with.o"
  if has_trace "$scratch/without.o"; then
    printf '%s: built without the option, it knows of fail points\n' "$source"
    failures=1
  fi
  # Else the check above proves nothing.
  if ! has_trace "$scratch/with.o"; then
    printf '%s: built with the option, it shows no trace of fail points\n' "$source"
    failures=1
  fi
done

released=$folder/build/release/controller/genisys-connector
if [ -x "$released" ] && has_trace "$released"; then
  printf '%s knows of fail points\n' "$released"
  failures=1
fi
if grep -A4 '"name": "release"' "$folder/CMakePresets.json" | grep FAIL_POINTS; then
  printf 'the preset release sets GENISYS_FAIL_POINTS\n'
  failures=1
fi
exit "$failures"
