#!/usr/bin/env bash
# Holds every source against .clang-format, and those of the product against .clang-tidy.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: scripts/tidy.sh [file.cpp…]

Looks whether clang-format-16 would change a file, then builds the preset dev (its precompiled headers make this
quick) and runs clang-tidy-16 with the checks of .clang-tidy over the files, or over every source of state,
docker, api and controller. Each finding is an error. Files are formatted with: clang-format-16 -i FILE
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

cd "$root"
if [ $# -gt 0 ]; then
  files=("$@")
  sources=("$@")
else
  mapfile -t files < <(find state docker api controller -name '*.cpp' | sort)
  mapfile -t sources < <(find state docker api controller tests cmake -name '*.[ch]pp' | sort)
fi
clang-format-16 --dry-run --Werror "${sources[@]}" || fail "clang-format-16 -i would change what is above"
build dev
say "clang-tidy over ${#files[@]} files"
if ! printf '%s\n' "${files[@]}" |
  xargs -P "$(nproc)" -n 4 clang-tidy-16 -p build/dev --quiet 2> >(grep -v ' warnings\? generated\.$' >&2 || true); then
  fail "clang-tidy finds what is above"
fi
say "nothing found"
