#!/usr/bin/env bash
# Sees to it that tests have a Docker engine: the one that answers, else a private one, for as long as the
# tests run.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: scripts/test-engine.sh start [--private]   prints the DOCKER_HOST to use
       scripts/test-engine.sh start --tls FOLDER ADDRESS
                                                  a private engine that speaks TLS, too: prints its two addresses
       scripts/test-engine.sh stop DOCKER_HOST    ends the private engine with that address
       scripts/test-engine.sh crash DOCKER_HOST   kills it, as nothing else does: no goodbye, containers left behind
       scripts/test-engine.sh revive DOCKER_HOST  starts it again, on the same data, after a crash

start   prints the address of the engine that answers at GENISYS_TEST_DOCKER_HOST, else DOCKER_HOST, else
        unix:///var/run/docker.sock. When none does, or with --private, it starts an engine with data, socket
        and process id file in a temporary directory of its own and a bridge of its own; beside a running
        dockerd in a network namespace of its own too, so published ports are then reachable only through
        nsenter --net=/run/netns/NAME, NAME being the directory's.
        With --tls it listens beside its socket at port 2376 of ADDRESS, shows server-cert.pem (its key is
        server-key.pem) of the folder, and wants a certificate that ca.pem there signed. It is always in a
        namespace of its own, at the other end of a link from this machine: ADDRESS is 169.254.x.y, where y
        is 2 more than a multiple of 4, and nobody else has it.
stop    does nothing for an engine that was not started by this script.

A private engine needs dockerd (Debian: docker.io), and root or sudo without a password.
TEXT
}

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

PATH=$PATH:/usr/sbin:/sbin
prefix=/tmp/genisys-engine.
bridge=genisys0
start_timeout=60

answers() { docker -H "$1" version --format '{{.Server.Version}}' >/dev/null 2>&1; }

# The rest needs root; the socket shall still belong to who asked.
become_root() {
  [ "$(id -u)" -ne 0 ] || return 0
  sudo -n true 2>/dev/null || fail "a private engine needs root: run this as root, or allow sudo without a password"
  exec sudo -n env ENGINE_OWNER="$(id -u)" bash "$0" "$@"
}

# launch DIR [dockerd argument…]: 0 when it answers, 1 when it ended or keeps silent. Waits for the answer,
# not for the socket: a booting engine accepts connections long before it answers.
launch() {
  local dir=$1 deadline=$((SECONDS + start_timeout)) pid
  shift
  local namespace=()
  if [ -e "/run/netns/$(basename "$dir")" ]; then
    # Not `ip netns exec`: that remounts /sys and hides the cgroups from dockerd.
    namespace=(nsenter --net="/run/netns/$(basename "$dir")")
  fi
  printf '%s\n' "$@" >"$dir/arguments"
  setsid "${namespace[@]}" dockerd --data-root "$dir/data" --exec-root "$dir/exec" --pidfile "$dir/pid" \
    --host "unix://$dir/sock" "$@" >>"$dir/log" 2>&1 </dev/null &
  pid=$!
  until answers "unix://$dir/sock"; do
    kill -0 "$pid" 2>/dev/null || return 1
    if [ "$SECONDS" -ge "$deadline" ]; then
      kill -KILL "$pid"
      wait "$pid" 2>/dev/null || true
      rm -f "$dir/pid"
      return 1
    fi
    sleep 0.2
  done
}

