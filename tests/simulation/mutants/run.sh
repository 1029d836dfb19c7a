#!/usr/bin/env bash
# run.sh [NAME…]: proves that the storms can fail. Builds the wrong variants of the product that table.txt
# names (all, or these), one after the other, and runs storms on each until one fails. Prints the lowest seed
# that caught it; ends with 1 when one was not caught. Changes nothing in the tree: each variant is one file,
# compiled and linked beside the build. MUTANT_STORMS: so many seeds are tried at most (2000). BUILD: the
# preset (dev), in which simulation_test is built.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
build=$root/build/${BUILD:-dev}
storms=${MUTANT_STORMS:-2000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[[ -x $build/tests/simulation_test ]] || {
  echo "build simulation_test in $build first"
  exit 1
}
cd "$build"
ninja -t commands simulation_test >"$work/commands"
link=$(tail -1 "$work/commands")
link=${link#: && }
link=${link%% && *}

# The lowest seed that fails with this program, or nothing.
first_failure() {
  GENISYS_STORMS=$storms "$1" --gtest_filter='*Storms*' 2>&1 |
    sed -n 's/.*GENISYS_SEED=\([0-9]*\)$/\1/p' | sort -n | head -1 || true
}

# Compiles the changed copy of FILE and links it before the library that has the right one.
make_variant() {
  local file=$1 compile
  compile=$(grep -F -- "-c $root/$file" "$work/commands" | head -1)
  compile=${compile/ -o * -c $root\/$file/ -o $work/variant.o -c $work/variant.cpp}
  compile=${compile/ -MF * -o / -MF $work/variant.d -o }
  bash -c "$compile" && bash -c "${link/ -o tests\/simulation_test/ $work/variant.o -o $work/variant}"
}

missed=0
while IFS='|' read -r name file expression what; do
  [[ $name == \#* || -z $name ]] && continue
  if (($# > 0)) && [[ " $* " != *" $name "* ]]; then continue; fi
  sed "$expression" "$root/$file" >"$work/variant.cpp"
  if cmp -s "$root/$file" "$work/variant.cpp"; then
    verdict='does not apply'
    missed=1
  elif ! make_variant "$file" >"$work/log" 2>&1; then
    cat "$work/log"
    verdict='does not build'
    missed=1
  else
    seed=$(first_failure "$work/variant")
    verdict=${seed:+seed $seed}
    [[ -n $seed ]] || missed=1
  fi
  printf '%-24s %-16s %s\n' "$name" "${verdict:-NOT CAUGHT}" "$what"
done <"$here/table.txt"
exit "$missed"
