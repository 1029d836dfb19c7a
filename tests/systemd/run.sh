#!/usr/bin/env bash
# run.sh: does the unit do what it says, under a systemd that is real? Installs the program of build/release on a
# machine of its own (a container in which systemd is the first process, and this machine's engine), as
# docs/operations.md says to, and looks at it. Needs root, an engine at /var/run/docker.sock, Debian's mirror and
# two minutes; leaves nothing behind. ROOT_TREE keeps the machine's files in that folder for the next run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
tree=${ROOT_TREE:-$work/tree}
name=genisys-systemd-$$
image=$name:1
replica=$name-replica:1
unit=genisys-connector

finish() {
  local code=$?
  trap - EXIT
  [ "$code" -eq 0 ] || on journalctl --no-pager -u "$unit" | tail -n 30 >&2 || true
  # The connector first: it would replace the others.
  docker rm --force "$name" >/dev/null 2>&1 || true
  docker ps --all --quiet --filter "label=io.genisys.service=$name" | xargs -r docker rm --force >/dev/null
  docker network rm "${name}_default" >/dev/null 2>&1 || true
  docker image rm "$image" "$replica" >/dev/null 2>&1 || true
  rm -rf "$work"
  exit "$code"
}
trap finish EXIT

on() { docker exec -i "$name" "$@"; }
value() { on systemctl show --property "$1" --value "$unit"; }
status() { on curl -fsS --max-time 30 "http://127.0.0.1:7051/service/$name/status${1:-}"; }
send() { on bash -c "kill -$1 $(value MainPID)"; }  # a small machine has no other kill than the shell's
ready() { on curl -fsS http://127.0.0.1:7051/readyz >/dev/null 2>&1; }
passed() { printf 'ok: %s\n' "$*"; }
fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}
# eventually SECONDS COMMAND…
eventually() {
  local until=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$until" ] || return 1
    sleep 0.2
  done
}
restarted() { [ "$(value NRestarts)" -ge "$1" ] && [ "$(value ActiveState)" = active ]; }
tells_convergence() { value StatusText | grep -q '1 services, 1 converged; the engine answers'; }
converged() { status '?wait=20s&for=converged' | grep -q '"converged":true'; }
replicas() { docker ps --quiet --no-trunc --filter "label=io.genisys.service=$name" | sort; }

program=$root/build/release/controller/$unit
[ -x "$program" ] || fail "there is no $program: cmake --preset release && cmake --build --preset release"
"$root/scripts/test-image.sh" "$replica"
if [ ! -d "$tree" ]; then
  # What the program is linked with, by the package that has it.
  packages=$(ldd "$program" | awk '$3 ~ /^\// { print $3 }' |
    while read -r library; do dpkg -S "$(readlink -f "$library")" "$library" 2>/dev/null || true; done |
    cut -d: -f1 | sort -u | paste -sd,)
  debootstrap --variant=minbase --include="systemd,systemd-sysv,dbus,curl,$packages" bookworm "$tree" >"$work/log" ||
    fail "debootstrap: $(tail -n 3 "$work/log")"
fi
DESTDIR=$tree cmake --install "$root/build/release" --prefix /usr/local >/dev/null
tar -C "$tree" -c . | docker import - "$image" >/dev/null
# All that systemd needs to be the first, and no more than a machine without CAP_SYS_RESOURCE can give.
docker run --detach --name "$name" --label io.genisys.ignore= --cap-add SYS_ADMIN --cap-add NET_ADMIN --cap-add SYS_PTRACE \
  --security-opt seccomp=unconfined --security-opt apparmor=unconfined --cgroupns=host \
  --volume /sys/fs/cgroup:/sys/fs/cgroup --tmpfs /run --tmpfs /run/lock --tmpfs /tmp \
  --volume /var/run/docker.sock:/engine.sock --env container=docker "$image" /sbin/init >/dev/null
eventually 20 on systemctl is-system-running --quiet 2>/dev/null || fail "systemd does not start"

on bash -euc "
  groupadd --gid $(stat -c %g /var/run/docker.sock) docker
  useradd --system --no-create-home --groups docker genisys
  install -d -o root -g genisys -m 0750 /etc/genisys-connector
  cat >/etc/genisys-connector/genisys-connector.yml" <<'YAML'
connector:
  service_file: ./services.yml
  state_file: /var/lib/genisys-connector/state.db
docker:
  url: unix:///engine.sock
YAML
on systemctl daemon-reload
on systemctl enable --now "$unit" 2>/dev/null
eventually 5 ready || fail "not ready: $(on curl -sS http://127.0.0.1:7051/readyz)"
passed "enabled and ready, as user $(value User), exposure $(on systemd-analyze security "$unit" --no-pager |
  sed -n 's/.*service: \([0-9.]*\).*/\1/p')"

on bash -euc 'cat >/etc/genisys-connector/services.yml && chgrp genisys /etc/genisys-connector/services.yml' <<YAML
name: $name
services:
  $name:
    image: $replica
    stop_signal: SIGKILL
    deploy: {replicas: 3}
YAML
on systemctl reload "$unit"
converged || fail "no convergence after the reload: $(status)"
before=$(replicas)
[ "$(wc -l <<<"$before")" -eq 3 ] || fail "not three replicas: $before"
eventually 10 tells_convergence || fail "$(value StatusText)"
passed "reloaded and converged; systemctl status says: $(value StatusText)"

send KILL
eventually 20 restarted 1 || fail "not started again after SIGKILL"
converged && [ "$(replicas)" = "$before" ] || fail "replicas were touched: $(replicas)"
passed "killed, started again after RestartSec; replicas untouched"

since=$SECONDS
send STOP
eventually 60 restarted 2 || fail "the watchdog let a stopped process be"
converged && [ "$(replicas)" = "$before" ] || fail "replicas were touched: $(replicas)"
on journalctl --no-pager -u "$unit" | grep -q 'Watchdog timeout' || fail "it was not the watchdog"
passed "stopped, killed by the watchdog and started again after $((SECONDS - since)) s; replicas untouched"

on sed -i '$a nonsense: 1' /etc/genisys-connector/genisys-connector.yml
! on systemctl restart "$unit" 2>/dev/null || fail "a broken configuration starts"
sleep 3  # longer than RestartSec: nothing may happen in it
[ "$(value ActiveState) $(value ExecMainStatus)" = 'failed 2' ] || fail "$(value ActiveState), $(value ExecMainStatus)"
on sed -i '/nonsense/d' /etc/genisys-connector/genisys-connector.yml
on systemctl start "$unit"
converged && [ "$(replicas)" = "$before" ] || fail "replicas were touched: $(replicas)"
passed "a broken configuration ends with 2 and is not tried again; mended, it starts"

on systemctl stop "$unit"
[ "$(value Result) $(replicas)" = "success $before" ] || fail "$(value Result)"
passed "stopped in order; replicas run on"
