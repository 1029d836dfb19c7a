#!/usr/bin/env bash
# Months in minutes: thousands of changes, deaths and restarts, and whether anything grows by them.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: scripts/soak.sh [--minutes N | --seconds N] [--connector FILE] [--journal N]

Runs a connector of its own on the engine of DOCKER_HOST (else this machine's), and lets happen to it what
happens in months: services are scaled, replaced, removed and declared again, their containers killed, the
service file read again, the connector killed and started again; statuses, metrics and events are read, and
nonsense is asked. Meanwhile it is measured. At the end a line is laid through the last 80 % of the
measurements, and what it rises by is shown; more than the bounds is a failure (code 1).

  --minutes N, --seconds N   how long (default: 15 minutes)
  --connector FILE           the program (default: the release build, which is built when it is not there)
  --journal N                entries of the journal that are kept (default: 10000); it is filled first, so that
                             the state file has the size that it keeps

Touches no container but its own and leaves none.
TEXT
}

seconds=900 connector='' journal=10000
while [ $# -gt 0 ]; do
  case $1 in
    --minutes) seconds=$(($2 * 60)) && shift 2 ;;
    --seconds) seconds=$2 && shift 2 ;;
    --connector) connector=$(realpath "$2") && shift 2 ;;
    --journal) journal=$2 && shift 2 ;;
    -h | --help) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
  esac
done

[ "${GENISYS_TEST_ENGINE:-}" != none ] || exit 77

if [ -z "$connector" ]; then
  install_packages "${build_packages[@]}" "${run_packages[@]}" busybox-static
  build release
  connector=$root/build/release/controller/genisys-connector
fi
engine_answers || ensure_engine

folder=$(mktemp -d)
instance=soak-$$-$RANDOM
image=${GENISYS_TEST_IMAGE:-}
image_is_ours=''
if [ -z "$image" ]; then
  image=genisys-test:soak-$$
  image_is_ours=yes
  "$root/scripts/test-image.sh" "$image" >/dev/null
fi
process='' url=''

ours() { engine_curl GET "/containers/json?all=$1&filters=%7B%22label%22%3A%5B%22io.genisys.instance%3D$instance%22%5D%7D"; }

finish() {
  local code=$? id
  trap - EXIT INT TERM
  if [ -n "$process" ]; then
    kill "$process" 2>/dev/null && wait "$process" 2>/dev/null || true
  fi
  for id in $(ours true 2>/dev/null | jq -r '.[].Id'); do
    engine_curl DELETE "/containers/$id?force=true&v=true" >/dev/null || true
  done
  [ -z "$image_is_ours" ] || "$root/scripts/test-image.sh" --remove "$image" >/dev/null || true
  if [ "$code" -ne 0 ] && [ -f "$folder/log" ]; then tail -n 20 "$folder/log" >&2; fi
  rm -rf "$folder"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

cat >"$folder/genisys-connector.yml" <<TEXT
connector:
  port: 0
  service_file: ./services.json
  state_file: ./state.db
  instance: $instance
  interval: 100ms
docker:
  url: $(engine_url)
  adopt: false
limits:
  journal_entries: $journal
TEXT

# start: a connector whose port is known.
start() {
  : >"$folder/log"
  (cd "$folder" && exec "$connector" --config genisys-connector.yml) >>"$folder/log" 2>&1 &
  process=$!
  local deadline=$((SECONDS + 20)) port
  until port=$(sed -n 's/.* listening on 127\.0\.0\.1:\([0-9]*\)$/\1/p' "$folder/log") && [ -n "$port" ]; do
    kill -0 "$process" 2>/dev/null || fail "the connector ended at its start"
    [ "$SECONDS" -lt "$deadline" ] || fail "the connector does not listen"
    sleep 0.05
  done
  url=http://127.0.0.1:$port
}

call() {  # METHOD PATH [BODY]: the answer, whatever it is
  curl -sS --max-time 60 -X "$1" "$url$2" ${3:+-H 'Content-Type: application/json' -d "$3"}
}

# Without networks: they are the engine's work, and cost most of the time.
definition() {
  printf '{"name": "%s", "image": "%s", "network_mode": "none", "stop_signal": "SIGKILL", "environment": {"ROUND": "%s"}}' "$1" "$image" "$2"
}

declare_files() { printf '{"file": %s}' "$(definition file "$1")" >"$folder/services.json"; }

# One measurement: seconds, resident KiB, descriptors, threads, KiB of the state file, last entry.
measure() {
  local rss fds threads size
  rss=$(awk '$1 == "VmRSS:" { print $2 }' "/proc/$process/status")
  threads=$(awk '$1 == "Threads:" { print $2 }' "/proc/$process/status")
  fds=$(find "/proc/$process/fd" -mindepth 1 | wc -l)
  size=$(stat -c %s "$folder/state.db" "$folder/state.db-wal" 2>/dev/null | awk '{ sum += $1 } END { print sum / 1024 }')
  printf '%s %s %s %s %s\n' "$((SECONDS - begin))" "$rss" "$fds" "$threads" "$size" >>"$folder/samples"
}

# Entries of the journal, many a second: each write by hand is one.
fill_journal() {
  local i verb
  for ((i = 0; i < journal / 2 + 50; ++i)); do
    for verb in pause resume; do
      printf 'url = "%s/service/web/%s"\nrequest = POST\noutput = /dev/null\nnext\n' "$url" "$verb"
    done
  done | sed '$d' | curl -sS --config - >/dev/null
}

# Requests of all kinds over one connection: writes that are recorded, rehearsed and refused, and reads.
burst() {
  local i
  for ((i = 0; i < 5; ++i)); do
    printf 'url = "%s/service/file/pause"\nrequest = POST\nnext\n' "$url"
    printf 'url = "%s/service/file/resume"\nrequest = POST\nnext\n' "$url"
    printf 'url = "%s/service/web/scale?dry_run=true"\njson = "{\\"number\\": %s}"\nnext\n' "$url" "$i"
    printf 'url = "%s/service/web/scale"\njson = "{\\"number\\": -%s}"\nnext\n' "$url" "$i"
    printf 'url = "%s/service/web/why"\nnext\nurl = "%s/status"\nnext\n' "$url" "$url"
  done | sed '$d' | curl -sS --config - >/dev/null
}

kill_one() {
  local id
  id=$(ours false | jq -r '.[].Id' | shuf -n 1)
  [ -z "$id" ] || engine_curl POST "/containers/$id/kill" >/dev/null 2>&1 || true
}

cycle() {
  local number=$1
  call POST /service/web/scale "{\"number\": $((number % 4))}" >/dev/null
  kill_one
  burst
  # Most changes come before the last one is done.
  [ $((number % 4)) -ne 0 ] || call GET "/service/web/status?wait=2s&for=converged" >/dev/null
  case $((number % 12)) in
    1 | 7) call PUT /service/web "$(definition web "$number")" >/dev/null ;;
    3) call DELETE /service/db >/dev/null ;;
    5)
      call POST /service "$(definition db "$number")" >/dev/null
      call POST /service/db/scale '{"number": 2}' >/dev/null
      ;;
    6)
      declare_files "$number"
      kill -HUP "$process"
      ;;
    9)
      call GET /metrics >/dev/null
      call GET "/service/web/events?limit=500" >/dev/null
      call GET /service/web/why >/dev/null
      call GET /service/web/revisions >/dev/null
      timeout 0.2 curl -sS -N "$url/events" >/dev/null 2>&1 || true
      ;;
    11)
      call POST /service '{"name": "web", "imag' >/dev/null
      call GET /no/such/page >/dev/null
      call POST "/service/web/scale?dry_run=true" '{"number": 9}' >/dev/null
      curl -sS --max-time 5 --http0.9 "$url/" -H 'Content-Length : 3' -d abc >/dev/null 2>&1 || true
      ;;
  esac
}

