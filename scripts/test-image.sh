#!/usr/bin/env bash
# Makes, or removes, the image that tests with a real engine run: busybox and its commands, nothing else.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: scripts/test-image.sh TAG            makes the image TAG of /bin/busybox, unless it is there
       scripts/test-image.sh --remove TAG   removes it; nothing to do is success

The engine is that of GENISYS_TEST_DOCKER_HOST, else DOCKER_HOST, else unix:///var/run/docker.sock.
Needs the docker command and a statically linked busybox (Debian: busybox-static); BUSYBOX names another.
GENISYS_TEST_ENGINE=none: does nothing, successfully.
TEXT
}

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

action='make'
case ${1:-} in
  -h | --help)
    usage
    exit 0
    ;;
  --remove)
    action='remove'
    shift
    ;;
esac
[ $# -eq 1 ] || {
  usage >&2
  exit 2
}
tag=$1

# Who forbids tests with an engine needs no image there.
[ "${GENISYS_TEST_ENGINE:-}" != none ] || exit 0

export DOCKER_HOST=${GENISYS_TEST_DOCKER_HOST:-${DOCKER_HOST:-unix:///var/run/docker.sock}}
busybox=${BUSYBOX:-/bin/busybox}
command -v docker >/dev/null || fail "there is no docker command: install docker.io"

present() { docker image inspect "$tag" >/dev/null 2>&1; }

if [ "$action" = remove ]; then
  ! present || docker image rm "$tag" >/dev/null
  exit 0
fi
! present || exit 0

[ -x "$busybox" ] || fail "there is no $busybox: install busybox-static"
# A dynamic one would find no libraries in the image, and every container would say "not found".
! ldd "$busybox" >/dev/null 2>&1 || fail "$busybox is not statically linked: install busybox-static"

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/{bin,etc,tmp,www}
chmod 1777 "$tree/tmp"
cp -L "$busybox" "$tree/bin/busybox"
for applet in $("$busybox" --list); do
  [ "$applet" = busybox ] || ln -s busybox "$tree/bin/$applet"
done
echo 'root:x:0:0:root:/:/bin/sh' >"$tree/etc/passwd"

tar -C "$tree" --owner=0 --group=0 -c . |
  docker import --change 'ENV PATH=/bin' --change 'CMD ["sleep","1000000"]' - "$tag" >/dev/null ||
  fail "cannot import the image at $DOCKER_HOST: docker said why above"
