#!/usr/bin/env bash
# Holds every source of the product against .clang-tidy.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: scripts/tidy.sh [file.cpp…]

Builds the preset dev (its precompiled headers make this quick) and runs clang-tidy-16 with the checks of
.clang-tidy over the files, or over every source of state, docker, api and controller. Each finding is an error.
TEXT
}

case ${1:-} in
  -h | --help)
    usage
    exit 0
    ;;
esac
exec </dev/null

install_packages "${build_packages[@]}" "${test_packages[@]}" "${tidy_packages[@]}"
build dev

cd "$root"
if [ $# -gt 0 ]; then
  files=("$@")
else
  mapfile -t files < <(find state docker api controller -name '*.cpp' | sort)
fi
say "clang-tidy over ${#files[@]} files"
if ! printf '%s\n' "${files[@]}" |
  xargs -P "$(nproc)" -n 4 clang-tidy-16 -p build/dev --quiet 2> >(grep -v ' warnings\? generated\.$' >&2 || true); then
  fail "clang-tidy finds what is above"
fi
say "nothing found"
