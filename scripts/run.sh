#!/usr/bin/env bash
# Installs what is missing, builds, makes sure a Docker engine answers, and runs the connector.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: scripts/run.sh [--demo | --check | --diff | --help]

Installs what is missing (Debian 12; as root or with sudo), builds the connector, makes sure that a Docker
engine answers (DOCKER_HOST, else this machine's, which is installed and started when it is not there),
and runs the connector in the foreground. Ctrl-C ends the connector; the containers stay.

It reads ./genisys-connector.yml of the current folder when that is there; else it listens on
127.0.0.1:7051, reads ./services.py and keeps its state in ./genisys-connector.db.

  --demo   show what it does in half a minute, on a state of its own, and clean up afterwards
  --check  say what the configuration and the service files mean, and what is wrong with them
  --diff   say what reading the service files again would change
  --help   this text

NO_COLOR=1 turns colours off.
TEXT
}

connector=$root/build/release/controller/genisys-connector

# api_curl URL PATH [curl options…]: URL as `--check` prints it.
api_curl() {
  local url=$1 path=$2
  shift 2
  case $url in
    unix://*) curl -sS --max-time 70 --unix-socket "${url#unix://}" "$@" "http://localhost$path" ;;
    # The connector's own machine, and nothing secret is sent: it need not prove who it is.
    https://*) curl -sS --max-time 70 --insecure "$@" "$url$path" ;;
    *) curl -sS --max-time 70 "$@" "$url$path" ;;
  esac
}

answers() { api_curl "$1" "$2" -f -o /dev/null 2>/dev/null; }

# How a user addresses the API with curl and httpie.
what_next() {
  local url=$1 curl="curl $1"
  case $url in unix://*) curl="curl --unix-socket ${url#unix://} http://localhost" ;; esac
  cat <<TEXT

${bold}The connector is ready at $url.${plain} In another terminal:

  $curl/service -H 'Content-Type: application/json' -d '{"name": "hello", "image": "nginx:alpine", "ports": ["80"]}'
  $curl/service/hello/scale -H 'Content-Type: application/json' -d '{"number": 3}'
  $curl'/service/hello/status?wait=60s&for=converged'

TEXT
  case $url in
    *:7051) printf 'or, with httpie:  http POST :7051/service/hello/scale number=3\n' ;;
  esac
  printf 'More in docs/getting-started.md. Ctrl-C ends the connector; the containers stay.\n\n'
}

# Runs beside the connector, whose process id is $2.
announce_when_ready() {
  local deadline=$((SECONDS + 60))
  until answers "$1" /readyz; do
    kill -0 "$2" 2>/dev/null || return 0
    if [ "$SECONDS" -ge "$deadline" ]; then
      say "not ready after a minute; the log above and $1/readyz say why"
      return 0
    fi
    sleep 0.2
  done
  what_next "$1"
}

run() {
  local summary url
  summary=$("$connector" --check) || exit $?
  # "All addresses" is for listening, not for calling.
  url=$(awk '$1 == "api" { sub("//0[.]0[.]0[.]0:", "//127.0.0.1:", $2); sub("//\\[::\\]:", "//[::1]:", $2); print $2 }' \
    <<<"$summary")
  if answers "$url" /healthz; then
    say "a connector is running at $url already; nothing to do"
    return 0
  fi
  if [ "${url##*:}" != 0 ]; then  # of a free port, only the log knows which
    (announce_when_ready "$url" $$ &)  # in a subshell: no child that the connector would have to reap
  fi
  # The connector takes this script's place: signals and the exit code are its own.
  exec "$connector"
}

main() {
  local mode=run
  case ${1:-} in
    '') ;;
    --demo | --check | --diff) mode=${1#--} ;;
    -h | --help)
      usage
      return 0
      ;;
    *)
      usage >&2
      printf '\nscripts/run.sh: unknown argument: %s\n' "$1" >&2
      return 2
      ;;
  esac
  install_packages "${build_packages[@]}" "${run_packages[@]}"
  build release
  case $mode in check | diff) exec "$connector" "--$mode" ;; esac
  ensure_engine
  if [ "$mode" = demo ]; then
    install_packages "${demo_packages[@]}"
    install_engine  # for the docker command, which makes the image
    # shellcheck source=demo.sh
    . "$root/scripts/demo.sh"
    demo
  else
    run
  fi
}

main "$@"
