#!/usr/bin/env bash
# Builds the fuzz targets and runs them, as many at once as there are cores.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: scripts/fuzz.sh [--seconds N] [--seed N] [--preset fuzz|asan] [target…]

Builds the fuzz targets (Debian 12; installs what is missing, as root or with sudo) and gives each N seconds
(60). Without targets: all there are in tests/fuzz.

  scripts/fuzz.sh --seconds 600 documents    one target, ten minutes
  scripts/fuzz.sh --preset asan              the targets of the build that the sanitizer tests use

With --seed the same program tries the same inputs in the same order, from the seeds in tests/fuzz/corpus on and from
nothing that was learnt; without it, others each time.

What a run learns is kept in build/<preset>/corpus and used by the next. A finding (a crash, a claim that does
not hold, an input that takes over 10 s or 2 GiB) is kept in build/<preset>/findings, and makes this fail.
NO_COLOR=1 turns colours off.
TEXT
}

seconds=60
seed=0
preset=fuzz
targets=()
while [ "$#" -gt 0 ]; do
  case $1 in
    -h | --help)
      usage
      exit 0
      ;;
    --seconds | --seed | --preset)
      [ "$#" -ge 2 ] || fail "$1 needs a value (see --help)"
      case $1 in
        --seconds) seconds=$2 ;;
        --seed) seed=$2 ;;
        --preset) preset=$2 ;;
      esac
      shift
      ;;
    -*) fail "unknown option $1 (see --help)" ;;
    *) targets+=("${1#fuzz_}") ;;
  esac
  shift
done
[[ $seconds =~ ^[1-9][0-9]*$ ]] || fail "--seconds is a whole number above 0, not $seconds"
[[ $seed =~ ^[0-9]{1,9}$ ]] || fail "--seed is a whole number, not $seed"
exec </dev/null

install_packages "${build_packages[@]}" libclang-rt-16-dev libgtest-dev libgmock-dev
build "$preset" --target fuzz

programs=$root/build/$preset/tests/fuzz
findings=$root/build/$preset/findings
corpora=$root/build/$preset/corpus
logs=$root/build/$preset/fuzz-logs
if [ "${#targets[@]}" -eq 0 ]; then
  for file in "$programs"/fuzz_*.arguments; do
    file=${file##*/fuzz_}
    targets+=("${file%.arguments}")
  done
fi
for target in "${targets[@]}"; do
  [ -x "$programs/fuzz_$target" ] || fail "there is no target $target: see tests/fuzz/CMakeLists.txt"
done
if [ "$seed" -ne 0 ]; then
  corpora=$root/build/$preset/corpus-of-seed
  rm -rf "$corpora"
fi
mkdir -p "$findings" "$corpora" "$logs"

# Leaks are left to the replay of the corpus: the search for them takes minutes after an out-of-memory. The
# outer timeout is for a target that hangs outside of an input.
fuzz() {
  local target=$1 arguments
  mapfile -t arguments <"$programs/fuzz_$target.arguments"
  mkdir -p "$corpora/$target"
  LLVM_PROFILE_FILE=/dev/null timeout -k 10 $((seconds + 120)) nice "$programs/fuzz_$target" \
    "-max_total_time=$seconds" "-seed=$seed" -timeout=10 -rss_limit_mb=2048 -detect_leaks=0 -print_final_stats=1 \
    "-artifact_prefix=$findings/$target-" "$corpora/$target" "${arguments[@]}" >"$logs/$target.log" 2>&1
}

running=()
stop() {
  trap - EXIT
  for job in "${running[@]}"; do kill -- "-$job" 2>/dev/null || true; done
  exit "$1"
}
trap 'stop 130' INT
trap 'stop 143' TERM

say "$seconds s for each of: ${targets[*]}"
declare -A target_of=() failed=()
set -m
take_one() {
  local ended code=0
  wait -n -p ended "${running[@]}" || code=$?
  [ "$code" -eq 0 ] || failed[${target_of[$ended]}]=$code
  local left=() job
  for job in "${running[@]}"; do [ "$job" = "$ended" ] || left+=("$job"); done
  running=("${left[@]}")
}
for target in "${targets[@]}"; do
  [ "${#running[@]}" -lt "$(nproc)" ] || take_one
  fuzz "$target" &
  running+=("$!")
  target_of[$!]=$target
done
while [ "${#running[@]}" -gt 0 ]; do take_one; done
set +m

stat_of() { sed -n "s/^stat::$2: *//p" "$logs/$1.log" | tail -n 1; }
edges_of() { sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$logs/$1.log" | tail -n 1; }

printf '%-16s %12s %8s %8s %10s %8s  %s\n' target executions per-s edges new-units rss-MB result
for target in "${targets[@]}"; do
  result=ok
  [ -z "${failed[$target]:-}" ] || result="FAILED (status ${failed[$target]})"
  executed=$(stat_of "$target" number_of_executed_units)
  per_second=$(stat_of "$target" average_exec_per_sec)
  added=$(stat_of "$target" new_units_added)
  memory=$(stat_of "$target" peak_rss_mb)
  edges=$(edges_of "$target")
  printf '%-16s %12s %8s %8s %10s %8s  %s\n' "$target" "${executed:--}" "${per_second:--}" "${edges:--}" \
    "${added:--}" "${memory:--}" "$result"
done

[ "${#failed[@]}" -gt 0 ] || exit 0
for target in "${!failed[@]}"; do
  printf '\n%s%s%s, the end of %s:\n' "$bold" "$target" "$plain" "$logs/$target.log"
  grep -aE '^does not hold|ERROR: |runtime error|SUMMARY|Test unit written' "$logs/$target.log" ||
    tail -n 20 "$logs/$target.log"
  for file in "$findings/$target"-*; do
    [ -e "$file" ] || continue
    printf 'replay with: %s %s\n' "${programs#"$root"/}/fuzz_$target" "${file#"$root"/}"
  done
done
fail "there are findings: each is a bug to be mended, and its input becomes a test and a seed in tests/fuzz/corpus"