# report COLUMN NAME UNIT BOUND: what the line through the last 80 % rises by, from end to end.
report() {
  awk -v column="$1" -v name="$2" -v unit="$3" -v bound="$4" -v from="$((seconds / 5))" '
    $1 >= from {
      x = $1; y = $column; ++n; sx += x; sy += y; sxx += x * x; sxy += x * y
      if (n == 1) { first = x; low = y; high = y }
      if (y < low) low = y
      if (y > high) high = y
      last = x
    }
    END {
      if (n < 5) { print name ": too few measurements"; exit 1 }
      spread = n * sxx - sx * sx
      rise = spread == 0 ? 0 : (n * sxy - sx * sy) / spread * (last - first)
      printf "%-22s %10.0f %10.0f %10.0f %10.1f %10s  %s\n", name " " unit, low, sy / n, high, rise, bound,
        (rise > bound) ? "GROWS" : "flat"
      exit (rise > bound)
    }' "$folder/samples"
}

declare_files 0
begin=$SECONDS
start
call POST /service "$(definition web 0)" >/dev/null
call POST /service "$(definition db 0)" >/dev/null
say "filling the journal ($journal entries)"
fill_journal

say "$seconds s of changes, deaths and restarts"
begin=$SECONDS cycles=0 restarts=0
while [ $((SECONDS - begin)) -lt "$seconds" ]; do
  cycles=$((cycles + 1))
  cycle "$cycles"
  # What is measured afterwards is one process: it is killed and started again in the first fifth only.
  if [ $((SECONDS - begin)) -lt $((seconds / 6)) ] && [ $((cycles % 4)) -eq 0 ]; then
    kill -KILL "$process"
    wait "$process" 2>/dev/null || true
    restarts=$((restarts + 1))
    start
  fi
  kill -0 "$process" 2>/dev/null || fail "the connector ended by itself"
  measure
done

call POST /service/web/scale '{"number": 2}' >/dev/null
converged=$(call GET "/service/web/status?wait=30s&for=converged" | jq .converged)
last=$(call GET "/service/web/events?limit=1" | jq '.events[0].id')

printf '%s cycles, %s restarts, %s entries of the journal, %s measurements\n' \
  "$cycles" "$restarts" "$last" "$(wc -l <"$folder/samples")"
printf '%-22s %10s %10s %10s %10s %10s\n' 'last 80 %' low mean high rise bound
grows=0
# Shorter than some minutes the allocator is still finding its size.
rss_bound=1024
[ "$seconds" -ge 300 ] || rss_bound=4096
report 2 'resident memory' KiB "$rss_bound" || grows=1
report 3 descriptors '' 3 || grows=1
report 4 threads '' 0.5 || grows=1
report 5 'state file' KiB 256 || grows=1
[ "$converged" = true ] || fail "it did not converge at the end"
[ "$grows" -eq 0 ] || fail "something grows"