# link NAMESPACE ADDRESS: between this machine and the namespace, where it has the address. Goes with the
# namespace.
link() {
  local here=gv${1##*.}
  ip link add "$here" type veth peer name engine netns "$1"
  ip address add "${2%.*}.$((${2##*.} - 1))/30" dev "$here"
  ip link set "$here" up
  ip -n "$1" address add "$2/30" dev engine
  ip -n "$1" link set engine up
}

# The bridge of the one engine that is in no namespace. Not docker0: there the containers of an engine that was
# killed still have their addresses, and answer for those of this one that get the same.
add_bridge() {
  ip link delete "$bridge" 2>/dev/null || true
  # One without an address of its own takes that of whoever joins, another one each time.
  ip link add "$bridge" address 02:42:00:00:00:01 type bridge
  ip link set "$bridge" up
}

# Ends the engine and everything that it leaves behind.
clean_up() {
  local dir=$1 pid tries mount
  pid=$(cat "$dir/pid" 2>/dev/null) || pid=''
  # The number may be another's by now.
  if [ -n "$pid" ] && grep -qaF -- "$dir" "/proc/$pid/cmdline" 2>/dev/null; then
    # Spares the wait for programs that ignore the stop signal.
    timeout 20 docker -H "unix://$dir/sock" ps --quiet 2>/dev/null |
      xargs -r timeout 20 docker -H "unix://$dir/sock" kill >/dev/null || true
    kill -TERM "$pid" 2>/dev/null || true
    for ((tries = 0; tries < 150; ++tries)); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.2
    done
    kill -KILL "$pid" 2>/dev/null || true
  fi
  # Shims, and the engine's own containerd, outlive a SIGKILL; they name this directory in their arguments.
  # Containers, which do not, outlive their shims.
  for pid in $(pgrep -f -- "$dir/exec" || true); do
    [ "$pid" -ne $$ ] || continue
    pkill -KILL -P "$pid" || true
    kill -KILL "$pid" 2>/dev/null || true
  done
  awk -v dir="$dir/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mount; do
    umount -l "$mount" || true
  done
  if [ -e "/run/netns/$(basename "$dir")" ]; then
    # Docker's network sandboxes hold the namespace no longer than their mounts, which are gone by now.
    ip netns delete "$(basename "$dir")"
  elif grep -qx -- "$bridge" "$dir/arguments" 2>/dev/null; then
    ip link delete "$bridge" 2>/dev/null || true
  fi
  rm -rf "$dir"
}

# What engines of ours have left whose script was killed, when no engine runs. Not what is younger than a start
# takes: that may be one.
clean_up_after_the_dead() {
  local dir
  find "${prefix%/*}" -maxdepth 1 -type d -user 0 -name "${prefix##*/}*" -mmin "+$((2 * start_timeout / 60))" |
    while read -r dir; do clean_up "$dir"; done
}

start() {
  local host=${GENISYS_TEST_DOCKER_HOST:-${DOCKER_HOST:-unix:///var/run/docker.sock}}
  command -v docker >/dev/null || fail "there is no docker command: install docker.io"
  if [ $# -eq 0 ] && answers "$host"; then
    printf '%s\n' "$host"
    return
  fi
  become_root start "$@"
  command -v dockerd >/dev/null || fail "there is no dockerd: install docker.io"

  # Short, because the path of a socket has 107 bytes.
  local dir
  dir=$(mktemp -d "${prefix}XXXXXX")
  chmod 711 "$dir"
  local tcp='' own=()
  if [ "${1:-}" = --tls ]; then
    tcp=tcp://$3:2376
    own=(--host "$tcp" --tlsverify --tlscacert "$2/ca.pem" --tlscert "$2/server-cert.pem"
      --tlskey "$2/server-key.pem")
  fi
  # Two engines in one network namespace fight over docker0 and the packet filter. That is no matter of having
  # a bridge: one that is told to do without (--bridge none) removes docker0, whosever it is. One that has ended,
  # and that nobody has reaped, runs no more.
  if [ -n "$tcp" ] || pgrep -x --runstates D,R,S,T dockerd >/dev/null; then
    ip netns add "$(basename "$dir")"
    ip -n "$(basename "$dir")" link set lo up
  else
    clean_up_after_the_dead
    add_bridge
    own=(--bridge "$bridge")
  fi
  [ -z "$tcp" ] || link "$(basename "$dir")" "$3"
  # Not every file system carries overlay2; vfs is slow and works on all.
  if ! launch "$dir" "${own[@]}" && ! launch "$dir" "${own[@]}" --storage-driver vfs; then
    tail -n 15 "$dir/log" >&2
    clean_up "$dir"
    fail "the engine does not start; its log ends as above (in a container it needs --privileged)"
  fi
  chown "${ENGINE_OWNER:-0}" "$dir/sock"
  printf 'unix://%s/sock\n' "$dir"
  [ -z "$tcp" ] || printf '%s\n' "$tcp"
}

# private DOCKER_HOST: the directory of that private engine.
private() {
  local dir=${1#unix://}
  dir=${dir%/sock}
  case $dir in
    "$prefix"*/*) ;;
    "$prefix"*) [ ! -d "$dir" ] || printf '%s\n' "$dir" ;;
  esac
}

stop() {
  local dir
  dir=$(private "$1")
  [ -n "$dir" ] || return 0
  become_root stop "$@"
  clean_up "$dir"
}

# Kills the engine and its containerd, which dies with it, though not always before the call returns. A dead
# process that nobody has reaped keeps its number, but has no program; an engine that finds that number in a
# file waits for it.
crash() {
  local dir file pid
  dir=$(private "$1")
  [ -n "$dir" ] || fail "$1 is no private engine"
  become_root crash "$@"
  for file in "$dir/pid" "$dir/exec/containerd/containerd.pid"; do
    pid=$(cat "$file")
    kill -KILL "$pid" 2>/dev/null || true
    while readlink "/proc/$pid/exe" >/dev/null; do sleep 0.05; done
    rm -f "$file"
  done
}

revive() {
  local dir arguments
  dir=$(private "$1")
  [ -n "$dir" ] || fail "$1 is no private engine"
  become_root revive "$@"
  mapfile -t arguments < <(grep . "$dir/arguments" || true)
  launch "$dir" "${arguments[@]}" || {
    tail -n 15 "$dir/log" >&2
    fail "the engine does not start again; its log ends as above"
  }
  chown "${ENGINE_OWNER:-0}" "$dir/sock"
}

case ${1:-} in
  start)
    [ $# -eq 1 ] || { [ $# -eq 2 ] && [ "$2" = --private ]; } || { [ $# -eq 4 ] && [ "$2" = --tls ]; } || {
      usage >&2
      exit 2
    }
    start "${@:2}"
    ;;
  stop | crash | revive)
    [ $# -eq 2 ] || {
      usage >&2
      exit 2
    }
    "$1" "$2"
    ;;
  -h | --help) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
